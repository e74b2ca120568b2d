package import RunbookEngine
package import RunbookModel

/// Everything wrong with an `sql` step that its text tells.
package struct SQLCheck {
  package let step: Step
  package let context: CheckContext

  package var diagnostics: [Diagnostic] {
    guard let source = SQLKind.source(of: step) else {
      return [
        Diagnostic(
          .error, .sqlTextAndFile, "an sql step needs either 'text' or 'file'",
          at: step.body.place, hint: "give the statements in one of the two")
      ]
    }
    let text = SQLText(source, names: context.valueNames)
    var found = text.diagnostics + undefinedNames(text)
    for statement in text.statements { found += check(statement, text) }
    return found + checkOptions()
  }

  private func undefinedNames(_ text: SQLText) -> [Diagnostic] {
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
          "a trial belongs into verification or safeguards, not into "
            + step.phase.rawValue, at: step.place, hint: "take 'trial' away, or move the step"))
    }
    if isSeparate && (step.options.isTrial || !step.phase.mayChange) {
      found.append(
        Diagnostic(
          .error, .sqlNoTransactionHere,
          "'transaction: none' is only for recovery and safeguards, and never for a trial",
          at: step.body.place(of: "transaction"),
          hint: "what protects the database here is the transaction"))
    }
    return found
  }

  private var isSeparate: Bool { step.body["transaction"]?.string == "none" }
  private var isReadOnly: Bool { !step.phase.mayChange && !step.options.isTrial }

  private func check(_ statement: SQLText.Statement, _ text: SQLText) -> [Diagnostic] {
    let traits = statement.traits
    var found: [Diagnostic] = []
    func refuse(_ code: DiagnosticCode, _ message: String, _ hint: String) {
      found.append(Diagnostic(.error, code, message, at: text.place(of: statement), hint: hint))
    }
    if traits.isTransactionControl {
      refuse(
        .sqlTransactionControl, "transaction control is not possible in a step",
        "each step runs in a transaction of its own; take the statement away")
    }
    if traits.copiesToClient {
      refuse(
        .sqlClientCopy, "COPY from STDIN or to STDOUT is not possible in an sql step",
        "use INSERT or SELECT, or a shell step with psql")
    }
    if let setting = traits.changesReading {
      refuse(
        .sqlReadingSetting,
        "the setting \(setting) says how SQL is read or values are written, and has to stay as it "
          + "is",
        "take the statement away; the session has set it as PostgreSQL's own programs do")
    }
    if step.options.isTrial { checkTrial(statement, text, refuse) }
    if isReadOnly {
      checkReadOnly(traits, refuse)
    } else if traits.needsNoTransaction && !isSeparate {
      refuse(
        .sqlNeedsNoTransaction, "this statement cannot run in a transaction block",
        step.options.isTrial ? "it cannot be tried" : "give the step 'transaction: none'")
    }
    for reference in statement.references
    where reference.form == .parameter && !traits.takesParameters {
      found.append(
        Diagnostic(
          .error, .sqlParameterInUtility, "PostgreSQL takes no parameters in this statement",
          at: text.place(of: reference),
          hint: "write :'\(reference.name)' for a literal or :\"\(reference.name)\" for a name"))
    }
    return found
  }

  /// What a rollback may not take back, or what cannot be seen. Of a `DO` its text can: a safeguard may try one.
  private func checkTrial(
    _ statement: SQLText.Statement, _ text: SQLText,
    _ refuse: (DiagnosticCode, String, String) -> Void
  ) {
    let traits = statement.traits
    let written = String(decoding: text.bytes[statement.range], as: UTF8.self)
    let kept: String? =
      traits.copiesOnServer
      ? "COPY with a program or a file of the server"
      : traits.changingCall.map { "\($0)()" } ?? KnownFunctions.unguarded(in: written).first
    if let kept {
      return refuse(
        .sqlTrialKeeps, "\(kept) cannot be tried", "no rollback takes back what it does")
    }
    // A CALL takes parameters, a DO none.
    let isBlock = traits.runsProcedure && !traits.takesParameters
    if traits.runsProcedure, step.phase != .safeguards || !isBlock {
      refuse(
        .sqlTrialKeeps,
        isBlock ? "DO cannot be tried in \(step.phase.rawValue)" : "CALL cannot be tried",
        "what it does cannot be seen: write the statements themselves")
    } else if let call = traits.calls.first {
      refuse(
        .sqlTrialKeeps,
        "\(call)() cannot be tried: whether a rollback takes back what it does is not known",
        "write the statements themselves")
    }
  }

  private func checkReadOnly(
    _ traits: SQLTraits, _ refuse: (DiagnosticCode, String, String) -> Void
  ) {
    let phase = step.phase.rawValue
    if traits.copiesOnServer {
      refuse(
        .sqlServerCopy, "COPY with a program or a file of the server is not allowed in \(phase)",
        "only recovery and safeguards may change anything")
    } else if traits.runsProcedure {
      refuse(
        .sqlProcedureInReadOnlyPhase, "DO and CALL are not allowed in \(phase)",
        "what they do cannot be seen; use SELECT, or move the step to recovery")
    } else if let changing = traits.changingCall {
      refuse(
        .sqlChangesInReadOnlyPhase,
        "\(changing)() changes something also in a READ ONLY transaction, and \(phase) is read-only",
        "move the step to recovery")
    } else if traits.effect != .readOnly && !(traits.isUnknown && traits.effect == .undetermined) {
      refuse(
        .sqlChangesInReadOnlyPhase,
        "this statement is \(traits.effect.words), and \(phase) is read-only",
        step.phase.mayTry
          ? "move the step to recovery, or make it a trial" : "move the step to recovery")
    } else if traits.needsNoTransaction {
      refuse(
        .sqlNeedsNoTransaction, "this statement cannot run in a transaction block",
        "\(phase) always runs in one")
    } else if traits.changesRole && hasReadOnlyRole {
      refuse(
        .sqlRoleChange, "the role cannot be changed in \(phase)",
        "the connection's read_only_role is what protects the database here")
    }
  }

  private var hasReadOnlyRole: Bool {
    let connections = context.runbook.connections
    guard let name = step.options.connection?.text else {
      return connections.contains { $0.readOnlyRole != nil }
    }
    return connections.contains { $0.name == name && $0.readOnlyRole != nil }
  }
}

extension Effect {
  fileprivate var words: String {
    switch self {
    case .readOnly: "read-only"
    case .mutating: "mutating"
    case .destructive: "destructive"
    case .undetermined: "one whose effect cannot be told"
    }
  }
}
