import Foundation
import RunbookEngine
import RunbookExpression
import RunbookModel
import Synchronization
import Testing

@testable import RunbookPostgres
@testable import RunbookRecovery
@testable import RunbookSandbox

/// Makes steps and contexts for kinds, without a file.
enum KindFixture {
  static let place = Place(file: "runbook.yaml", line: 7, column: 5)

  static func text(_ text: String) -> FieldValue {
    .text(SourceText(text, at: place, layout: .opaque))
  }

  static func fields(_ pairs: KeyValuePairs<String, FieldValue>) -> Fields {
    Fields(pairs.map { .init(name: $0.key, place: place, value: $0.value) }, at: place)
  }

  static func step(
    _ kind: String, _ body: KeyValuePairs<String, FieldValue>, phase: Phase = .recovery,
    _ configure: (inout StepOptions) -> Void = { _ in }
  ) -> Step {
    var options = StepOptions()
    configure(&options)
    return Step(
      id: StepID("a-step"), title: "A step", phase: phase, kind: kind, body: fields(body),
      place: place, options: options)
  }

  static func binding(
    _ values: ValueMap = ValueMap(), folder: String = "/", connection: String? = nil
  ) -> BindingContext {
    BindingContext(
      scope: values, values: [:],
      connection: connection.map {
        Runbook.Connection(
          name: $0, place: place, kind: "postgres",
          url: SourceText("", at: place, layout: .opaque))
      },
      folder: folder)
  }

  static func check(_ kind: some StepKind, _ step: Step) -> [Diagnostic] {
    let runbook = Runbook(
      name: "r", title: "R", severity: .low, steps: [step], sources: [], folder: "/",
      fileName: "runbook.yaml")
    return kind.check(step, in: CheckContext(runbook: runbook, valueNames: []))
  }
}

/// One attempt's surroundings, in a folder of its own that goes when the fixture does.
final class AttemptFixture: Sendable {
  let folder: String
  let run = RunID(rawValue: "test-\(UUID().uuidString)")
  private let printed = Mutex<[OutputLine]>([])
  private let listener: Mutex<(@Sendable (OutputLine) -> Void)?>

  init(listener: (@Sendable (OutputLine) -> Void)? = nil) throws {
    folder = NSTemporaryDirectory() + "runbook-test-\(UUID().uuidString)"
    self.listener = Mutex(listener)
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  var lines: [OutputLine] { printed.withLock { $0 } }
  var evidenceFolder: String { folder + "/evidence/a-step/1" }

  func context(timeout: Duration? = nil, redactor: Redactor = .none) -> AttemptContext {
    AttemptContext(
      run: run, step: StepID("a-step"), attempt: 1, actor: Actor(account: "tester"),
      timeout: timeout, generation: 1, evidenceFolder: evidenceFolder,
      output: { line in
        self.printed.withLock { $0.append(line) }
        self.listener.withLock { $0 }?(line)
      },
      now: { .epoch }, redactor: redactor)
  }

  /// Makes a file in the folder.
  func file(_ name: String, _ text: String) throws -> String {
    let path = folder + "/" + name
    try text.write(toFile: path, atomically: false, encoding: .utf8)
    return path
  }

  /// Processes that carry this run's mark.
  func markedProcesses() throws -> [String] {
    let mark = Data("RUNBOOK_RUN=\(run)".utf8)
    return try FileManager.default.contentsOfDirectory(atPath: "/proc").filter { name in
      guard Int(name) != nil,
        let environment = FileManager.default.contents(atPath: "/proc/\(name)/environ")
      else { return false }
      return environment.range(of: mark) != nil
    }
  }
}

extension AttemptFixture {
  /// What lies in the folder.
  var names: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: folder) }
  }
}
