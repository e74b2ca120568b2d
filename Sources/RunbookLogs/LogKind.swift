package import RunbookEngine
package import RunbookModel

/// `log:` what logs tell of a time, as rows of the timeline.
package struct LogKind: StepKind {
  package let environment: [String: String]
  package let gateway: (any ConnectionGateway)?

  /// - Parameters:
  ///   - environment: what commands inherit: the executor's own environment.
  ///   - hiddenNames: variables that they do not inherit, as they hold secrets.
  ///   - gateway: the servers whose clocks are asked for.
  package init(
    environment: [String: String] = [:], hiddenNames: Set<String> = [],
    gateway: (any ConnectionGateway)? = nil
  ) {
    self.environment = environment.filter { !hiddenNames.contains($0.key) }
    self.gateway = gateway
  }

  package var spec: KindSpec {
    KindSpec(
      "log", .fields(Self.sourceFields + Self.formatFields + Self.filterFields),
      results: [
        ResultSpec(
          "events", "list",
          "Maps with `at` and `text`, and what the log says of `pid`, `user`, `database`, `level` and "
            + "`host`; in the log's order"),
        ResultSpec(
          "count", "int", "How many events there were, also those that were not kept",
          isPublic: true),
        ResultSpec("first", "timestamp", "The earliest; null when there is none", isPublic: true),
        ResultSpec("last", "timestamp", "The latest; null when there is none", isPublic: true),
        ResultSpec(
          "clock_offset", "duration",
          "The source's clock less the executor's, by which times were corrected; null when unknown"
        ),
        ResultSpec(
          "exit_code", "int", "What the command ended with; null without one", isPublic: true),
        ResultSpec(
          "unread", "list",
          "Maps with `file` and `why`: what a pattern in `path:` names and was not read, such as folders"
        ),
      ], work: WorkSpec(.text, in: ["path", "command"]),
      "Reads events from log files, or from a command's output")
  }

  private static let sourceFields = [
    FieldSpec(
      "path", .oneOrMore(.template),
      "The log file, a pattern such as postgresql.log*, or a list of them; packed ones too"),
    FieldSpec(
      "command", .list(.template),
      "A program and its arguments that print the log, instead of path; no shell is between"),
    FieldSpec(
      "stderr", .bool, "Whether the command's standard error is part of the log (false)"),
  ]

  private static let formatFields = [
    FieldSpec(
      "format", .enumeration(LogFormat.allCases.map(\.rawValue)), required: true,
      "How it is written: one of PostgreSQL's, lines with a time, or a JSON object a line"),
    FieldSpec(
      "line_prefix", .text, "The server's log_line_prefix; found by itself where it is usual"),
    FieldSpec(
      "pattern", .text,
      "A regular expression (RE2) with the groups `at`, and `text`, `level`, `host` if there are"),
    FieldSpec(
      "time_key", .text,
      "The key of an object's time, such as `meta.at`; found by itself where its name is usual"),
    FieldSpec(
      "timezone", .text,
      "The offset (+02:00) of times that say none, or whose zone's name has several meanings"),
    FieldSpec(
      "clock",
      .shorthand(
        key: "offset",
        [
          FieldSpec("offset", .template, "The source's clock less this host's, such as -1.5s"),
          FieldSpec("connection", .name, "The database server that writes the log"),
        ]),
      "How far the source's clock is from this host's, or the connection that tells"),
  ]

  private static let filterFields = [
    FieldSpec("match", .text, "Only events that match this regular expression (RE2)"),
    FieldSpec("damage", .text, "Events that match this did the damage"),
    FieldSpec("since", .template, "Only events from this time on (RFC 3339)"),
    FieldSpec("until", .template, "Only events up to this time (RFC 3339)"),
    FieldSpec("limit", .int(1...100_000), "The most events that are kept (1000)"),
    FieldSpec("source", .text, "What the timeline calls the log"),
  ]
}

extension LogKind {
  package func check(_ step: Step, in context: CheckContext) -> [Diagnostic] {
    var found = step.check(exactlyOneOf: ["path", "command"])
    if let command = step.body["command"] {
      found += step.checkDeclaredEffect("a log step that runs a command")
      if step.phase.mayChange, step.options.effect != .readOnly {
        // Nothing would settle a change that it made.
        found.append(
          Diagnostic(
            .error, .undeclaredEffect,
            "a log step that runs a command must declare that it only reads",
            at: step.place, hint: "add `effect: readOnly` if that is so, else make it a shell step")
        )
      }
      if command.items.isEmpty {
        found.append(
          Diagnostic(
            .error, .emptyInterpreter, "the command has no program",
            at: step.body.place(of: "command"),
            hint: "write for example [journalctl, -u, postgresql, -o, short-iso]"))
      }
    }
    for name in ["match", "damage"] {
      if case .unreadable(let diagnostic) = Self.expression(name, of: step) {
        found.append(diagnostic)
      }
    }
    found += checkKeysOfFormat(step)
    found += checkPrefix(step) + checkPattern(step) + checkZone(step)
    return found + checkClock(step, context)
  }

  private enum Reading {
    case missing
    case expression(RegularExpression)
    case unreadable(Diagnostic)
  }

  private static func expression(_ name: String, of step: Step) -> Reading {
    guard let source = step.body[name]?.text else { return .missing }
    do throws(RegularExpressionError) {
      return .expression(try RegularExpression(source.text))
    } catch {
      return .unreadable(
        Diagnostic(
          .error, .badPattern, "not a regular expression: \(error.message)",
          at: source.place(atScalar: error.offset, length: 1), hint: "the syntax is RE2's"))
    }
  }

  private func checkKeysOfFormat(_ step: Step) -> [Diagnostic] {
    let format = step.body["format"]?.string
    var found: [Diagnostic] = []
    for (key, owner) in [("line_prefix", LogFormat.postgres), ("pattern", .pattern)] {
      guard step.body[key] != nil, format != owner.rawValue else { continue }
      found.append(
        Diagnostic(
          .error, .keyElsewhere, "`\(key)` is for `format: \(owner.rawValue)` only",
          at: step.body.place(of: key), hint: "remove it, or change the format"))
    }
    let objects = [LogFormat.jsonl, .jsonlog].map(\.rawValue)
    if step.body["time_key"] != nil, let format, !objects.contains(format) {
      found.append(
        Diagnostic(
          .error, .keyElsewhere, "`time_key` is for `format: jsonl` and `jsonlog` only",
          at: step.body.place(of: "time_key"), hint: "remove it, or change the format"))
    }
    if step.body["stderr"] != nil, step.body["command"] == nil {
      found.append(
        Diagnostic(
          .error, .keyElsewhere, "`stderr` is for a `command` only",
          at: step.body.place(of: "stderr"), hint: "remove it"))
    }
    return found
  }

  private func checkPrefix(_ step: Step) -> [Diagnostic] {
    guard let source = step.body["line_prefix"]?.text else { return [] }
    do throws(LinePrefix.Problem) {
      _ = try LinePrefix(source.text)
      return []
    } catch {
      return [
        Diagnostic(
          .error, .badLinePrefix, error.message,
          at: source.place(atScalar: error.offset, length: 1), hint: error.hint)
      ]
    }
  }

  private func checkPattern(_ step: Step) -> [Diagnostic] {
    guard step.body["format"]?.string == LogFormat.pattern.rawValue else { return [] }
    guard let source = step.body["pattern"]?.text else {
      return [
        Diagnostic(
          .error, .patternGroup, "`format: pattern` needs the key `pattern`",
          at: step.body.place(of: "format"), hint: Self.patternHint)
      ]
    }
    let pattern: RegularExpression
    switch Self.expression("pattern", of: step) {
    case .unreadable(let diagnostic): return [diagnostic]
    case .missing: return []
    case .expression(let found): pattern = found
    }
    guard pattern.size <= PatternGrammar.largest else {
      return [
        Diagnostic(
          .error, .badPattern,
          "the pattern is too large: every line is held against it", at: source.place,
          hint: "write `.*` or `\\S+` in place of counted repetitions")
      ]
    }
    let names = pattern.groupNames.compactMap(\.self)
    var found = names.filter { !PatternGrammar.groups.contains($0) }.map { name in
      Diagnostic(
        .error, .patternGroup, "a log has no group `\(name)`", at: source.place,
        hint: NearestName.of(name, among: PatternGrammar.groups).map { "did you mean `\($0)`?" }
          ?? "the groups are \(PatternGrammar.groups.joined(separator: ", "))")
    }
    if !names.contains("at") {
      found.append(
        Diagnostic(
          .error, .patternGroup, "the pattern has no group `at`, which is an event's time",
          at: source.place, hint: Self.patternHint))
    }
    return found
  }

  private static let patternHint =
    #"write for example '^(?P<at>\S+ \S+) (?P<level>\w+) (?P<text>.*)'"#

  private func checkZone(_ step: Step) -> [Diagnostic] {
    guard let source = step.body["timezone"]?.text, LogZones.offset(source.text) == nil else {
      return []
    }
    return [
      Diagnostic(
        .error, .badOffset, "`\(source.text)` is no offset from UTC", at: source.place,
        hint: "write it as +02:00, -0330 or UTC: a zone's name does not say its offset")
    ]
  }

  private func checkClock(_ step: Step, _ context: CheckContext) -> [Diagnostic] {
    guard let clock = step.body["clock"]?.fields else { return [] }
    let keys = ["offset", "connection"].filter { clock[$0] != nil }
    guard keys.count == 1 else {
      return [
        Diagnostic(
          .error, .oneKeyOf, "`clock` has one of `offset` and `connection`",
          at: step.body.place(of: "clock"), hint: "write -1.5s, or {connection: NAME}")
      ]
    }
    if let offset = clock["offset"]?.text, !offset.text.holds("${{"),
      LogClock.offset(offset.text) == nil
    {
      return [
        Diagnostic(
          .error, .badOffset, "`\(offset.text)` is no offset of a clock", at: offset.place,
          hint: "write it as 1.5s, -200ms or -1m30s")
      ]
    }
    let known = context.runbook.connections.map(\.name)
    guard let name = clock["connection"]?.text, !known.contains(name.text) else { return [] }
    return [
      Diagnostic(
        .error, .noSuchConnection, "there is no connection '\(name.text)'", at: name.place,
        hint: NearestName.of(name.text, among: known).map { "did you mean '\($0)'?" }
          ?? (known.isEmpty
            ? "declare it under 'connections'" : "there is \(known.joined(separator: ", "))"))
    ]
  }
}

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
