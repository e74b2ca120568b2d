import RunbookExpression
import RunbookModel

/// What a runbook's expressions make of its secrets, such as the first six characters of one: secrets as well.
///
/// Known is what is made of secret inputs and of variables that are credentials, by expressions that read nothing but
/// inputs, variables and constants. What a server or a program makes of a secret nobody can know.
struct DerivedSecrets {
  private let secrets: SecretNames
  private let scope: ValueMap

  init(
    _ runbook: Runbook, _ inputs: [ResolvedInput], _ environment: [String: String],
    _ secrets: SecretNames
  ) {
    self.secrets = secrets
    scope = ValueMap(boundBy: runbook, inputs, environment)
  }

  /// - Parameter all: the plan's other secrets: a text that one stands in whole is found by it.
  func values(in runbook: Runbook, beside all: [String]) -> [String] {
    guard !secrets.isEmpty else { return [] }
    let expressions =
      runbook.steps.flatMap { Self.expressions(of: $0) }
      + (runbook.report.map { Self.expressions(in: .fields($0)) } ?? [])
    let texts = expressions.flatMap { expression in
      expression.values(madeOf: secrets.contains, known: SecretNames.roots, in: scope).flatMap(
        Self.texts)
    }.filter { $0.utf8.count >= SecretForms.shortest }
    guard !texts.isEmpty else { return [] }
    let redactor = Redactor(secrets: all)
    return texts.filter { !redactor.holdsSecret($0) }
  }

  private static func expressions(of step: Step) -> [Expression] {
    let options = step.options
    let sources =
      [options.when, options.retry?.condition?.expression, options.confirms].compactMap(\.self)
      + options.expect + options.captures.map(\.expression)
    // What cannot be parsed fails where it is evaluated.
    return sources.compactMap { try? Expression(parsing: $0) }
      + (options.settle?.all ?? []).flatMap { expressions(in: $0.value) }
      + expressions(in: .fields(step.body))
  }

  private static func expressions(in value: FieldValue) -> [Expression] {
    switch value {
    case .text(let text), .file(_, let text):
      // One of them it is: the text of a condition, or a text with conditions in it.
      [try? Expression(parsing: text)].compactMap(\.self)
        + ((try? Template(parsing: text))?.expressions ?? [])
    case .list(let items): items.flatMap(expressions)
    case .fields(let fields): fields.all.flatMap { expressions(in: $0.value) }
    case .step(let step): expressions(of: step)
    case .bool, .int, .duration, .data: []
    }
  }

  private static func texts(in value: Value) -> [String] {
    switch value {
    case .string(let text): [text]
    case .list(let items): items.flatMap(texts)
    case .map(let map): map.pairs.flatMap { texts(in: $0.key) + texts(in: $0.value) }
    default: []
    }
  }
}
