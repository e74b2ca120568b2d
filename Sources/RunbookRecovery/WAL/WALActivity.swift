import Glibc
package import RunbookEngine
package import RunbookModel
package import RunbookPostgres
import RunbookSystem
import Synchronization

/// Reads a server's write-ahead log by `pg_waldump`.
///
/// Where it cannot be read, the step succeeds, and says why: whoever asks is on another host most times,
/// or may not read the server's files.
package struct WALActivity: Activity {
  package let gateway: PostgresGateway
  package let environment: [String: String]
  package let source: String
  /// nil is the server's own.
  package let folder: String?
  let since: Timestamp?
  let until: Timestamp?
  let statements: [WALFindings.Statement]

  package let effect = Effect.readOnly
  package let isEffectDeclared = false
  package var connection: String? { source }

  package var work: [WorkItem] {
    let place = folder ?? "the server's own write-ahead log"
    return [
      WorkItem(
        language: .text, text: "read how transactions ended from \(place)", effect: .readOnly)
    ]
  }

  /// Why there is nothing to be read; no failure.
  private struct Unreadable: Error { let reason: String }

  package func perform(in context: AttemptContext) async throws(StepFailure) -> StepResult {
    let server = try await gateway.identify(source)
    // A round trip measures no finer.
    let offset = server.clockOffsetMicroseconds.map { Duration.milliseconds(($0 + 500) / 1000) }
    var findings = WALFindings(
      databaseOID: server.identity.databaseOID, since: since, until: until, clockOffset: offset)
    do {
      let place = try await self.folder(of: server.identity, in: context)
      let start = try start(in: place, of: server.identity)
      findings = try await read(place, from: start, findings, server.identity, context)
    } catch let unreadable as Unreadable {
      return Self.result(unreadable: unreadable.reason, statements)
    } catch let failure as StepFailure {
      throw failure
    } catch {
      throw StepFailure(.refused, "the write-ahead log could not be read")
    }
    return result(findings)
  }

  /// The folder of the server's segments on this host.
  private func folder(
    of identity: ConnectionIdentity, in context: AttemptContext
  ) async throws -> String {
    if let folder { return folder }
    let answers = try await gateway.session(of: source).use(
      until: .now + context.timeout(else: .seconds(60))
    ) { (link) throws(StepFailure) in
      try link.answers(to: [
        SQLCommand("SELECT setting FROM pg_settings WHERE name = 'data_directory'")
      ])
    }
    guard let directory = answers.first?.resultSet?.rows.first?.first?.stringValue
    else {
      throw Unreadable(
        reason: "role \(identity.role) may not ask where the server keeps its data "
          + "(pg_read_all_settings may)")
    }
    return "\(directory)/pg_wal"
  }

  /// The segment to begin with: what was last written before `since` tells nothing about it.
  private func start(
    in folder: String, of identity: ConnectionIdentity
  ) throws(Unreadable) -> WALSegment {
    guard access(folder, R_OK | X_OK) == 0 else {
      throw Unreadable(
        reason: "\(folder) cannot be read here: \(String(cString: strerror(errno)))")
    }
    guard let system = identity.systemIdentifier.flatMap(UInt64.init) else {
      throw Unreadable(
        reason: "role \(identity.role) may not ask for the server's system identifier, so that "
          + "nothing tells whose the files are")
    }
    let segments = WALSegment.last(
      in: folder, systemIdentifier: system,
      timeline: self.folder == nil ? identity.timelineID.flatMap(UInt32.init(exactly:)) : nil)
    guard let last = segments.last else {
      throw Unreadable(reason: "\(folder) holds no readable segment of this server's log")
    }
    // A minute is for clocks.
    guard let since else { return segments.first ?? last }
    return segments.first { $0.modifiedAt >= since.seconds - 60 } ?? last
  }

  private func read(
    _ folder: String, from start: WALSegment, _ findings: WALFindings,
    _ identity: ConnectionIdentity, _ context: AttemptContext
  ) async throws -> WALFindings {
    let major = identity.serverVersion.prefixOfScalars { $0.isASCII && $0.isNumber }
    guard let program = program(ofVersion: String(major)) else {
      throw Unreadable(reason: "pg_waldump of PostgreSQL \(major) is not installed here")
    }
    let output = Mutex(Lines(findings: findings, context.redactor))
    let process = ChildProcess(
      command: [
        program, "--path=\(folder)", "--timeline=\(start.timeline)", "--rmgr=Standby",
        "--rmgr=Transaction", "--start=\(start.start)",
      ],
      environment: environment.merging(["TZ": "UTC", "LC_ALL": "C"]) { $1 },
      timeout: context.timeout(else: .seconds(120)))
    let ending = try await process.perform { stream, bytes in
      output.withLock { $0.append(bytes, from: stream) }
    }
    let (read, words) = output.withLock { lines in
      lines.errors.finish()
      return (lines.findings, lines.errors.text)
    }
    switch ending.reason {
    case .cancelled: throw StepFailure(.interrupted, "`pg_waldump` was stopped")
    case .timedOut:
      throw StepFailure(
        .timeout, "`pg_waldump` did not end in time", hint: "give `since`, or a longer `timeout`")
    case .vanished: throw StepFailure(.refused, "how `pg_waldump` ended is not known")
    case .exited: break
    }
    // A living log ends in a record that is not there yet, which it calls an error.
    guard ending.exitCode == 0 || words.holds("error in WAL record") || read.first != nil else {
      throw Unreadable(
        reason: "pg_waldump could not read \(folder): "
          + (words.pieces(separatedBy: "\n").last.map(String.init) ?? "it gave no reason"))
    }
    return read
  }

  private func program(ofVersion major: String) -> String? {
    let own = "\(PostgresInstallation.debianFolder)/\(major)/bin/pg_waldump"
    return access(own, X_OK) == 0
      ? own : ProgramPath.find("pg_waldump", in: environment["PATH"] ?? "")
  }

  /// The program's output, line by line.
  private struct Lines {
    var findings: WALFindings
    var errors: RedactedTail
    private var rest: [UInt8] = []

    init(findings: WALFindings, _ redactor: Redactor) {
      self.findings = findings
      errors = RedactedTail(redactor, size: 4096)
    }

    mutating func append(_ bytes: [UInt8], from stream: ChildProcess.Stream) {
      guard stream == .standardOutput else {
        errors.append(bytes)
        return
      }
      rest += bytes
      guard let end = rest.lastIndex(of: UInt8(ascii: "\n")) else { return }
      let text = String(decoding: rest[..<end], as: UTF8.self)
      for line in text.pieces(separatedBy: "\n") { findings.take(line) }
      rest.removeSubrange(...end)
    }
  }
}

extension WALActivity {
  package func result(_ findings: WALFindings) -> StepResult {
    let verdicts = statements.map { ($0, findings.verdict(on: $0)) }
    var result = StepResult(
      values: ValueMap([
        ("readable", .bool(true)), ("reason", .string("")),
        ("removals", .list(findings.removals.map { Self.removal($0.end, at: $0.at, findings) })),
        ("aborted", .int(Int64(findings.abortCount))),
        ("verdicts", .list(verdicts.map { Self.value(of: $0, $1, findings) })),
        ("first", findings.first.map(Value.timestamp) ?? .null),
        ("last", findings.last.map(Value.timestamp) ?? .null),
      ]))
    let culprits = Self.commits(among: verdicts.map(\.1))
    let removals = findings.removals
    result.timeline =
      removals.prefix(Self.longestTimeline).map { at, end in
        row(at, Self.words(of: end, findings), isDamage: culprits.contains(end.xid), findings)
      }
      + Self.rollbacks(among: verdicts.map(\.1)).map { end in
        row(
          findings.time(of: end), "Transaction \(end.xid) was rolled back", isDamage: false,
          findings)
      }
    result.evidence = [
      EvidenceDraft(
        what: "transactions in the write-ahead log", source: source, content: .result("removals"))
    ]
    if !verdicts.isEmpty {
      result.evidence.append(
        EvidenceDraft(
          what: "what became of the statements", source: source, content: .result("verdicts")))
    }
    if let since, let first = findings.first, since < first {
      result.notices.append("what is left of the write-ahead log begins at \(first)")
    }
    if removals.count > Self.longestTimeline {
      result.notices.append(
        "the timeline has the first \(Self.longestTimeline) of \(removals.count) removals")
    }
    if findings.leftOut > 0 {
      result.notices.append("\(findings.leftOut) ends of transactions were not kept")
      let cut = Incomplete(
        held: Int64(WALFindings.limit), total: Int64(WALFindings.limit + findings.leftOut),
        noun: "ends of transactions")
      for name in ["removals", "aborted", "verdicts"] { result.incomplete[name] = cut }
    }
    return result
  }

  private static let longestTimeline = 1000

  package static func result(
    unreadable reason: String, _ statements: [WALFindings.Statement]
  ) -> StepResult {
    let verdicts = statements.map { statement -> Value in
      [
        "at": .timestamp(statement.at), "text": .string(statement.text), "outcome": "unknown",
        "xid": .null, "ended": .null, "known": .string(reason),
      ]
    }
    var result = StepResult(
      values: ValueMap([
        ("readable", .bool(false)), ("reason", .string(reason)), ("removals", .list([])),
        ("aborted", 0), ("verdicts", .list(verdicts)), ("first", .null), ("last", .null),
      ]))
    // Nobody knows what it holds: that it holds nothing would be an answer.
    for name in ["removals", "aborted", "first", "last"] {
      result.incomplete[name] = .unreadable("the write-ahead log was not read")
    }
    result.notices = [
      "the write-ahead log was not read, so that the catalogue alone tells whether a drop was rolled "
        + "back: \(reason)"
    ]
    return result
  }

  private func row(
    _ at: Timestamp, _ text: String, isDamage: Bool, _ findings: WALFindings
  ) -> TimelineRow {
    TimelineRow(
      at: at, text: text, source: "write-ahead log", isDamage: isDamage,
      clockOffsetMicroseconds: findings.clockOffset?.microseconds)
  }

  private static func words(of end: TransactionEnd, _ findings: WALFindings) -> String {
    let count = end.files(ofDatabase: findings.databaseOID).count
    let files = count == 1 ? "1 file of a relation" : "\(count) files of relations"
    return "Transaction \(end.xid) was committed and removed \(files)"
  }

  private static func removal(
    _ end: TransactionEnd, at: Timestamp, _ findings: WALFindings
  ) -> Value {
    [
      "at": .timestamp(at), "xid": .int(end.xid),
      "files": .int(Int64(end.files(ofDatabase: findings.databaseOID).count)),
    ]
  }

  private static func value(
    of statement: WALFindings.Statement, _ verdict: WALFindings.Verdict, _ findings: WALFindings
  ) -> Value {
    let outcome: String
    var end: TransactionEnd?
    let known: String
    switch verdict {
    case .committed(let found):
      (outcome, end) = ("committed", found)
      known = "the next transaction to end that had locked tables was committed"
    case .rolledBack(let found):
      (outcome, end) = ("rolledBack", found)
      known = "the next transaction to end that had locked tables was rolled back"
    case .unknown(let reason): (outcome, known) = ("unknown", reason)
    }
    return [
      "at": .timestamp(statement.at), "text": .string(statement.text), "outcome": .string(outcome),
      "xid": end.map { .int($0.xid) } ?? .null,
      "ended": end.map { .timestamp(findings.time(of: $0)) } ?? .null, "known": .string(known),
    ]
  }

  private static func commits(among verdicts: [WALFindings.Verdict]) -> Set<Int64> {
    var transactions: Set<Int64> = []
    for case .committed(let end) in verdicts { transactions.insert(end.xid) }
    return transactions
  }

  private static func rollbacks(among verdicts: [WALFindings.Verdict]) -> [TransactionEnd] {
    var ends: [TransactionEnd] = []
    for case .rolledBack(let end) in verdicts where !ends.contains(end) { ends.append(end) }
    return ends
  }
}
