import RunbookModel

extension Plan {
  /// Values that must not be stored or shown.
  public var secrets: [String] {
    targets.flatMap { $0.secrets + Credentials.values(in: $0.url) }
      + knownSecrets
      + inputs.filter(\.declaration.isSecret).flatMap { $0.value?.secretTexts ?? [] }
      + EnvironmentSecrets.values(of: environment)
  }
}

extension Value {
  /// The texts by which a secret value could show.
  fileprivate var secretTexts: [String] {
    switch self {
    case .string(let text): [text]
    case .int(let number): [String(number)]
    case .decimal(let number): [number.description]
    case .list(let items): items.flatMap(\.secretTexts)
    default: []
    }
  }
}
