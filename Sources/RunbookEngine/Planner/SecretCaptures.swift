import RunbookExpression
import RunbookModel

/// The captures that are made of secrets by what they read, whatever comes of it: single letters of a secret are found
/// by no search, and put together they are the secret.
///
/// Meant are expressions that read a secret, or such a capture, and besides that nothing but inputs, variables and
/// constants. What is made of a secret and of what a server or a program brought is judged by its value alone.
struct SecretCaptures {
  /// By name, with the values that tell nothing: what the expression has as it is written.
  private var literals: [String: Set<Value>] = [:]
  /// Values that everybody may see: an expression may choose one of them.
  private let open: Set<Value>

  init(_ runbook: Runbook, _ inputs: [ResolvedInput], _ secrets: SecretNames) {
    open = Set(
      inputs.filter { !$0.declaration.isSecret }.compactMap(\.value)
        + runbook.constants.map(\.value))
    // What prepares a sandbox comes first, and gives its values to the steps.
    let prepared = runbook.sandbox.map { $0.fixture + $0.fault } ?? []
    for capture in (prepared + runbook.steps).flatMap(\.options.captures) {
      // What cannot be parsed fails where it is evaluated.
      guard let expression = try? Expression(parsing: capture.expression) else { continue }
      let references = expression.references
      let made = literals
      let isMade = { (reference: Reference) in
        secrets.contains(reference) || made[reference.name] != nil
      }
      guard references.contains(where: isMade),
        references.allSatisfy({ isMade($0) || SecretNames.roots.contains($0.name) })
      else { continue }
      literals[capture.name] = Set(expression.literals)
    }
  }

  /// Whether a capture's value is to be kept from being stored. How long a secret is, and whether something is so of
  /// it, is none.
  func holds(_ name: String, _ value: Value) -> Bool {
    guard let literals = literals[name] else { return false }
    return isTelling(value, isPart: false, literals)
  }

  private func isTelling(_ value: Value, isPart: Bool, _ literals: Set<Value>) -> Bool {
    guard !literals.contains(value), !open.contains(value) else { return false }
    switch value {
    case .string(let text): return !text.isEmpty
    case .int, .double, .decimal: return isPart
    case .list(let items): return items.contains { isTelling($0, isPart: true, literals) }
    case .map(let map):
      return map.pairs.contains {
        isTelling($0.key, isPart: true, literals) || isTelling($0.value, isPart: true, literals)
      }
    default: return false
    }
  }
}

/// The names by which expressions read secrets: inputs that are declared so, and variables that are credentials.
struct SecretNames {
  /// What is known before anything was carried out.
  static let roots: Set = ["inputs", "env", "constants"]

  private let inputs: Set<String>
  private let variables: Set<String>

  init(_ inputs: [ResolvedInput], _ environment: [String: String]) {
    self.inputs = Set(
      inputs.filter { $0.declaration.isSecret && $0.value != nil }.map(\.declaration.name))
    variables = Set(environment.filter { CredentialName($0.key).isCredential($0.value) }.map(\.key))
  }

  var isEmpty: Bool { inputs.isEmpty && variables.isEmpty }

  /// A name that is only known when it is read may be any.
  func contains(_ reference: Reference) -> Bool {
    switch reference.name {
    case "inputs": reference.path.first.map(inputs.contains) ?? !inputs.isEmpty
    case "env": reference.path.first.map(variables.contains) ?? !variables.isEmpty
    default: false
    }
  }
}
