public import RunbookModel

extension StepState {
  /// What became of it as a verification step.
  var fate: VerificationTally.Fate {
    switch status {
    case .succeeded where declaration == nil && !isAttested: fate(else: .passed)
    case .succeeded: declaration.map { .declared($0) } ?? .attested
    case .failed where !isWithoutAnswer: .failed
    // What was found stays found, whoever leaves the step out afterwards.
    case .skipped where failure != nil && !isWithoutAnswer: .failed
    case .skipped:
      switch skip {
      case .some(let skip) where skip.cause == .decision: .skipped(skip.word)
      case .some, nil: hasNewCondition ? .ruledOut : fate(else: .notApplicable)
      }
    case .pending, .running, .unknown, .failed: isTakenOut ? .removed : .open
    }
  }

  /// What became of it where what it rests on is no more than people's words.
  private func fate(else fate: VerificationTally.Fate) -> VerificationTally.Fate {
    if restsOn.isEmpty { return fate }
    return restsOn.leftOut.isEmpty ? .attested : .resting(restsOn.leftOut.words())
  }

  /// What became of it as a step that changes something.
  func changeFate(of id: StepID) -> ChangeTally.Fate {
    switch status {
    case .succeeded:
      declaration.map { .declared($0) }
        ?? (isAttested ? .attested : bearing == .changes ? .performed : .unchanging)
    case .skipped:
      switch skip {
      case .some(let skip) where skip.cause == .decision:
        attempts == 0
          ? .skipped(skip.word)
          : .leftOut(standingLeftOut, skip.word, stays: !stayingAttempts.isEmpty)
      case .some, nil:
        restsOn.leftOut.isEmpty ? .notApplicable : .resting(restsOn.leftOut.words())
      }
    case .pending, .running, .unknown, .failed:
      isTakenOut ? .removed(id, wasTried: attempts > 0 && bearing == .changes) : .open
    }
  }

  /// How it stood when a person left it out. That its last attempt had no effect says nothing of one before that failed.
  private var standingLeftOut: StepStanding {
    let standing = standing(isOver: true)
    return standing == .notDone && hasFailedOpenly ? .failed : standing
  }

  /// What earlier attempts changed that stays; nil where nothing does, or where the last attempt's own words say it.
  public var wordsOfStaying: String? {
    let earlier = stayingAttempts.filter { $0 != attempts || !isEffectDone }.sorted()
    guard !earlier.isEmpty else { return nil }
    let list = earlier.map(String.init).joined(separator: ", ")
    return "what \(earlier.count == 1 ? "attempt" : "attempts") \(list) changed stays"
  }

  /// How it stands, by what its entries show.
  ///
  /// - Parameters:
  ///   - isOver: whether nothing can happen to it any more, as its run has ended.
  ///   - phase: nil where it makes no difference whether a check found something.
  public func standing(in phase: Phase? = nil, isOver: Bool) -> StepStanding {
    var known = status
    if status == .skipped {
      guard attempts > 0, reopened == nil, let former = skip?.former else { return .skipped }
      known = former
    }
    let isOver = isOver || isTakenOut || status == .skipped
    return switch known {
    case .pending where reopened != nil: isOver ? .outdated : .again
    case .pending where attempts > 0 && isOver: .notDone
    case .pending: isOver ? .notBegun : .pending
    case .running: isOver ? .unknown : .inFlight
    case .succeeded where declaration != nil: .declared
    case .succeeded where loss != nil: .missing
    case .succeeded where isAttested: .attested
    case .succeeded where !restsOn.isEmpty && phase?.mayChange == false:
      restsOn.leftOut.isEmpty ? .attested : .resting
    case .succeeded: .succeeded
    case .failed: isWithoutAnswer && phase?.mayChange == false ? .couldNotRun : .failed
    case .unknown: .unknown
    case .skipped: .skipped
    }
  }
}
