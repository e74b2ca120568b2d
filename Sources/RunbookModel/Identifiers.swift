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

  public init(account: String, name: String? = nil) {
    self.account = account
    self.name = name
  }

  /// The name where there is one, else the account.
  public var displayName: String { name ?? account }
}
