import RunbookEngine
import RunbookModel

/// What the statements of a step do, told by SQLite: they are compiled in a database in memory that has the file's
/// schema and no rows. What makes or drops something is carried out there, so that the next one finds it so.
struct SchemaTwin: Sendable {
  /// The file's.
  let schema: SQLiteSchema

  /// What one statement does; nil where it cannot be compiled as things are.
  struct Judgement: Sendable, Hashable {
    let effect: Effect
    /// Why it is refused.
    let denial: String?
    /// All that it reads, changes, or does that by, as SQLite compares names.
    var touched: Set<String> = []
    /// Whether triggers or keys have rows deleted that its text does not name.
    var deletesElsewhere = false
    /// Whether its condition does not tell whether it leaves out any row.
    var mayTakeEveryRow = false
  }

  func judgements(of statements: [String]) -> [Judgement?] {
    do throws(SQLiteError) {
      let wait = SQLiteWait(until: .now + .seconds(10))
      let handle = try SQLiteHandle(path: nil, mayWrite: true, wait)
      try handle.ask("PRAGMA foreign_keys = 1")
      // Whoever wrote the file wrote these: they are held to what a step's are.
      let maker = StatementJudge()
      handle.ask(maker)
      var missing: Set<String> = []
      for object in schema.objects {
        do throws(SQLiteError) {
          try handle.ask(object.sql)
        } catch {
          // Parts of a virtual table are there already, and a module may be another program's.
          if object.type.isIdentical(to: "trigger") {
            missing.insert(StatementJudge.folded(object.table))
          }
        }
      }
      return statements.map { judgement(of: $0, in: handle, triggersMissing: missing) }
    } catch {
      return statements.map { _ in nil }
    }
  }

  private func judgement(
    of text: String, in handle: SQLiteHandle, triggersMissing: Set<String>
  ) -> Judgement? {
    let judge = StatementJudge()
    handle.ask(judge)
    defer { handle.ask(nil) }
    do throws(SQLiteError) {
      let statement = try handle.statement(text)
      guard !statement.isReadOnly else {
        return Judgement(effect: .readOnly, denial: nil, touched: judge.touched)
      }
      if judge.changesSchema { while try statement.step() {} }
      handle.ask(nil)
      let deletesElsewhere = !judge.changesSchema && judge.deletesElsewhere
      let triggers = try triggers(judge.touched, in: handle)
      let choices =
        [SQLiteScanner(Array(text.utf8)).choice].compactMap(\.self)
        + triggers.flatMap(\.choicesInBody)
      let effect: Effect =
        judge.isDestructive || deletesElsewhere || choices.contains(.none)
        ? .destructive
        : triggersMissing.isDisjoint(with: judge.touched) ? .mutating : .undetermined
      return Judgement(
        effect: effect, denial: nil, touched: judge.touched, deletesElsewhere: deletesElsewhere,
        mayTakeEveryRow: effect == .mutating && choices.contains(.open))
    } catch {
      return judge.denial.map { Judgement(effect: .undetermined, denial: $0) }
    }
  }

  /// The triggers among what a statement touches, one that the step has made itself among them.
  private func triggers(
    _ touched: Set<String>, in handle: SQLiteHandle
  ) throws(SQLiteError) -> [SQLiteScanner] {
    try handle.ask(
      """
      SELECT name, sql FROM main.sqlite_schema WHERE type = 'trigger'
      UNION ALL SELECT name, sql FROM temp.sqlite_schema WHERE type = 'trigger'
      """
    ).compactMap { row in
      guard let name = row[0].stringValue, touched.contains(StatementJudge.folded(name)),
        let text = row[1].stringValue
      else { return nil }
      return SQLiteScanner(Array(text.utf8))
    }
  }
}
