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
