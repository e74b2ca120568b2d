package import RunbookEngine
package import RunbookModel

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
