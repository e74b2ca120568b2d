package import RunbookModel

extension Step {
  /// What is wrong when not exactly one of some keys is there.
  package func check(exactlyOneOf names: [String]) -> [Diagnostic] {
    let found = names.filter { body[$0] != nil }
    guard found.count != 1 else { return [] }
    let list = names.map { "`\($0)`" }.joined(separator: ", ")
    let place = found.count > 1 ? body.place(of: found[1]) : body.place
    return [
      Diagnostic(
        .error, .oneKeyOf,
        found.isEmpty
          ? "a `\(kind)` step needs one of \(list)"
          : "`\(found[0])` and `\(found[1])` are both here, and a step has only one of them",
        at: place,
        hint: "write exactly one of \(list)")
    ]
  }

  /// What is wrong when a step whose effect nobody can tell stands in a read-only phase, or is a trial.
  package func checkDeclaredEffect(_ doing: String) -> [Diagnostic] {
    var found: [Diagnostic] = []
    if options.isTrial {
      found.append(
        Diagnostic(
          .error, .trialNotPossible, "\(doing) cannot be a trial: nothing can roll it back",
          at: place,
          hint: "trials are for sql steps"))
    }
    if options.isProbe, options.effect != .readOnly {
      found.append(
        Diagnostic(
          .error, .undeclaredEffect, "\(doing) in `settle`, which only reads, must declare that",
          at: place, hint: "add `effect: readOnly` beside `done` if that is so, else ask otherwise")
      )
    } else if !phase.mayChange, options.effect != .readOnly {
      found.append(
        Diagnostic(
          .error, .undeclaredEffect,
          "\(doing) in `\(phase.rawValue)`, which is read-only, must declare that it only reads",
          at: place,
          hint: "add `effect: readOnly` if that is so, else move the step to `recovery`"))
    }
    return found
  }

  /// The declared effect, else what can be told.
  package func effect(unlessDeclared effect: Effect = .undetermined) -> Effect {
    options.effect ?? effect
  }
}
