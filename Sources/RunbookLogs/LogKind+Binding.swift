package import RunbookEngine
package import RunbookModel

extension LogKind {
  package func bind(_ step: Step, to context: BindingContext) throws(StepFailure) -> any Activity {
    guard let format = step.body["format"]?.string.flatMap(LogFormat.init) else {
      throw StepFailure(.invalid, "step '\(step.id)' needs a format")
    }
    return LogActivity(
      source: try Self.source(of: step, context), grammar: try Self.grammar(format, of: step),
      filter: LogFilter(
        match: try Self.pattern("match", of: step), damage: try Self.pattern("damage", of: step),
        since: try context.time("since", of: step),
        until: try context.time("until", of: step)),
      step: step.place,
      places: [.match: step.body["match"]?.text?.place, .damage: step.body["damage"]?.text?.place]
        .compactMapValues(\.self),
      limit: step.body["limit"]?.int.map { Int($0) },
      name: step.body["source"]?.string ?? format.source,
      clock: try Self.clock(of: step, context), isDeclared: step.options.effect,
      world: LogActivity.World(
        environment: environment, folder: context.folder, gateway: gateway))
  }

  private static func source(
    of step: Step, _ context: BindingContext
  ) throws(StepFailure) -> LogActivity.Source {
    if let command = step.body["command"] {
      let words = try rendered(command, context)
      guard words.first?.isEmpty == false, !words.contains(where: { $0.utf8.contains(0) }) else {
        throw StepFailure(
          .invalid,
          "the command has no program, or a zero byte "
            + "(\(step.body.place(of: "command")))")
      }
      return .command(words, takesErrors: step.body["stderr"]?.bool ?? false)
    }
    guard let path = step.body["path"] else {
      throw StepFailure(.invalid, "step '\(step.id)' needs a path or a command")
    }
    var paths: [LogPath] = []
    for text in path.items.compactMap(\.text) { paths.append(try LogPath(text, in: context)) }
    return .files(paths)
  }

  private static func rendered(
    _ value: FieldValue, _ context: BindingContext
  ) throws(StepFailure) -> [String] {
    var texts: [String] = []
    for text in value.items.compactMap(\.text) { texts.append(try context.render(text)) }
    return texts
  }

  private static func grammar(
    _ format: LogFormat, of step: Step
  ) throws(StepFailure) -> any LogGrammar {
    let zones = LogZones(given: step.body["timezone"]?.string.flatMap(LogZones.offset))
    switch format {
    case .postgres: return PostgresGrammar(prefix: try prefix(of: step), zones: zones)
    case .csvlog: return CSVLogGrammar(zones: zones)
    case .jsonlog: return JSONLogGrammar(zones: zones, timeKey: step.body["time_key"]?.string)
    case .iso8601: return DatedLineGrammar(zones: zones)
    case .jsonl: return JSONLinesGrammar(zones: zones, timeKey: step.body["time_key"]?.string)
    case .pattern:
      guard let pattern = try pattern("pattern", of: step), pattern.groupNames.contains("at") else {
        throw StepFailure(.invalid, "step '\(step.id)' needs a `pattern` with the group `at`")
      }
      return PatternGrammar(pattern: pattern, zones: zones)
    }
  }

  private static func prefix(of step: Step) throws(StepFailure) -> LinePrefix? {
    guard let source = step.body["line_prefix"]?.text else { return nil }
    do throws(LinePrefix.Problem) {
      return try LinePrefix(source.text)
    } catch {
      throw StepFailure(.invalid, "`line_prefix`: \(error.message) (\(source.place))")
    }
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

  private static func clock(
    of step: Step, _ context: BindingContext
  ) throws(StepFailure) -> LogClock {
    guard let clock = step.body["clock"]?.fields else { return .unknown }
    if let connection = clock["connection"]?.string { return .connection(connection) }
    guard let template = clock["offset"]?.text else { return .unknown }
    let text = try context.render(template)
    guard !text.isEmpty else { return .unknown }
    guard let offset = LogClock.offset(text) else {
      throw StepFailure(
        .invalid, "`\(text)` is no offset of a clock (\(template.place))",
        hint: "write it as 1.5s, -200ms or -1m30s")
    }
    return .given(offset)
  }
}
