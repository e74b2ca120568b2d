import RunbookModel

/// Puts sorted rows into groups with headings, as a reader looks for them.
///
/// | rows | heading |
/// | --- | --- |
/// | of sources, before the first damage | Before the Incident, or Migration Generated |
/// | from the first damage to the last | Migration Applied, or Damage Done |
/// | of sources after it, and the run's checks and gates | Impact Discovered, or Checks Carried Out |
/// | of sources, after the run's end | Afterwards |
/// | of recovery, verification, safeguards | Resolution, Verification, Safeguards |
///
/// Notes, holds and resumptions stay with the row before them.
struct TimelineGrouping {
  private(set) var groups: [TimelineFacts.Group] = []

  private let damage: ClosedRange<Timestamp>?
  private let hasMigrations: Bool
  private let hasFindings: Bool
  private let endedAt: Timestamp?

  init(rows: [TimelineFacts.Row], history: RunHistory) {
    let damaging = rows.filter(\.isDamage).map(\.at)
    if let first = damaging.min(), let last = damaging.max() {
      damage = first...last
    } else {
      damage = nil
    }
    hasMigrations = history.steps.contains {
      $0.record.kind == "migrations" && $0.status == .succeeded
    }
    hasFindings = !history.findings.isEmpty
    endedAt = history.ended?.at
    groups = grouped(rows, day: history.started.at.day)
  }

  private func grouped(_ rows: [TimelineFacts.Row], day: String) -> [TimelineFacts.Group] {
    var groups: [(title: String, rows: [TimelineFacts.Row])] = []
    for row in rows {
      let current = groups.last?.title
      let title = title(of: row, after: current)
      if title == current {
        groups[groups.count - 1].rows.append(row)
      } else {
        groups.append((title, [row]))
      }
    }
    var counts: [String: Int] = [:]
    return groups.map { group in
      let heading = "\(Self.span(of: group.rows, day: day)) - \(group.title)"
      counts[heading, default: 0] += 1
      let count = counts[heading, default: 1]
      return TimelineFacts.Group(
        heading: count == 1 ? heading : "\(heading) (\(count))", rows: group.rows, day: day)
    }
  }

  /// `22:01-22:04 UTC`, or the second where all rows are of one minute; another day is said.
  private static func span(of rows: [TimelineFacts.Row], day: String) -> String {
    guard let first = rows.first?.at, let last = rows.last?.at else { return "" }
    let prefix = first.day == day ? "" : first.day + " "
    if first.day != last.day { return "\(prefix)\(first.minute)-\(last.day) \(last.minute) UTC" }
    if first.minute != last.minute { return "\(prefix)\(first.minute)-\(last.minute) UTC" }
    return "\(prefix)\(first.clock) UTC"
  }

  private func title(of row: TimelineFacts.Row, after current: String?) -> String {
    switch row.part {
    case .external, .migration: externalTitle(of: row, after: current)
    case .check: isBeforeDamage(row) ? "Before the Incident" : checkTitle
    case .recovery: "Resolution"
    case .verification: "Verification"
    case .safeguards: "Safeguards"
    case .surroundings: current ?? checkTitle
    }
  }

  private func externalTitle(of row: TimelineFacts.Row, after current: String?) -> String {
    if let endedAt, row.at > endedAt { return "Afterwards" }
    guard let damage else { return current ?? "Before the Incident" }
    if isBeforeDamage(row) {
      return row.part == .migration ? "Migration Generated" : "Before the Incident"
    }
    if damage.contains(row.at) { return hasMigrations ? "Migration Applied" : "Damage Done" }
    guard let current, Self.laterParts.contains(current) else { return checkTitle }
    return current
  }

  private static let laterParts = ["Resolution", "Verification", "Safeguards"]

  private func isBeforeDamage(_ row: TimelineFacts.Row) -> Bool {
    damage.map { row.at < $0.lowerBound } ?? false
  }

  private var checkTitle: String { hasFindings ? "Impact Discovered" : "Checks Carried Out" }
}
