import RunbookModel

/// Values of environment variables that are secret by what their variable is called, or by their form.
///
/// A shell step that prints its environment must not put them into the journal, whether the runbook reads
/// them or not.
public enum EnvironmentSecrets {
  /// A shorter value is no secret worth the name, and taking it out would tear holes into every text.
  private static let shortest = 8

  private static let words = [
    "TOKEN", "SECRET", "PASSWORD", "PASSWD", "PASSPHRASE", "APIKEY", "API_KEY", "ACCESS_KEY",
    "PRIVATE_KEY", "CREDENTIAL", "PGPASSWORD",
  ]

  /// - Returns: values of variables such as `GITHUB_TOKEN` that are eight bytes or longer and no path, and
  ///   passwords in URLs such as `postgresql://user:password@host`, of any length; in no order.
  public static func values(of environment: [String: String]) -> [String] {
    environment.flatMap { name, value -> [String] in
      let upper = name.uppercased()
      let isNamed =
        words.contains { upper.holds($0) } && value.utf8.count >= shortest
        && value.firstScalar != "/" && !value.unicodeScalars.allSatisfy(\.isNumber)
      return isNamed ? [value] : password(inURL: value).map { [$0] } ?? []
    }
  }

  private static func password(inURL text: String) -> String? {
    guard let scheme = text.range(ofFirst: "://") else { return nil }
    let authority = text[scheme.upperBound...].prefixOfScalars {
      $0 != "/" && $0 != "?" && $0 != "#"
    }
    guard let at = authority.index(ofLast: "@"),
      let colon = authority[..<at].index(ofFirst: ":")
    else { return nil }
    let password = authority[colon..<at].dropFirstScalars()
    return password.isEmpty ? nil : String(password)
  }
}
