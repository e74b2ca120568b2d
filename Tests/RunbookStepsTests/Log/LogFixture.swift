import Foundation
import RunbookEngine
import RunbookModel
import Testing

@testable import RunbookLogs
@testable import RunbookPostgres
@testable import RunbookSystem

/// Performs log steps on files of its own.
struct LogFixture {
  let attempt: AttemptFixture

  init() throws { attempt = try AttemptFixture() }

  var folder: String { attempt.folder }

  static func step(
    _ fields: KeyValuePairs<String, FieldValue>, phase: Phase = .timeline,
    effect: Effect? = nil
  ) -> Step {
    KindFixture.step("log", fields, phase: phase) { $0.effect = effect }
  }

  static func step(_ fields: [(String, FieldValue)], effect: Effect? = nil) -> Step {
    var options = StepOptions()
    options.effect = effect
    return Step(
      id: StepID("a-step"), title: "", phase: .timeline, kind: "log",
      body: Fields(
        fields.map { .init(name: $0.0, place: KindFixture.place, value: $0.1) },
        at: KindFixture.place), place: KindFixture.place, options: options)
  }

  /// Writes a log and reads it.
  func read(
    _ log: String, _ format: String, _ more: KeyValuePairs<String, FieldValue> = [:],
    values: ValueMap = ValueMap()
  ) async throws -> StepResult {
    let path = try attempt.file("the.log", log)
    return try await perform(
      [("path", KindFixture.text(path)), ("format", KindFixture.text(format))]
        + more.map { ($0.key, $0.value) }, values: values)
  }

  func perform(
    _ fields: [(String, FieldValue)], effect: Effect? = nil, values: ValueMap = ValueMap(),
    gateway: PostgresGateway? = nil, timeout: Duration? = nil
  ) async throws -> StepResult {
    let kind = LogKind(environment: ProcessInfo.processInfo.environment, gateway: gateway)
    return try await kind.bind(
      Self.step(fields, effect: effect), to: KindFixture.binding(values, folder: folder)
    ).perform(in: attempt.context(timeout: timeout))
  }

  static func words(_ words: String...) -> FieldValue { .list(words.map(KindFixture.text)) }
}

extension StepResult {
  /// Rows of the timeline, a line each.
  var rows: [String] { timeline.map { "\($0.at) \($0.text)\($0.isDamage ? " !" : "")" } }

  /// The texts of the events.
  var texts: [String] { timeline.map(\.text) }

  func event(_ index: Int) -> ValueMap? { values["events"]?.listValue?[index].mapValue }
}
