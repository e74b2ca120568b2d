/// A run's name: short, unique, in lower case, and sorted by time as text is.
public struct RunID: RawRepresentable, Sendable, Hashable, Codable, CustomStringConvertible {
  public let rawValue: String
  public init(rawValue: String) { self.rawValue = rawValue }
  public var description: String { rawValue }
}

/// A step's name, unique in its runbook.
public struct StepID: RawRepresentable, Sendable, Hashable, Codable, CustomStringConvertible {
  public let rawValue: String
  public init(rawValue: String) { self.rawValue = rawValue }
  public init(_ rawValue: String) { self.rawValue = rawValue }
  public var description: String { rawValue }
}

/// Who made an entry.
public struct Actor: Sendable, Hashable, Codable {
  /// The account of the operating system.
  public let account: String
  /// `--as NAME`, where people share an account.
  public let name: String?
  /// How the account's person came to act as another one: `by sudo as root`; nil where they did not.
  public let via: String?

  public init(account: String, name: String? = nil, via: String? = nil) {
    self.account = account
    self.name = name
    self.via = via
  }

  /// The name where there is one, else the account, and how they came to act.
  public var displayName: String { (name ?? account) + (via.map { " (\($0))" } ?? "") }

  /// The same person, however they came to act.
  public var person: Actor { Actor(account: account, name: name) }
}
