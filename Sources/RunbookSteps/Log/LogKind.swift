public import RunbookEngine
public import RunbookModel

/// `log:` what a log file tells of a time, as rows of the timeline.
public struct LogKind: StepKind {
  public init() {}

  public var spec: KindSpec {
    KindSpec(
      "log",
      .fields([
        FieldSpec("path", .template, required: true, "The log file"),
        FieldSpec(
          "format", .enumeration(LogFormat.allCases.map(\.rawValue)), required: true,
          "How it is written: PostgreSQL's, lines with a time, or a JSON object a line"),
        FieldSpec("match", .text, "Only events that match this regular expression (RE2)"),
        FieldSpec("damage", .text, "Events that match this did the damage"),
        FieldSpec("since", .template, "Only events from this time on (RFC 3339)"),
        FieldSpec("until", .template, "Only events up to this time (RFC 3339)"),
        FieldSpec("limit", .int(1...100_000), "The most events that are kept (1000)"),
        FieldSpec("source", .text, "What the timeline calls the log"),
      ]),
      results: [
        ResultSpec("events", "list", "Maps with `at` and `text`, in the file's order"),
        ResultSpec("count", "int", "How many events there were, also those that were not kept"),
        ResultSpec("first", "timestamp", "The earliest; null when there is none"),
        ResultSpec("last", "timestamp", "The latest; null when there is none"),
      ], work: WorkSpec(.text, in: ["path"]),
      "Reads events from a log file")
  }

  public func check(_ step: Step, in context: CheckContext) -> [Diagnostic] {
    ["match", "damage"].compactMap { name in
      guard let source = step.body[name]?.text else { return nil }
      do throws(RegularExpressionError) {
        _ = try RegularExpression(source.text)
        return nil
      } catch {
        return Diagnostic(
          .error, .badPattern, "not a regular expression: \(error.message)",
          at: source.place(atScalar: error.offset, length: 1), hint: "the syntax is RE2's")
      }
    }
  }

  public func bind(_ step: Step, to context: BindingContext) throws(StepFailure) -> any Activity {
    guard let path = step.body["path"]?.text,
      let format = step.body["format"]?.string.flatMap(LogFormat.init)
    else { throw StepFailure(.invalid, "step '\(step.id)' needs a path and a format") }
    let filter = LogFilter(
      match: try Self.pattern("match", of: step), damage: try Self.pattern("damage", of: step),
      since: try Self.time("since", of: step, context),
      until: try Self.time("until", of: step, context))
    return LogActivity(
      path: try context.render(path).resolved(in: context.folder), format: format, filter: filter,
      limit: Int(step.body["limit"]?.int ?? 1000),
      source: step.body["source"]?.string ?? format.source)
  }

  private static func pattern(
    _ name: String, of step: Step
  ) throws(StepFailure) -> RegularExpression? {
    guard let source = step.body[name]?.text else { return nil }
    do throws(RegularExpressionError) {
      return try RegularExpression(source.text)
    } catch {
      throw StepFailure(
        .invalid, "`\(name)` is not a regular expression: \(error.message) (\(source.place))")
    }
  }

  private static func time(
    _ name: String, of step: Step, _ context: BindingContext
  ) throws(StepFailure) -> Timestamp? {
    guard let template = step.body[name]?.text else { return nil }
    let text = try context.render(template)
    guard !text.isEmpty else { return nil }
    guard let time = Timestamp(rfc3339: text) else {
      throw StepFailure(
        .invalid, "`\(name)` is not a time (\(template.place))",
        hint: "write it as RFC 3339 does: 2025-10-18T22:01:13Z")
    }
    return time
  }
}

/// Which events of a log are wanted.
struct LogFilter: Sendable {
  let match: RegularExpression?
  let damage: RegularExpression?
  let since: Timestamp?
  let until: Timestamp?

  func takes(_ event: LogEvent) -> Bool {
    if let since, event.at < since { return false }
    if let until, event.at > until { return false }
    return match?.matches(event.whole) ?? true
  }

  func isDamage(_ event: LogEvent) -> Bool { damage?.matches(event.whole) ?? false }
}
