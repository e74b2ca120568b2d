extension ConnectionIdentity {
  /// What a person who approved of the one has not seen of the other.
  public func changes(to other: ConnectionIdentity) -> [String] {
    var changes: [String] = []
    func compare(_ what: String, _ before: String, _ now: String) {
      guard !before.isIdentical(to: now) else { return }
      changes.append("\(what) was \(before), and is \(now)")
    }
    compare("the role", role, other.role)
    compare("superuser", isSuperuser ? "yes" : "no", other.isSuperuser ? "yes" : "no")
    compare("the address", address, other.address)
    compare("the database", database, other.database)
    if let searchPath, let now = other.searchPath { compare("the search_path", searchPath, now) }
    return changes
  }
}
