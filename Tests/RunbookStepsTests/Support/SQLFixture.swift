import Foundation
import RunbookEngine
import RunbookModel
import RunbookTestSupport
import Synchronization
import Testing

@testable import RunbookLogs
@testable import RunbookPostgres
@testable import RunbookRecovery
@testable import RunbookSandbox

/// A database of its own, a gateway to it, and steps to perform there.
struct SQLFixture: Sendable {
  let server: TestServer
  let database: String
  let gateway: PostgresGateway
  let connection: Runbook.Connection
  let run = RunID(rawValue: "run-1")
  let lines = Lines()
  /// Removed with the server.
  let evidence: String

  final class Lines: Sendable {
    private let all = Mutex<[OutputLine]>([])
    func add(_ line: OutputLine) { all.withLock { $0.append(line) } }
    var texts: [String] { all.withLock { $0.map(\.text) } }
  }

  init(
    readOnlyRole: String? = nil, keepsReceipts: Bool = true, database: String? = nil
  ) async throws {
    server = try #require(TestServer.shared)
    evidence = server.workFolder + "/evidence-\(UUID().uuidString)"
    self.database = database ?? server.makeDatabase()
    gateway = PostgresGateway { testNow() }
    let place = Place(file: "runbook.yaml", line: 1, column: 1)
    let url = server.url(of: self.database)
    connection = Runbook.Connection(
      name: "main", place: place, kind: "postgres",
      url: SourceText(url, at: place, layout: .line), readOnlyRole: readOnlyRole,
      keepsReceipts: keepsReceipts)
    try await gateway.configure(connection, url: url)
  }

  func activity(
    _ sql: String, phase: Phase = .detection, id: String = "step", values: [String: Value] = [:],
    trial: Bool = false, effect: Effect? = nil, fields: [(String, FieldValue)] = []
  ) throws -> SQLActivity {
    let step = Step.sql(sql, phase: phase, id: id, trial: trial, effect: effect, fields: fields)
    let context = BindingContext(
      scope: NoScope(), values: values, connection: connection, folder: "/")
    return try SQLKind(gateway: gateway).activity(step, context)
  }

  @discardableResult
  func perform(
    _ sql: String, phase: Phase = .detection, id: String = "step", values: [String: Value] = [:],
    trial: Bool = false, effect: Effect? = nil, fields: [(String, FieldValue)] = [],
    generation: Int64 = 1, attempt: Int = 1, timeout: Duration? = nil
  ) async throws -> StepResult {
    let activity = try activity(
      sql, phase: phase, id: id, values: values, trial: trial, effect: effect, fields: fields)
    return try await activity.perform(
      in: context(id: id, generation: generation, attempt: attempt, timeout: timeout))
  }

  func context(
    id: String = "step", generation: Int64 = 1, attempt: Int = 1, timeout: Duration? = nil,
    redactor: Redactor = .none,
    objection: @escaping @Sendable (StepResult) -> FailureRecord? = { _ in nil },
    keepsResult: Bool = false, actors: [String] = [], proof: RunProof = RunProof(),
    leaseLoss: @escaping @Sendable () -> FailureRecord? = { nil }
  ) -> AttemptContext {
    AttemptContext(
      run: run, step: StepID(id), attempt: attempt, actor: Actor(account: "tester"),
      timeout: timeout, generation: generation, evidenceFolder: evidence,
      output: { lines.add($0) }, now: testNow, redactor: redactor, objection: objection,
      keepsResult: keepsResult, actors: actors.map { Actor(account: $0) }, proof: proof,
      leaseLoss: leaseLoss)
  }

  /// Connects anew, as another role.
  func connect(as role: String, options: String = "") async throws {
    let url = server.url(of: database).replacingAll("user=test", with: "user=\(role)")
    try await gateway.configure(connection, url: url + options)
  }

  @discardableResult
  func psql(_ sql: String) -> String { server.psql(sql, database: database) }

  /// Returns once the condition holds, as the server sees it; fails after two minutes.
  ///
  /// It waits on a thread of its own: those of the cooperative pool are for what is waited for.
  func waitUntil(_ condition: String, sourceLocation: SourceLocation = #_sourceLocation) async {
    let wait = """
      SET statement_timeout = '600s';
      DO $$ BEGIN
        WHILE NOT (\(condition)) LOOP
          PERFORM pg_sleep(0.01);
          PERFORM pg_stat_clear_snapshot();
        END LOOP;
      END $$;
      SELECT 'held'
      """
    let answer = await withCheckedContinuation { continuation in
      Thread.detachNewThread { continuation.resume(returning: psql(wait)) }
    }
    #expect(answer == "held", "\(condition)", sourceLocation: sourceLocation)
  }
}

@Sendable func testNow() -> Timestamp {
  let interval = Date().timeIntervalSince1970
  return Timestamp(
    seconds: Int64(interval), nanoseconds: Int32((interval - interval.rounded(.down)) * 1e9))
    ?? .epoch
}

extension Step {
  static func sql(
    _ sql: String, phase: Phase = .detection, id: String = "step", trial: Bool = false,
    effect: Effect? = nil, connection: String? = nil, fields: [(String, FieldValue)] = []
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
    options.connection = connection.map { SourceText($0, at: place, layout: .line) }
    return Step(
      id: StepID(id), title: id, phase: phase, kind: "sql", body: Fields(all, at: place),
      place: place, options: options)
  }
}

extension PostgresGateway {
  private func user(_ connection: String) async throws -> ReceiptUser {
    ReceiptUser(connection: connection, role: try await identify(connection).identity.role)
  }

  @discardableResult
  func checkReceipts(_ connection: String) async throws -> [String] {
    try await checkReceipts([user(connection)])
  }

  func prepareReceipts(_ connection: String) async throws {
    try await prepareReceipts([user(connection)])
  }
}
