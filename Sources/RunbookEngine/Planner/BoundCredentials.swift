import RunbookExpression
import RunbookModel

/// Credentials in the values that a plan binds, whatever they are called and wherever they come from: a password in a
/// URL that an input was given, and one that a URL or a header has once inputs, variables and constants are put in.
struct BoundCredentials {
  let values: [String]

  init(_ runbook: Runbook, _ inputs: [ResolvedInput], _ environment: [String: String]) {
    let scope = ValueMap(boundBy: runbook, inputs, environment)
    var given = CredentialSearch()
    for input in inputs where !input.declaration.isSecret {
      if let value = input.value { given.take(value, named: nil, at: input.declaration.place) }
    }
    var filled = CredentialSearch { source, asURL in
      // What cannot be filled in yet is none that is known.
      guard let template = try? Template(parsing: source) else { return nil }
      return asURL ? try? template.renderURL(in: scope) : try? template.render(in: scope)
    }
    filled.take(runbook)
    values = given.values + filled.values
  }
}

extension ValueMap {
  /// What an expression may read before anything was carried out.
  init(
    boundBy runbook: Runbook, _ inputs: [ResolvedInput], _ environment: [String: String]
  ) {
    self.init()
    self["inputs"] = .map(
      ValueMap(inputs.compactMap { input in input.value.map { (input.declaration.name, $0) } }))
    self["env"] = .map(
      ValueMap(environment.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) }))
    self["constants"] = .map(ValueMap(runbook.constants.map { ($0.name, $0.value) }))
  }
}
