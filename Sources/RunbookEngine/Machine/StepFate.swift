public import RunbookModel

extension StepState {
  /// What became of it as a verification step.
  var fate: VerificationTally.Fate {
    switch status {
    case .succeeded: declaration.map { .declared($0) } ?? (isAttested ? .attested : .passed)
    case .failed where !isWithoutAnswer: .failed
    // What was found stays found, whoever leaves the step out afterwards.
    case .skipped where failure != nil && !isWithoutAnswer: .failed
    case .skipped:
      switch skip {
      case .some(let skip) where skip.cause == .decision: .skipped(skip.word)
      case .some, nil: hasNewCondition ? .ruledOut : .notApplicable
      }
    case .pending, .running, .unknown, .failed: isTakenOut ? .removed : .open
    }
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
          : .leftOut(standing(isOver: true), skip.word, stays: isEffectDone)
      case .some, nil: .notApplicable
      }
    case .pending, .running, .unknown, .failed:
      isTakenOut ? .removed(id, wasTried: attempts > 0 && bearing == .changes) : .open
    }
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
    case .succeeded: isAttested ? .attested : .succeeded
    case .failed: isWithoutAnswer && phase?.mayChange == false ? .couldNotRun : .failed
    case .unknown: .unknown
    case .skipped: .skipped
    }
  }
}
