import RunbookModel

/// What the statements of a step do, told by SQLite: they are compiled in a database in memory that has the file's
/// schema and no rows. What makes or drops something is carried out there, so that the next one finds it so.
struct SchemaTwin: Sendable {
  /// The statements that make the file's schema.
  let schema: [String]

  /// What one statement does; nil where it cannot be compiled as things are.
  struct Judgement: Sendable, Hashable {
    let effect: Effect
    /// Why it is refused.
    let denial: String?
  }

  func judgements(of statements: [String]) -> [Judgement?] {
    do throws(SQLiteError) {
      let wait = SQLiteWait(until: .now + .seconds(10))
      let handle = try SQLiteHandle(path: nil, mayWrite: true, wait)
      // Whoever wrote the file wrote these: they are held to what a step's are.
      handle.ask(StatementJudge())
      for text in schema {
        // Parts of a virtual table are there already, and a module may be another program's.
        _ = try? handle.ask(text)
      }
      return statements.map { judgement(of: $0, in: handle) }
    } catch {
      return statements.map { _ in nil }
    }
  }

  /// Whether a statement reads no table: it can be compiled where there is none, and asks nothing of the database itself.
  static func isOfValuesAlone(_ text: String) -> Bool {
    let judge = StatementJudge()
    do throws(SQLiteError) {
      let handle = try SQLiteHandle(
        path: nil, mayWrite: true, SQLiteWait(until: .now + .seconds(10)))
      // These make themselves known by a look at the catalogue, the first time.
      for name in ["json_each", "json_tree"] {
        _ = try? handle.statement("SELECT 1 FROM \(name)('[]')")
      }
      handle.ask(judge)
      return try handle.statement(text).isReadOnly && !judge.asksDatabase
    } catch {
      return false
    }
  }

  private func judgement(of text: String, in handle: SQLiteHandle) -> Judgement? {
    let judge = StatementJudge()
    handle.ask(judge)
    defer { handle.ask(nil) }
    do throws(SQLiteError) {
      let statement = try handle.statement(text)
      guard !statement.isReadOnly else { return Judgement(effect: .readOnly, denial: nil) }
      if judge.changesSchema { while try statement.step() {} }
      let isDestructive =
        judge.isDestructive || SQLiteScanner(Array(text.utf8)).takesEveryRow
      return Judgement(effect: isDestructive ? .destructive : .mutating, denial: nil)
    } catch {
      return judge.denial.map { Judgement(effect: .undetermined, denial: $0) }
    }
  }
}
