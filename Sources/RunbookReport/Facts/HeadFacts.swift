import RunbookModel

/// Where a run stands, as the report calls it.
enum RunStatus: String, Sendable, Hashable {
  case resolved, unverified, notConfirmed, undetermined, failed, abandoned, practised, held,
    inProgress

  init(_ history: RunHistory) {
    switch history.ended?.payload.status {
    case .resolved: self = .resolved
    case .unverified: self = .unverified
    case .practised: self = .practised
    case .notConfirmed: self = .notConfirmed
    case .undetermined: self = .undetermined
    case .failed: self = .failed
    case .abandoned: self = .abandoned
    case nil: self = history.currentHold == nil ? .inProgress : .held
    }
  }

  var title: String {
    switch self {
    case .resolved: "RESOLVED"
    case .unverified: "UNVERIFIED"
    case .practised: "PRACTISED"
    case .notConfirmed: "NOT CONFIRMED"
    case .undetermined: "UNDETERMINED"
    case .failed: "FAILED"
    case .abandoned: "ABANDONED"
    case .held: "HELD"
    case .inProgress: "IN PROGRESS"
    }
  }

  var isEnded: Bool { self != .held && self != .inProgress }
}

/// Who, what and where: the report's head.
struct HeadFacts: Sendable {
  /// What the run worked on, when that was not the real thing.
  enum Rehearsal: Sendable, Hashable {
    case drill, sandbox
  }

  struct Connection: Sendable {
    let record: ConnectionRecord
    let identity: ConnectionIdentity?
    let clockOffset: Duration?
    let reference: Reference?
  }

  struct Redaction: Sendable {
    let step: StepID
    let captures: [String]
  }

  let title: String
  /// `2025-10-18`: the day on which the run started.
  let day: String
  let run: RunID
  let runbook: RunbookRecord
  let runbookDigest: Digest?
  let startedAt: Timestamp
  /// What the report is called as a file, without its extension.
  let fileStem: String
  /// Whether hosts, people and query values are left out.
  let isPublic: Bool
  let toolVersion: String
  let host: String
  let status: RunStatus
  let statusReason: String?
  /// Who gave the run up; nil where it ended by itself, or has not.
  let endedBy: Actor?
  /// How far the report itself is.
  let reportStatus: ReportEdits.Status
  let mark: Rehearsal?
  let environment: AuthoredBlock?
  /// Where a rehearsal was held; nil for the real thing.
  let rehearsalEnvironment: String?
  let connections: [Connection]
  let secretCount: Int
  /// Steps with captures that were not stored.
  let redactions: [Redaction]
  let planFingerprint: Digest
  /// The throwaway server and how it was prepared.
  let sandbox: Phrase?

  init(_ history: RunHistory, _ authored: AuthoredReport, isPublic: Bool) {
    let started = history.started.payload
    title = "Database Incident Report - \(history.started.at.longDay)"
    day = history.started.at.day
    run = started.run
    runbook = started.runbook
    runbookDigest =
      started.runbook.sources.first { $0.path == started.runbook.fileName }?.digest
      ?? started.runbook.sources.first?.digest
    startedAt = history.started.at
    fileStem = ReportName(history).stem
    self.isPublic = isPublic
    toolVersion = started.toolVersion
    host = started.host
    status = RunStatus(history)
    statusReason = history.ended?.payload.reason ?? history.currentHold?.payload.message
    endedBy = history.giver
    reportStatus = authored.edits.status
    mark = started.isDrill ? .drill : started.isSandbox ? .sandbox : nil
    environment = authored.block("environment")
    rehearsalEnvironment =
      started.isSandbox
      ? "a throwaway sandbox" : started.isDrill ? "a simulation: nothing was really done" : nil
    connections = history.connections.map { record in
      let identified = history.identities.last { $0.payload.connection == record.name }
      return Connection(
        record: record, identity: identified?.payload.identity,
        clockOffset: identified?.payload.clockOffsetMicroseconds.map { .microseconds($0) },
        reference: identified.map { Reference($0.stamp) })
    }
    secretCount = started.secretCount
    redactions = history.finishedAttempts
      .filter { !$0.finished.payload.withheldCaptures.isEmpty }
      .map { Redaction(step: $0.step.id, captures: $0.finished.payload.withheldCaptures) }
    planFingerprint = started.planFingerprint
    sandbox = history.sandbox.map { prepared in
      let steps = prepared.payload.steps.filter { $0.outcome == .succeeded }
      let fixtures = steps.count { $0.part == .fixture }
      return """
        PostgreSQL \(quote: prepared.payload.serverVersion), prepared by \(fixtures) fixture and \
        \(steps.count - fixtures) fault steps
        """
    }
  }
}
