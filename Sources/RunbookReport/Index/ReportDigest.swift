import RunbookDocument
public import RunbookModel

/// What the index of reports says of one, as the report carries it in a comment at its end.
public struct ReportDigest: Sendable, Hashable {
  /// Something that is still to be done.
  public struct Action: Sendable, Hashable {
    public let id: String
    /// The author's Markdown, with the run's values in it.
    public let action: String
    public let owner: String?
    public let due: String?
  }

  public let run: String
  public let runbook: String
  public let title: String
  /// `critical`, `high`, `medium` or `low`.
  public let severity: String
  /// How the run ended, or stands.
  public private(set) var status: String
  /// `draft`, `in review` or `closed`.
  public private(set) var reportStatus: String
  public let startedAt: Timestamp
  /// From the incident's start, or the run's, to the last verification; nil while it goes on.
  public private(set) var timeToResolve: Duration?
  /// `drill` or `sandbox`; nil for the real thing.
  public let rehearsal: String?
  public let openActions: [Action]

  init(_ facts: ReportFacts) {
    run = facts.head.run.rawValue
    runbook = facts.head.runbook.name
    title = facts.head.runbook.title
    severity = facts.head.runbook.severity.rawValue
    status = facts.head.status.title.lowercased()
    reportStatus = facts.head.reportStatus.title
    startedAt = facts.keyTimes.times.first?.at ?? facts.head.startedAt
    timeToResolve = facts.keyTimes.measures.first { $0.name == "Time to resolve" }?.duration
    rehearsal = facts.head.mark.map { $0 == .drill ? "drill" : "sandbox" }
    openActions = facts.prevention.actions.filter { !$0.isDone }.map { item in
      Action(
        id: item.id, action: item[.action]?.plainText ?? "",
        owner: item[.owner]?.plainText, due: item[.due]?.plainText)
    }
  }

  /// The same with how the run stands by its journal, which has gone on since the report was written. What else the
  /// report says stays: a public copy leaves out what the journal has.
  public func standing(as journal: ReportDigest) -> ReportDigest {
    var copy = self
    if journal.status != status {
      copy.status = "\(journal.status); this report says \(status)"
    }
    copy.reportStatus = journal.reportStatus
    copy.timeToResolve = journal.timeToResolve
    return copy
  }

  private static let opening = "<!-- runbook-report "

  /// Whether a text says that it has one, also where that cannot be read.
  public static func isPromised(in text: String) -> Bool { text.holds(opening) }
  private static let closing = " -->"

  /// The comment, on one line, that nothing in it can end.
  var comment: String {
    Self.opening + JSONText.inComment(value.json) + Self.closing
  }

  private var value: Value {
    [
      "format_version": 1, "run": .string(run), "runbook": .string(runbook),
      "title": .string(title), "severity": .string(severity), "status": .string(status),
      "report_status": .string(reportStatus), "started_at": .string(startedAt.description),
      "time_to_resolve_ms": timeToResolve?.wholeNanoseconds.map { .int($0 / 1_000_000) } ?? .null,
      "rehearsal": rehearsal.map(Value.string) ?? .null,
      "open_actions": .list(
        openActions.map { action in
          [
            "id": .string(action.id), "action": .string(action.action),
            "owner": action.owner.map(Value.string) ?? .null,
            "due": action.due.map(Value.string) ?? .null,
          ]
        }),
    ]
  }

  /// Reads the comment of a report.
  ///
  /// - Returns: nil where there is none that can be read.
  public init?(report text: String) {
    guard let start = text.index(ofLast: Self.opening),
      case let rest = text[start...].dropping(prefix: Self.opening),
      let end = rest.index(ofFirst: Self.closing), let value = Self.parsed(rest[..<end]),
      value["format_version"]?.intValue == 1, let run = value.text("run"),
      let runbook = value.text("runbook"), let title = value.text("title"),
      let severity = value.text("severity"), let status = value.text("status"),
      let reportStatus = value.text("report_status"),
      let startedAt = value.text("started_at").flatMap(Timestamp.init(rfc3339:)),
      case let rehearsal = value.text("rehearsal"),
      value["rehearsal"] == .null || rehearsal == "drill" || rehearsal == "sandbox"
    else { return nil }
    self.run = run
    self.runbook = runbook
    self.title = title
    self.severity = severity
    self.status = status
    self.reportStatus = reportStatus
    self.startedAt = startedAt
    timeToResolve = value["time_to_resolve_ms"]?.intValue.map { .milliseconds($0) }
    self.rehearsal = rehearsal
    openActions = (value["open_actions"]?.listValue ?? []).compactMap(\.mapValue).map { action in
      Action(
        id: action.text("id") ?? "", action: action.text("action") ?? "",
        owner: action.text("owner"), due: action.text("due"))
    }
  }

  private static func parsed(_ text: Substring) -> ValueMap? {
    do throws(JSONError) { return try Value(json: String(text)).mapValue } catch { return nil }
  }
}
