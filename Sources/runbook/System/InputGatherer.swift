import Foundation
import RunbookEngine
import RunbookExpression
import RunbookModel
import RunbookSyntax
import Synchronization

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
    return try runbook.inputs.map { try resolve($0, in: runbook) }
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
    if !input.isSecret, let answer = ask(input) {
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
      guard let data = FileManager.default.contents(atPath: rendered) else {
        throw Failure(message: "the input '\(input.name)': cannot read \(rendered)")
      }
      return try typed(input, .string(Self.text(of: data, input)), .file)
    case .command(let words):
      return try typed(input, .string(try output(of: words.map(\.text), input)), .command)
    }
  }

  /// A program's standard output; run without a shell.
  private func output(of words: [String], _ input: Runbook.Input) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["--"] + words
    let (pipe, errors) = (Pipe(), Pipe())
    process.standardOutput = pipe
    // What it says may be what it fetches: it is shown only when it failed, and without that.
    if input.isSecret { process.standardError = errors }
    process.standardInput = FileHandle.nullDevice
    // A program is started with what it knows to expect: one that writes to nobody ends.
    signal(SIGPIPE, SIG_DFL)
    defer { signal(SIGPIPE, SIG_IGN) }
    do { try process.run() } catch {
      throw Failure(message: "the input '\(input.name)': its command cannot be started")
    }
    let said = DrainedPipe(errors, isUsed: input.isSecret)
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      let redactor = Redactor(
        secrets: EnvironmentSecrets.values(of: surroundings.environment)
          + surroundings.filedSecrets + [String(decoding: data, as: UTF8.self)])
      let words = redactor.tail(redactor.redact(said.text, isWhole: false), bytes: 500)
        .trimming { $0.isWhitespace }
      throw Failure(
        message: "the input '\(input.name)': its command ended with \(process.terminationStatus)"
          + (words.isEmpty ? "" : "\n\(words)"))
    }
    return try Self.text(of: data, input)
  }

  private func ask(_ input: Runbook.Input) -> String? {
    guard console.canAsk else { return nil }
    console.ask("\(input.name) (\(input.type.name))\(input.summary.map { ", \($0)" } ?? ""): ")
    return readLine()
  }

  /// Without its last line break. A secret of which a byte was replaced would be another, without a word.
  private static func text(of data: Data, _ input: Runbook.Input) throws -> String {
    guard let text = String(validating: data, as: UTF8.self) else {
      throw Failure(message: "the input '\(input.name)': what it is read from is not UTF-8")
    }
    return String(text.withoutFinalLineBreak)
  }
}

/// What comes through a pipe, read while its writer runs, so that it never waits.
private final class DrainedPipe: Sendable {
  private let group = DispatchGroup()
  private let data = Mutex(Data())

  init(_ pipe: Pipe, isUsed: Bool) {
    guard isUsed else { return }
    group.enter()
    let reader = pipe.fileHandleForReading
    Thread.detachNewThread { [self] in
      let read = reader.readDataToEndOfFile()
      data.withLock { $0 = read }
      group.leave()
    }
  }

  /// All of it, once the writer has ended.
  var text: String {
    group.wait()
    return data.withLock { String(decoding: $0, as: UTF8.self) }
  }
}
