import RunbookEngine
import RunbookModel

extension RestoredTables {
  /// The tables' own triggers, those that fire here, with what silences and what wakes each. A constraint
  /// trigger is left alone: it checks what must hold for every row.
  private static let triggers = """
    SELECT format('ALTER TABLE ONLY %s DISABLE TRIGGER %I', tgrelid::regclass, tgname),
      format('ALTER TABLE ONLY %s ENABLE %s %I', tgrelid::regclass,
        CASE tgenabled WHEN 'A' THEN 'ALWAYS TRIGGER' ELSE 'TRIGGER' END, tgname)
    FROM pg_catalog.pg_trigger
    WHERE tgrelid = $1::regclass AND tgconstraint = 0 AND tgenabled IN ('O', 'A')
    ORDER BY tgname
    """

  /// Has rows come back into standing tables as they were at the backup: a trigger that stamps, counts or
  /// audits changes would take them for changes of today.
  mutating func withoutTriggers(
    _ work: (inout RestoredTables) throws(StepFailure) -> Void
  ) throws(StepFailure) {
    var silencing: [String] = []
    var waking: [String] = []
    for load in way.loads where load.mode != .whole {
      let found = try link.exchangeAll([SQLCommand(Self.triggers, [load.table])])
      for row in found.lastRows?.rows ?? [] {
        guard let off = row.first?.stringValue, let on = row.last?.stringValue else { continue }
        silencing.append(off)
        waking.append(on)
      }
    }
    try link.exchangeAll(silencing.map { SQLCommand($0) })
    try work(&self)
    // A table cannot be altered while a deferred reference still waits for its check.
    try link.exchangeAll(
      [SQLCommand("SET CONSTRAINTS ALL IMMEDIATE")] + waking.map { SQLCommand($0) })
    if !silencing.isEmpty {
      context.output(OutputLine(.notice, "\(silencing.count) triggers did not fire"))
    }
  }
}
