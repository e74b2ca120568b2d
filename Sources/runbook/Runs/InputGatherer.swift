import Foundation
import RunbookEngine
import RunbookExpression
import RunbookModel
import RunbookSyntax
import RunbookSystem

/// Finds each input's value: a flag, the environment, a file, the input's own source, its default, or
/// the person at the terminal, in this order.
struct InputGatherer {
  let surroundings: Surroundings
  let console: Console
  let flags: [String: String]
  let file: ValueMap
  /// Whether the sandbox will set inputs, so that those need not be asked for.
  let sandboxInputs: Set<String>
  /// What the run began with, where it is taken up again: values but those of secrets.
  var recorded: [InputRecord] = []
  /// Whether a person at the terminal is asked.
  var asks = true

  struct Failure: Error { let message: String }

  static func pairs(_ words: [String]) throws -> [String: String] {
    var pairs: [String: String] = [:]
    var places: [Substring: Int] = [:]
    for (index, word) in words.enumerated() {
      guard let (name, value) = word.halves(at: "="), !name.isEmpty else {
        throw Failure(message: "--set takes NAME=VALUE, not '\(word)'")
      }
      if let first = places.updateValue(index + 1, forKey: name) {
        throw Failure(
          message: "--set gives '\(name)' twice, as number \(first) and \(index + 1): leave out one"
        )
      }
      pairs[String(name)] = String(value)
    }
    return pairs
  }

  func inputs(of runbook: Runbook) throws -> [ResolvedInput] {
    for name in flags.keys.sorted() where !runbook.inputs.contains(where: { $0.name == name }) {
      let known = runbook.inputs.map(\.name)
      throw Failure(
        message: "the runbook has no input '\(name)'"
          + (NearestName.of(name, among: known).map { "; did you mean '\($0)'?" }
            ?? (known.isEmpty ? "" : "; there is \(known.joined(separator: ", "))")))
    }
    for (index, key) in file.pairs.map(\.key).enumerated()
    where !runbook.inputs.contains(where: { .string($0.name) == key }) {
      // A secret may stand in the place of a name.
      throw Failure(
        message:
          "the runbook has no input of the name that the file of inputs has as number \(index + 1)"
          + (NearestName.of(key.stringValue ?? key.json, among: runbook.inputs.map(\.name))
            .map { "; did you mean '\($0)'?" } ?? ""))
    }
    return try runbook.inputs.map { input in
      let resolved = try resolve(input, in: runbook)
      try requirePaths(resolved)
      return resolved
    }
  }

  /// What is to be read is there, and may be read: a path that was mistyped leads to another way of recovery, or to
  /// none, half an hour later.
  ///
  /// A run that is taken up has what it began with, and its steps say themselves what is gone since.
  private func requirePaths(_ input: ResolvedInput) throws {
    guard input.declaration.mustExist, let value = input.value, recorded.isEmpty else { return }
    for path in value.listValue?.compactMap(\.stringValue) ?? [value.stringValue].compactMap(\.self)
    where faccessat(AT_FDCWD, path, R_OK, AT_EACCESS) != 0 {
      let reason = String(cString: strerror(errno))
      throw Failure(message: "the input '\(input.declaration.name)': \(path): \(reason)")
    }
  }

  private func resolve(_ input: Runbook.Input, in runbook: Runbook) throws -> ResolvedInput {
    if input.isSecret, flags[input.name] != nil {
      throw Failure(
        message: "'\(input.name)' is a secret, and flags are seen by every process: "
          + "set RUNBOOK_INPUT_\(input.name) instead")
    }
    if let record = recorded.first(where: { $0.name == input.name }), !input.isSecret,
      // A secret in it was not stored, so it is had anew.
      !Redactor.hasMark(record.value)
    {
      let value: Value? = record.value == .null ? .none : .some(record.value)
      return ResolvedInput(declaration: input, value: value, origin: record.origin)
    }
    let variable =
      surroundings.environment["RUNBOOK_INPUT_\(input.name)"]
      ?? surroundings.environment["RUNBOOK_INPUT_\(input.name.uppercased())"]
    if let text = flags[input.name] { return try typed(input, .string(text), .flag) }
    if let variable {
      // Its bytes may have been replaced by now.
      for name in [input.name, input.name.uppercased()].map({ "RUNBOOK_INPUT_\($0)" }) {
        guard let bytes = getenv(name), String(validatingCString: bytes) == nil else { continue }
        throw Failure(message: "the input '\(input.name)': the variable \(name) is not UTF-8")
      }
      return try typed(input, .string(variable), .environment)
    }
    if let value = file[input.name], value != .null { return try typed(input, value, .file) }
    if let source = input.source { return try fromSource(source, input, runbook) }
    if let fallback = input.fallback {
      return ResolvedInput(declaration: input, value: fallback, origin: .fallback)
    }
    if input.isOptional || sandboxInputs.contains(input.name) {
      return ResolvedInput(declaration: input, value: nil, origin: .none)
    }
    if let answer = ask(input) {
      return try typed(input, .string(answer), .answer)
    }
    throw Failure(
      message: "the input '\(input.name)' is needed: "
        + (input.isSecret
          ? "set RUNBOOK_INPUT_\(input.name)"
          : "--set \(input.name)=\(input.type.name.uppercased())"))
  }

  private func typed(
    _ input: Runbook.Input, _ data: Value, _ origin: InputRecord.Origin
  ) throws -> ResolvedInput {
    // Copied from what was shown: the mark is not what it stands for.
    guard !Redactor.hasMark(data) else {
      throw Failure(
        message:
          "the input '\(input.name)' holds \(Redactor.mark), which stands where a secret was taken out: "
          + "give the value itself")
    }
    guard let value = input.type.value(of: data, relativeTo: surroundings.workingDirectory) else {
      // A secret may stand in the wrong line of a file.
      let shown = input.isSecret || origin == .file ? "" : ", not \(data.json)"
      let fault = input.type.fault(in: data, relativeTo: surroundings.workingDirectory)
      throw Failure(
        message: "the input '\(input.name)' must be \(input.type.expectation)\(shown)"
          + (fault.map { ": \($0)" } ?? ""))
    }
    return ResolvedInput(declaration: input, value: value, origin: origin)
  }

  private func fromSource(
    _ source: Runbook.Input.Source, _ input: Runbook.Input, _ runbook: Runbook
  ) throws -> ResolvedInput {
    switch source {
    case .file(let path):
      let rendered = path.text.begins(with: "/") ? path.text : "\(runbook.folder)/\(path.text)"
      let data: [UInt8]
      do throws(BoundedFile.Problem) {
        data = try BoundedFile.bytes(of: rendered)
      } catch {
        throw Failure(message: "the input '\(input.name)': \(rendered) \(error.message)")
      }
      return try typed(input, .string(Self.text(of: data, input)), .file)
    case .command(let words):
      let data = try output(of: words.map(\.text), input)
      return try typed(input, .string(Self.text(of: data, input)), .command)
    }
  }

  /// A program's standard output; run without a shell.
  ///
  /// What a secret's program says when it fails may be what it fetched, in part or in another form: it is not shown.
  private func output(of words: [String], _ input: Runbook.Input) throws -> [UInt8] {
    let subject = "the input '\(input.name)': its command"
    do throws(ValueCommand.Problem) {
      // A sandbox's surroundings lack what a store of passwords may need.
      return try ValueCommand(words, environment: Surroundings.current().environment).output()
    } catch {
      switch error {
      case .notStarted: throw Failure(message: "\(subject) cannot be started")
      case .timedOut:
        throw Failure(
          message:
            "\(subject) did not end within \(ValueCommand.timeout.secondsText) and was stopped")
      case .tooLong:
        throw Failure(
          message: "\(subject) printed more than \(ValueCommand.mostBytes) bytes and was stopped")
      case .interrupted: throw Failure(message: "\(subject) was stopped, or ended from outside")
      case .failed(let code, let said):
        throw Failure(message: "\(subject) ended with \(code)" + self.said(said, input))
      }
    }
  }

  private func said(_ words: String, _ input: Runbook.Input) -> String {
    let words = String(words.trimming { $0.isWhitespace })
    if words.isEmpty { return "" }
    guard !input.isSecret else {
      return "; what it said is not shown, as it may hold the secret: run it by hand"
    }
    let redactor = Redactor(
      secrets: EnvironmentSecrets.values(of: surroundings.environment) + surroundings.filedSecrets)
    return "\n" + redactor.tail(redactor.redact(words, isWhole: false), bytes: 500)
  }

  /// A secret is typed unseen.
  private func ask(_ input: Runbook.Input) -> String? {
    guard asks, console.canAsk else { return nil }
    let question: StyledText =
      "\(input.name) (\(input.type.name))\(input.summary.map { ", \($0)" } ?? ""): "
    guard !input.isSecret else { return console.askUnseen(question) }
    console.ask(question)
    return readLine()
  }

  /// Without its last line break. A secret of which a byte was replaced would be another, without a word.
  private static func text(of data: [UInt8], _ input: Runbook.Input) throws -> String {
    guard let text = String(validating: data, as: UTF8.self) else {
      throw Failure(message: "the input '\(input.name)': what it is read from is not UTF-8")
    }
    return String(text.withoutFinalLineBreak)
  }
}
