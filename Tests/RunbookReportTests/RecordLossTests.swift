import RunbookModel
import RunbookReport
import RunbookTestSupport
import Testing

/// What a database has lost, and a person let go, is not shown as done.
struct RecordLossTests {
  private static let ann = Actor(account: "ann", name: "Ann")

  /// A run whose recovery step left a receipt that is not there when it is taken up.
  private func journal(_ decisions: GateDecided.Decision...) -> JournalBuilder {
    var journal = JournalBuilder()
    journal.start([
      StepRecord("look", "Look", .detection), StepRecord("mend", "Mend", .recovery),
      StepRecord("check", "Check", .verification),
    ])
    journal.attempt("look", sql: "SELECT 1", isConfirmed: true)
    journal.attempt("mend", sql: "UPDATE t SET a = 1", effect: .mutating, hasReceipt: true)
    journal.add(.runResumed(RunResumed(host: "ops1", approvals: [])))
    let identity = ConnectionIdentity(
      systemIdentifier: "7", timelineID: 1, database: "d", databaseOID: 1, role: "r",
      isSuperuser: false, serverVersion: "15.18", isReplica: false, address: "db1:5432")
    let found = ConnectionIdentified(
      connection: "main", identity: identity,
      lost: LostProof(isLeaseLost: true, receipts: [StepID("mend")]))
    journal.add(.connectionIdentified(found))
    let digest = Digest.sha256(of: "gate")
    journal.add(
      .gateOpened(
        GateOpened(
          gate: "identity:main", steps: [], identities: [found], approvals: 1, question: nil,
          digest: digest)))
    for decision in decisions {
      journal.add(
        .gateDecided(
          GateDecided(gate: "identity:main", decision: decision, means: .terminal, digest: digest)),
        by: Self.ann)
    }
    journal.attempt("check", sql: "SELECT 1")
    return journal
  }

  @Test func aStepThatTheDatabaseHasLostIsNotTicked() throws {
    let text = try IncidentReport(entries: journal(.approved).entries).markdown()
    let words = "succeeded, without a record in the present database"
    #expect(text.holds("⚠️ \(words)"))
    let lines = text.pieces(separatedBy: "\n").filter { $0.holds("✅") }
    #expect(!lines.contains { $0.holds("mend") })
    #expect(!text.holds("with a receipt in the database"))
    #expect(!text.holds("None that the journal knows of"))
    #expect(text.holds("gate `identity:main` was approved by Ann (account ann)"))
    #expect(text.holds("it has no record of what `mend` did"))
  }

  /// The gate of another database stands among the deviations, with what was carried out where.
  @Test func anotherDatabaseIsTold() throws {
    var journal = JournalBuilder()
    journal.start([
      StepRecord("look", "Look", .detection), StepRecord("mend", "Mend", .recovery),
      StepRecord("check", "Check", .verification),
    ])
    journal.identify()
    journal.attempt("look", sql: "SELECT 1", isConfirmed: true)
    journal.attempt("mend", sql: "UPDATE t SET a = 1", effect: .mutating)
    journal.add(.runResumed(RunResumed(host: "ops1", approvals: [])))
    let found = ConnectionIdentified(
      connection: "main",
      identity: ConnectionIdentity(
        systemIdentifier: "8", timelineID: 1, database: "akleao", databaseOID: 16_384, role: "r",
        isSuperuser: false, serverVersion: "15.18", isReplica: false, address: "db2:5432"))
    journal.add(.connectionIdentified(found))
    let digest = Digest.sha256(of: "gate")
    journal.add(
      .gateOpened(
        GateOpened(
          gate: "identity:main", steps: [], identities: [found], approvals: 1, question: nil,
          digest: digest)))
    journal.add(
      .gateDecided(
        GateDecided(gate: "identity:main", decision: .approved, means: .flag, digest: digest)),
      by: Self.ann)
    journal.add(
      .stepReopened(StepReopened(step: StepID("look"), cause: .elsewhere, subject: "main")))
    let text = try IncidentReport(entries: journal.entries).markdown()
    #expect(text.holds("the run went on in another database: `akleao` (OID 16384) at db2:5432"))
    #expect(text.holds("carried out in the former one by then: `look, mend`"))
    #expect(text.holds("left no record, and may be there alone: `mend`"))
    #expect(text.holds("what `look` had shown counted no more"))
    #expect(!text.holds("Finding confirmed by `look`: Look ✅"))
  }

  /// Nothing is lost by a restart, and a public copy tells of it as the report does.
  @Test(arguments: [false, true]) func aServerThatWasStartedAnewIsTold(isPublic: Bool) throws {
    var journal = JournalBuilder()
    journal.start([
      StepRecord("look", "Look", .detection), StepRecord("mend", "Mend", .recovery),
      StepRecord("check", "Check", .verification),
    ])
    func found(_ mayBeCopy: Bool?) -> ConnectionIdentified {
      ConnectionIdentified(
        connection: "main",
        identity: ConnectionIdentity(
          systemIdentifier: "7", timelineID: 1, database: "d", databaseOID: 1, role: "r",
          isSuperuser: false, serverVersion: "15.18", isReplica: false, address: "db1:5432"),
        mayBeCopy: mayBeCopy)
    }
    journal.add(.connectionIdentified(found(nil)))
    journal.attempt("look", sql: "SELECT 1", isConfirmed: true)
    journal.attempt("mend", sql: "UPDATE t SET a = 1", effect: .mutating, hasReceipt: true)
    journal.add(.runResumed(RunResumed(host: "ops1", approvals: [])))
    journal.add(.connectionIdentified(found(true)))
    let digest = Digest.sha256(of: "gate")
    journal.add(
      .gateOpened(
        GateOpened(
          gate: "identity:main", steps: [], identities: [found(nil), found(true)], approvals: 1,
          question: nil, digest: digest)))
    journal.add(
      .gateDecided(
        GateDecided(gate: "identity:main", decision: .approved, means: .flag, digest: digest)),
      by: Self.ann)
    journal.attempt("check", sql: "SELECT 1")
    let text = try IncidentReport(entries: journal.entries, isPublic: isPublic).markdown()
    #expect(text.holds("a server that was started anew since the run last saw it"))
    #expect(!text.holds("an older copy"))
    #expect(!text.holds("without a record"))
    #expect(text.holds("with a receipt in the database"))
  }

  @Test func nothingIsLostThatNobodyLetGo() throws {
    let text = try IncidentReport(entries: journal(.refused).entries).markdown()
    #expect(text.holds("with a receipt in the database"))
    #expect(!text.holds("without a record"))
  }

  /// Who refused first, took that back and then approved has approved.
  @Test func aRefusalThatWasTakenBackCountsForNothing() throws {
    let text = try IncidentReport(entries: journal(.refused, .withdrawn, .approved).entries)
      .markdown()
    #expect(text.holds("⚠️ succeeded, without a record in the present database"))
    #expect(text.holds("Refusal of gate `identity:main` withdrawn by"))
    #expect(!text.holds("Approval of gate"))
  }
}
