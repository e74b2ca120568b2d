import Foundation
import RunbookEngine
import RunbookModel
import RunbookPostgres
import RunbookSQLite
import RunbookTestSupport
import Testing

/// The laws of `ConnectionGateway`, held against each kind of connection.
@Suite(.timeLimit(.minutes(15))) struct GatewayContractTests {
  /// The kinds that can be had here.
  static let kinds = (TestServer.isAvailable ? ["postgres"] : []) + ["sqlite"]

  /// A database of its own with the table `item`, of one kind.
  private struct World {
    let kind: any ConnectionKind
    let gateway: ConnectionGateways
    let connection: Runbook.Connection
    let url: String
    let folder: String
    let run = RunID(rawValue: "20251018-220113-bbbb")

    init(_ name: String) async throws {
      folder = NSTemporaryDirectory() + "contract-\(UUID().uuidString)"
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      switch name {
      case "postgres":
        let server = try #require(TestServer.shared)
        let database = server.makeDatabase()
        server.psql("CREATE TABLE item (name text)", database: database)
        kind = PostgresConnections(PostgresGateway(now: { .epoch }))
        url = server.url(of: database)
      default:
        try SQLiteFixture.sqlite("\(folder)/app.db", "CREATE TABLE item (name text)")
        kind = SQLiteConnections(SQLiteGateway())
        url = "sqlite:///app.db"
      }
      gateway = ConnectionGateways([kind])
      let place = Place(file: "runbook.yaml", line: 1, column: 1)
      connection = Runbook.Connection(
        name: "main", place: place, kind: kind.name,
        url: SourceText(url, at: place, layout: .line))
      try await configure()
    }

    func configure() async throws {
      try await gateway.configure(connection, url: try kind.target(of: url, in: folder).url)
    }

    func remove() throws { try FileManager.default.removeItem(atPath: folder) }

    func users() async throws -> [ReceiptUser] {
      let identity = try await gateway.identify("main").identity
      return [ReceiptUser(connection: "main", role: identity.role)]
    }

    func prepare() async throws { try await gateway.prepareReceipts(try await users()) }

    func activity(_ id: String, _ sql: String, phase: Phase = .recovery) throws -> any Activity {
      try kind.sql.bind(
        SQLiteFixture.step(sql, phase: phase, id: id),
        to: BindingContext(scope: NoValues(), values: [:], connection: connection, folder: folder))
    }

    func context(
      _ id: String, generation: Int64 = 1, attempt: Int = 1, run: RunID? = nil
    ) -> AttemptContext {
      AttemptContext(
        run: run ?? self.run, step: StepID(id), attempt: attempt, actor: Actor(account: "tester"),
        timeout: nil, generation: generation, evidenceFolder: "\(folder)/evidence",
        output: { _ in }, now: { Self.now() })
    }

    @discardableResult
    func insert(
      _ id: String, generation: Int64 = 1, attempt: Int = 1, run: RunID? = nil
    ) async throws -> StepResult {
      try await activity(id, "INSERT INTO item VALUES ('\(id)')")
        .perform(in: context(id, generation: generation, attempt: attempt, run: run))
    }

    func count() async throws -> Value? {
      try await activity("count", "SELECT count(*) AS n FROM item", phase: .detection)
        .perform(in: context("count")).values["rows"]?.listValue?.first?.mapValue?["n"]
    }

    static func now() -> Timestamp {
      Timestamp(seconds: Int64(Date().timeIntervalSince1970), nanoseconds: 0) ?? .epoch
    }
  }

  @Test(arguments: kinds) func law1AnUnknownConnectionIsInvalid(kind: String) async throws {
    let world = try await World(kind)
    let failure = await #expect(throws: StepFailure.self) {
      _ = try await world.gateway.identify("other")
    }
    #expect(failure?.record.cause == .invalid)
    try world.remove()
  }

  @Test(arguments: kinds) func law2AnIdentityIsTheSameUntilTheDatabaseIsAnother(
    kind: String
  ) async throws {
    let (world, other) = (try await World(kind), try await World(kind))
    let first = try await world.gateway.identify("main").identity
    try await world.configure()
    let second = try await world.gateway.identify("main").identity
    #expect(first.isSameDatabase(as: second) && first.changes(to: second).isEmpty)
    #expect(first.isKnownAsSame(second) && first.sharesTables(with: second))
    let another = try await other.gateway.identify("main").identity
    #expect(!first.isSameDatabase(as: another) && !first.sharesTables(with: another))
    #expect(!first.changes(to: another).isEmpty)
    let stored = try JSONDecoder().decode(
      ConnectionIdentity.self, from: try JSONEncoder().encode(first))
    #expect(stored == first)
    try world.remove()
    try other.remove()
  }

  @Test(arguments: kinds) func law3ToCheckReceiptsWritesNothing(kind: String) async throws {
    let world = try await World(kind)
    let users = try await world.users()
    let statements = try await world.gateway.checkReceipts(users)
    #expect(!statements.isEmpty)
    #expect(try await world.gateway.checkReceipts(users) == statements)
    try world.remove()
  }

  @Test(arguments: kinds) func law4ReceiptsArePreparedOnce(kind: String) async throws {
    let world = try await World(kind)
    try await world.prepare()
    #expect(try await world.gateway.checkReceipts(try await world.users()) == [])
    try await world.prepare()
    try await world.insert("first")
    #expect(try await world.count() == 1)
    try world.remove()
  }

  @Test(arguments: kinds) func law5WhatIsNotThereIsLost(kind: String) async throws {
    let world = try await World(kind)
    let proof = RunProof(
      generation: 1, receipts: [StepID("first")],
      begun: [RunProof.Begun(step: StepID("script"), attempt: 3)])
    let nothing = try await world.gateway.lost(of: proof, run: world.run, on: "main")
    #expect(nothing?.isLeaseLost == true)
    #expect(nothing?.steps == [StepID("first"), StepID("script")])
    try await world.prepare()
    try await world.insert("first")
    let some = try await world.gateway.lost(of: proof, run: world.run, on: "main")
    #expect(some == LostProof(isLeaseLost: false, receipts: [], begun: [StepID("script")]))
    try await world.gateway.note(
      3, of: world.run, beside: RunProof(generation: 1, receipts: [StepID("first")]), on: "main")
    #expect(try await world.gateway.lost(of: proof, run: world.run, on: "main") == nil)
    // Of another run none of it is.
    let other = RunID(rawValue: "20251018-220113-cccc")
    #expect(try await world.gateway.lost(of: proof, run: other, on: "main") != nil)
    try world.remove()
  }

  @Test(arguments: kinds) func law6ABeginningIsNotedWhereTheRunsRecordIs(kind: String) async throws
  {
    let world = try await World(kind)
    try await world.prepare()
    let proof = RunProof(generation: 1, receipts: [StepID("first")])
    let failure = await #expect(throws: StepFailure.self) {
      try await world.gateway.note(1, of: world.run, beside: proof, on: "main")
    }
    #expect(failure?.record.cause == .elsewhere)
    try await world.gateway.note(5, of: world.run, beside: RunProof(), on: "main")
    // The count only grows.
    try await world.gateway.note(4, of: world.run, beside: RunProof(), on: "main")
    let noted = RunProof(begun: [RunProof.Begun(step: StepID("script"), attempt: 5)])
    #expect(try await world.gateway.lost(of: noted, run: world.run, on: "main") == nil)
    try world.remove()
  }

  @Test(arguments: kinds) func law7OthersAreSeenByWhatTheyLeft(kind: String) async throws {
    let world = try await World(kind)
    try await world.prepare()
    let other = RunID(rawValue: "20251018-220113-cccc")
    try await world.insert("first", run: other)
    let look = {
      try await world.gateway.othersAtWork(
        on: "main", besides: world.run, lookingAtReceipts: true, since: nil, now: World.now())
    }
    #expect(try await look().map(\.run) == [other])
    #expect(
      try await world.gateway.othersAtWork(
        on: "main", besides: other, lookingAtReceipts: true, since: nil, now: World.now()) == [])
    try await world.gateway.noteEnd(of: other, on: "main")
    #expect(try await look() == [])
    try world.remove()
  }

  @Test(arguments: kinds) func law8AChangeIsPerformedOnce(kind: String) async throws {
    let world = try await World(kind)
    try await world.prepare()
    let activity = try world.activity("first", "INSERT INTO item VALUES ('first')")
    #expect(activity.settlingMeans == .receipt && activity.isFenced)
    #expect(try await activity.receipt(in: world.context("first")) == nil)
    #expect(try await world.insert("first").hasReceipt)
    #expect(try await activity.receipt(in: world.context("first"))?.objections == [])
    #expect(try await world.insert("first", attempt: 2).isFormer)
    #expect(try await world.count() == 1)
    try world.remove()
  }

  @Test(arguments: kinds) func law9AnEarlierGenerationIsFencedOff(kind: String) async throws {
    let world = try await World(kind)
    try await world.prepare()
    let activity = try world.activity("first", "INSERT INTO item VALUES ('first')")
    #expect(try await activity.receipt(in: world.context("first", generation: 2)) == nil)
    let failure = await #expect(throws: StepFailure.self) { try await world.insert("first") }
    #expect(failure?.record.message == "another process has taken over this run")
    try await world.insert("first", generation: 2)
    #expect(try await world.count() == 1)
    try world.remove()
  }

  @Test(arguments: kinds) func law10AReadOnlyPhaseChangesNothing(kind: String) async throws {
    let world = try await World(kind)
    _ = try await world.gateway.identify("main")
    let failure = await #expect(throws: StepFailure.self) {
      _ = try await world.activity("look", "INSERT INTO item VALUES ('x')", phase: .verification)
        .perform(in: world.context("look"))
    }
    #expect(failure?.record.cause == .refused)
    #expect(try await world.count() == 0)
    try world.remove()
  }
}
