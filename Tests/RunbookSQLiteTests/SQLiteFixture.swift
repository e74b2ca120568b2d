import Foundation
import RunbookEngine
import RunbookExpression
import RunbookModel
import RunbookTestSupport
import Synchronization
import Testing

@testable import RunbookSQLite

/// A SQLite file of its own, a gateway to it, and steps to perform there; gone with the value.
final class SQLiteFixture: Sendable {
  let folder: String
  let path: String
  let gateway = SQLiteGateway()
  let connection: Runbook.Connection
  let run = RunID(rawValue: "20251018-220113-aaaa")
  private let texts = Mutex<[String]>([])

  /// - Parameters:
  ///   - name: of the file.
  ///   - schema: what is done in it first, by SQLite's own program.
  init(
    name: String = "app.db", keepsReceipts: Bool = true,
    _ schema: String = "CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT NOT NULL, size)"
  ) async throws {
    folder = NSTemporaryDirectory() + "sqlite-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    path = "\(folder)/\(name)"
    let place = Place(file: "runbook.yaml", line: 1, column: 1)
    let url = try SQLiteConnections(gateway).target(of: Self.url(path), in: "/").url
    connection = Runbook.Connection(
      name: "main", place: place, kind: "sqlite", url: SourceText(url, at: place, layout: .line),
      keepsReceipts: keepsReceipts)
    try Self.sqlite(path, schema)
    try await gateway.configure(connection, url: url)
  }

  deinit {
    // What is left behind hurts no other test.
    try? FileManager.default.removeItem(atPath: folder)
  }

  static func url(_ path: String) -> String {
    "sqlite:///"
      + path.utf8.map { byte in
        byte.isDigit || byte.isLetter || byte == UInt8(ascii: "/") || byte == UInt8(ascii: ".")
          ? String(decoding: [byte], as: UTF8.self) : "%" + String(format: "%02X", byte)
      }.joined()
  }

  var lines: [String] { texts.withLock { $0 } }

  func activity(
    _ sql: String, phase: Phase = .detection, id: String = "step", values: [String: Value] = [:],
    trial: Bool = false, effect: Effect? = nil, fields: [(String, FieldValue)] = []
  ) throws -> any Activity {
    let context = BindingContext(
      scope: NoValues(), values: values, connection: connection, folder: folder)
    return try SQLiteKind(files: gateway).bind(
      Self.step(sql, phase: phase, id: id, trial: trial, effect: effect, fields: fields),
      to: context)
  }

  /// As a run does it: the file is identified, receipts are prepared, and then the step is performed.
  @discardableResult
  func perform(
    _ sql: String, phase: Phase = .detection, id: String = "step", values: [String: Value] = [:],
    trial: Bool = false, effect: Effect? = nil, fields: [(String, FieldValue)] = [],
    _ context: AttemptContext? = nil
  ) async throws -> StepResult {
    let identity = try await gateway.identify("main").identity
    if phase.mayChange, connection.keepsReceipts {
      try await gateway.prepareReceipts([ReceiptUser(connection: "main", role: identity.role)])
    }
    return try await activity(
      sql, phase: phase, id: id, values: values, trial: trial, effect: effect, fields: fields
    ).perform(in: context ?? self.context(id: id))
  }

  func context(
    id: String = "step", generation: Int64 = 1, attempt: Int = 1, timeout: Duration? = nil,
    objection: @escaping @Sendable (StepResult) -> FailureRecord? = { _ in nil },
    keepsResult: Bool = false, proof: RunProof = RunProof(),
    leaseLoss: @escaping @Sendable () -> FailureRecord? = { nil }
  ) -> AttemptContext {
    AttemptContext(
      run: run, step: StepID(id), attempt: attempt, actor: Actor(account: "tester"),
      timeout: timeout, generation: generation, evidenceFolder: "\(folder)/evidence",
      output: { line in self.texts.withLock { $0.append(line.text) } }, now: { .epoch },
      objection: objection, keepsResult: keepsResult, proof: proof, leaseLoss: leaseLoss)
  }

  /// What SQLite's own program prints.
  @discardableResult
  func sqlite(_ sql: String) throws -> String { try Self.sqlite(path, sql) }

  @discardableResult
  static func sqlite(_ path: String, _ sql: String) throws -> String {
    let program = try #require(
      SpawnedProgram(["/usr/bin/env", "python3", "-c", script, path, sql]))
    return program.text()
  }

  /// Debian's `sqlite3` need not be there; Python has the library.
  private static let script = """
    import sqlite3, sys
    base = sqlite3.connect(sys.argv[1], isolation_level=None)
    text, last = sys.argv[2], []
    for part in text.split(";;"):
        if part.strip(): last = base.execute(part).fetchall()
    print("\\n".join("|".join(str(v) for v in row) for row in last), end="")
    """

  static func step(
    _ sql: String, phase: Phase = .detection, id: String = "step", trial: Bool = false,
    effect: Effect? = nil, fields: [(String, FieldValue)] = []
  ) -> Step {
    let place = Place(file: "runbook.yaml", line: 10, column: 5)
    let text = SourceText(
      sql, at: Place(file: "runbook.yaml", line: 11, column: 7),
      layout: .block(firstLine: 11, indent: 6))
    var all = [Fields.Field(name: "text", place: place, value: .text(text))]
    all += fields.map { Fields.Field(name: $0.0, place: place, value: $0.1) }
    var options = StepOptions()
    options.isTrial = trial
    options.effect = effect
    return Step(
      id: StepID(id), title: id, phase: phase, kind: "sql", body: Fields(all, at: place),
      place: place, options: options)
  }
}

/// No name has a value.
struct NoValues: EvaluationScope {
  func value(of name: String) -> Value? { nil }
}
