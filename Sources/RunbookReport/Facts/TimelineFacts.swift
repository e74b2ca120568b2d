import RunbookModel

/// What happened, in order of time, in groups.
struct TimelineFacts: Sendable {
  struct Row: Sendable {
    let at: Timestamp
    let text: Phrase
    /// Where it is told; nil for the run's own entries.
    let source: String?
    let reference: Reference
    let isDamage: Bool
    let part: Part
    /// Breaks ties between rows of the same instant.
    let order: Int64
  }

  /// The part of the run that an own row belongs to.
  enum Part: Sendable, Hashable {
    /// Told by a source; `migration` by a migration file.
    case external, migration, check, recovery, verification, safeguards, surroundings
  }

  struct Group: Sendable {
    /// Times and title, once only in a timeline.
    let heading: String
    let rows: [Row]
    /// The report's day, so that a row of another day says which.
    let day: String
  }

  let groups: [Group]
  let picture: TimelinePicture
  /// Connections, and servers of requests, whose clock was measured against the run's host.
  let clockOffsets: [ClockOffset]

  /// Sources whose times were corrected, each step's once.
  let corrections: [ClockOffset]

  struct ClockOffset: Sendable {
    /// A connection, or what the timeline calls a source.
    let name: String
    let offset: Duration
    let reference: Reference
  }

  init(_ history: RunHistory, _ times: KeyTimeFacts) {
    let rows = (TimelineRows(history).rows).sorted { ($0.at, $0.order) < ($1.at, $1.order) }
    let grouping = TimelineGrouping(rows: rows, history: history)
    groups = grouping.groups
    picture = TimelinePicture(history, rows: rows, times)
    clockOffsets =
      history.identities.compactMap { identified in
        identified.payload.clockOffsetMicroseconds.map {
          ClockOffset(
            name: identified.payload.connection, offset: .microseconds($0),
            reference: Reference(identified.stamp))
        }
      } + history.finishedAttempts.compactMap(Self.clockOffset)
    corrections = history.finishedAttempts.flatMap { Self.corrections(of: $0.finished) }
  }

  /// What an answer's Date header told of its server's clock.
  private static func clockOffset(
    of step: StepHistory, _ finished: Stamped<AttemptFinished>
  ) -> ClockOffset? {
    guard step.record.kind == "http",
      case .duration(let offset)? = finished.payload.result.mapValue?["clock_offset"]
    else { return nil }
    return ClockOffset(
      name: "\(step.id), to half a second", offset: offset, reference: Reference(finished))
  }

  private static func corrections(of finished: Stamped<AttemptFinished>) -> [ClockOffset] {
    var seen: Set<String> = []
    return finished.payload.timeline.compactMap { row in
      guard let offset = row.clockOffsetMicroseconds, seen.insert(row.source).inserted else {
        return nil
      }
      return ClockOffset(
        name: row.source, offset: .microseconds(offset), reference: Reference(finished))
    }
  }
}
