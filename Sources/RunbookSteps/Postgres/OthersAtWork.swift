public import RunbookEngine
public import RunbookModel

/// Other runs that are at work in a database, by what the server shows of them.
extension PostgresGateway {
  public func othersAtWork(
    on connection: String, besides run: RunID, lookingAtReceipts: Bool
  ) async throws(StepFailure) -> [OtherRun] {
    let sessions = try await ask(Self.sessions, on: connection).compactMap(Self.session)
    var found = Dictionary(
      sessions.map { ($0.run, $0) }, uniquingKeysWith: { first, _ in first })
    if lookingAtReceipts,
      try await ask(Self.hasReceipts, on: connection).first?.first?.boolValue == true
    {
      for other in try await ask(Self.receipts, on: connection).compactMap(Self.receipt)
      where found[other.run] == nil {
        found[other.run] = other
      }
    }
    found[run] = nil
    return found.values.sorted { $0.run.rawValue < $1.run.rawValue }
  }

  /// Sessions carry `runbook RUN STEP` while a step is performed, and `runbook RUN` between steps.
  private static let sessions = SQLCommand(
    """
    SELECT a.application_name, coalesce(a.usename, ''), coalesce(host(a.client_addr), ''),
      a.backend_start
    FROM pg_stat_activity a
    WHERE a.datname = current_database() AND a.application_name LIKE 'runbook %'
    ORDER BY length(a.application_name) DESC, a.pid
    """)

  private static func session(_ row: [Value]) -> OtherRun? {
    guard row.count == 4, let words = row[0].stringValue?.pieces(separatedBy: " "),
      words.count > 1, isRunID(words[1])
    else { return nil }
    let step = words.count > 2 ? "performs step '\(words[2])'" : "is connected"
    let host = row[2].stringValue.flatMap { $0.isEmpty ? nil : " from \($0)" } ?? ""
    var since: Timestamp?
    if case .timestamp(let time) = row[3] { since = time }
    return OtherRun(
      run: RunID(rawValue: String(words[1])),
      summary: "run \(words[1]) \(step)\(host) as role \(row[1].stringValue ?? "")"
        + (since.map { ", its session since \($0)" } ?? ""), since: since)
  }

  private static func isRunID(_ text: Substring) -> Bool {
    let parts = text.pieces(separatedBy: "-")
    return parts.count == 3 && parts[0].utf8.count == 8 && parts[1].utf8.count == 6
      && parts[0].utf8.allSatisfy { (48...57).contains($0) }
  }

  private static let hasReceipts = SQLCommand(
    """
    SELECT EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = 'runbook' AND c.relname = 'receipt' AND c.relkind = 'r'
        AND has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT'))
    """)

  /// Of runs that changed something a short while ago, whose process may be on any host.
  private static let receipts = SQLCommand(
    """
    SELECT r.run, (array_agg(r.actor ORDER BY r.recorded_at DESC))[1], max(r.recorded_at)
    FROM runbook.receipt r WHERE r.recorded_at > clock_timestamp() - interval '1 hour'
    GROUP BY r.run ORDER BY r.run
    """)

  private static func receipt(_ row: [Value]) -> OtherRun? {
    guard row.count == 3, let run = row[0].stringValue, case .timestamp(let time) = row[2] else {
      return nil
    }
    return OtherRun(
      run: RunID(rawValue: run),
      summary:
        "run \(run) of \(row[1].stringValue ?? "somebody") last changed it at \(time); whether it "
        + "has ended cannot be seen from here", since: time, isByReceipt: true)
  }
}
