import RunbookEngine
import RunbookModel

/// Everything wrong with an `sql` step that its text tells: by SQLite itself, which compiles each statement without any
/// schema. What names tables it cannot judge then; the gate does, when the file's schema is known.
struct SQLiteCheck {
  let step: Step
  let context: CheckContext

  var diagnostics: [Diagnostic] {
    guard let source = SQLiteKind.source(of: step) else {
      return [
        Diagnostic(
          .error, .sqlTextAndFile, "an sql step needs either 'text' or 'file'",
          at: step.body.place, hint: "give the statements in one of the two")
      ]
    }
    let text = SQLiteText(source)
    return text.diagnostics + undefinedNames(text) + text.statements.flatMap { check($0, text) }
      + checkOptions()
  }

  private func undefinedNames(_ text: SQLiteText) -> [Diagnostic] {
    text.references.filter { !context.valueNames.contains($0.name) }.map { reference in
      let near = NearestName.of(reference.name, among: context.valueNames)
      return Diagnostic(
        .error, .sqlUndefinedName,
        "'\(reference.name)' is not an input, a constant or an earlier capture",
        at: text.place(of: reference),
        hint: near.map { "did you mean '\($0)'?" } ?? "define it, or write the value in the SQL")
    }
  }

  private func checkOptions() -> [Diagnostic] {
    var found: [Diagnostic] = []
    if step.options.isTrial && !step.phase.mayTry {
      found.append(
        Diagnostic(
          .error, .sqlTrialPhase,
          "a trial belongs into verification or safeguards, not into " + step.phase.rawValue,
          at: step.place, hint: "take 'trial' away, or move the step"))
    }
    if step.body["transaction"]?.string == "none" {
      found.append(
        Diagnostic(
          .error, .sqlNoTransactionHere,
          "'transaction: none' is not for a sqlite connection: each step runs in a transaction",
          at: step.body.place(of: "transaction"),
          hint: "take the key away; VACUUM is for a shell step with sqlite3"))
    }
    return found
  }

  private var isReadOnly: Bool { !step.phase.mayChange && !step.options.isTrial }

  private func check(_ statement: SQLiteText.Statement, _ text: SQLiteText) -> [Diagnostic] {
    let written = text.blanked(statement)
    let judge = StatementJudge()
    func found(_ code: DiagnosticCode, _ message: String, _ hint: String?, at byte: Int? = nil)
      -> [Diagnostic]
    {
      let place =
        byte.map { text.source.place(atByte: statement.range.lowerBound + $0, length: 1) }
        ?? text.place(of: statement)
      return [Diagnostic(.error, code, message, at: place, hint: hint)]
    }
    do throws(SQLiteError) {
      let handle = try SQLiteHandle(
        path: nil, mayWrite: true, SQLiteWait(until: .now + .seconds(5)))
      handle.ask(judge)
      let compiled = try handle.statement(written)
      if isReadOnly, !compiled.isReadOnly {
        return found(
          .sqlChangesInReadOnlyPhase,
          "this statement changes something, and \(step.phase.rawValue) is read-only",
          step.phase.mayTry
            ? "move the step to recovery, or make it a trial" : "move the step to recovery")
      }
      if compiled.isThere, !judge.hasActed, !compiled.isReadOnly {
        return found(
          .sqlNeedsNoTransaction, "this statement cannot run in a transaction",
          "each step runs in one; VACUUM is for a shell step with sqlite3")
      }
      return []
    } catch {
      if let denial = judge.denial {
        return judge.controlsTransaction
          ? found(
            .sqlTransactionControl, denial,
            "each step runs in a transaction of its own; take the statement away")
          : found(.sqlRefused, denial, "take the statement away")
      }
      guard error.isSyntax else { return [] }
      return found(.sqlSyntax, error.message, nil, at: error.offset)
    }
  }
}
