import GRDB
public import RunbookEngine
public import RunbookModel

/// What a run tells at a glance: who looks at many before something urgent reads no more of them.
///
/// SQLite takes it from the stored text (<https://www.sqlite.org/json1.html>). The chain of hashes is not
/// checked, so that nothing may rest on it. Each text is parsed once: SQLite would do so again for each
/// call that asks for one key of it.
public struct RunGlance: Sendable {
  public let runbook: String
  public let isDrill: Bool
  /// Nil when the run is no drill.
  public let drillMode: DrillMode?
  /// Whether it is a drill in which nobody takes part.
  public let isCheck: Bool
}

extension RunStore {
  /// - Returns: nil when nothing was stored in the run, or nothing that a run begins with.
  public func glance(at run: RunID) throws(StoreError) -> RunGlance? {
    let journal = try open(run)
    guard journal.isBlank else { return try journal.glance() }
    try journal.checkBlank()
    return nil
  }

  /// Whether one of a run's last entries says that it has ended.
  func hasEndedAtAGlance(_ run: RunID) throws(StoreError) -> Bool {
    let journal = try open(run)
    return journal.isBlank ? false : try journal.hasEnd()
  }

  /// How long each attempt of a run took that succeeded, in microseconds, in order.
  public func succeededAttempts(
    of run: RunID
  ) throws(StoreError) -> [(step: StepID, microseconds: Int64)] {
    try open(run).succeededAttempts()
  }
}

extension SQLiteJournal {
  fileprivate func glance() throws(StoreError) -> RunGlance? {
    try reading { database in
      let row = try Row.fetchOne(
        database,
        sql: """
          WITH first AS MATERIALIZED (
            SELECT json_extract(body, '$.event.runbook.name', '$.event.isDrill') AS facts
            FROM entry WHERE sequence = 1)
          SELECT json_extract(facts, '$[0]'), json_extract(facts, '$[1]') FROM first
          """)
      guard let row, let name = try row.textIfAny(0, in: path) else { return nil }
      let isDrill = row.numberIfAny(1) == 1
      let drill = isDrill ? try Self.drill(database) : nil
      return RunGlance(
        runbook: name, isDrill: isDrill,
        drillMode: try drill?.textIfAny(0, in: path).flatMap(DrillMode.init),
        isCheck: drill?.numberIfAny(1) == 1)
    }
  }

  /// Notes and edits of the report may stand behind the end; who wrote more of them is read as a whole.
  fileprivate func hasEnd() throws(StoreError) -> Bool {
    try reading { database in
      let row = try Row.fetchOne(
        database,
        sql: """
          SELECT EXISTS (
            SELECT 1 FROM (SELECT body FROM entry ORDER BY sequence DESC LIMIT 50)
            WHERE instr(body, '"type":"runEnded"') > 0
              AND json_extract(body, '$.event.type') = 'runEnded')
          """)
      return row?.numberIfAny(0) == 1
    }
  }

  /// The mode, and whether it is a check.
  private static func drill(_ database: Database) throws -> Row? {
    try Row.fetchOne(
      database,
      sql: """
        SELECT json_extract(body, '$.event.mode'), json_extract(body, '$.event.isCheck') FROM entry
        WHERE json_extract(body, '$.event.type') = 'drill'
          AND json_extract(body, '$.event.action') = 'started'
        ORDER BY sequence LIMIT 1
        """)
  }

  fileprivate func succeededAttempts() throws(StoreError) -> [(step: StepID, microseconds: Int64)] {
    try reading { database in
      try Row.fetchAll(
        database,
        sql: """
          WITH attempt AS MATERIALIZED (
            SELECT sequence, json_extract(body, '$.event.type', '$.event.outcome', '$.event.step',
              '$.event.elapsedMicroseconds') AS facts
            FROM entry WHERE instr(body, '"type":"attemptFinished"') > 0)
          SELECT json_extract(facts, '$[2]'), json_extract(facts, '$[3]') FROM attempt
          WHERE json_extract(facts, '$[0]') = 'attemptFinished'
            AND json_extract(facts, '$[1]') = 'succeeded'
          ORDER BY sequence
          """
      ).compactMap { row in
        guard let step = try row.textIfAny(0, in: path), let length = row.numberIfAny(1) else {
          return nil
        }
        return (StepID(rawValue: step), length)
      }
    }
  }

  private func reading<Answer>(
    _ question: (Database) throws -> Answer
  ) throws(StoreError) -> Answer {
    guard !isBlank else { throw StoreError(.cannotRead, subject: path, "the journal is empty") }
    do {
      return try queue.unsafeRead(question)
    } catch {
      throw StoreError(error, in: path, writing: false)
    }
  }
}
