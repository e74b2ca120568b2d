extension CredentialPairs {
  /// Values of what is perhaps a credential that are none.
  private static let switches: Set = [
    "on", "off", "true", "false", "yes", "no", "none", "null", "nil", "enabled", "disabled", "auto",
    "default",
  ]

  /// Whether a value says that something is on or off, or how many there are.
  static func isSwitch(_ value: String) -> Bool {
    switches.contains(value.lowercased())
      || (value.utf8.count <= 5 && value.utf8.allSatisfy { (48...57).contains($0) })
  }
}
