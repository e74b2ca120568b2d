/// A run's name: short, unique, in lower case, and sorted by time as text is.
public struct RunID: RawRepresentable, Sendable, Hashable, Codable, CustomStringConvertible {
  public let rawValue: String
  public init(rawValue: String) { self.rawValue = rawValue }
  public var description: String { rawValue }

  /// Whether it has the form of one, and is not the start of one: `20251018-220113-abc`.
  public var isWhole: Bool {
    let parts = rawValue.pieces(separatedBy: "-", omittingEmptySubsequences: false)
    return parts.count == 3 && parts[0].utf8.count == 8 && parts[1].utf8.count == 6
      && !parts[2].utf8.isEmpty && parts[0].utf8.allSatisfy { (48...57).contains($0) }
  }
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

  /// Who somebody is, wherever people are shown it: the one form. A name that was typed never stands without the account
  /// that typed it.
  ///
  /// | account | name | via             | shown                              |
  /// | ------- | ---- | --------------- | ---------------------------------- |
  /// | ann     | –    | –               | ann                                |
  /// | ann     | –    | by sudo as root | ann (by sudo as root)              |
  /// | ops     | Bob  | –               | Bob (account ops)                  |
  /// | ops     | Bob  | by sudo as root | Bob (account ops, by sudo as root) |
  public var displayName: String {
    let beside = [typedName.map { _ in "account \(PersonName.shown(account))" }, via]
      .compactMap(\.self).joined(separator: ", ")
    return shownName + (beside.isEmpty ? "" : " (\(beside))")
  }

  /// The name alone, or the account: only where the account stands beside it.
  public var shownName: String { PersonName.shown(calledName) }

  /// What others call them, as in a drill.
  public var calledName: String { name ?? account }

  /// The name where it is another than the account's.
  public var typedName: String? { name.flatMap { $0.isIdentical(to: account) ? nil : $0 } }

  /// As it was shown before the account stood beside a typed name: receipts of then name people so.
  public var formerDisplayName: String { calledName + (via.map { " (\($0))" } ?? "") }

  /// The same person, however they came to act.
  public var person: Actor { Actor(account: account, name: name) }
}
