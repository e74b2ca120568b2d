/// Looks over a finished text for what looks like a secret: what nobody declared as one is not redacted.
///
/// It knows forms, not values, so that it finds some and not all, and is wrong at times: it warns.
public enum SecretScan {
  public struct Finding: Sendable, Hashable {
    /// From 1.
    public let line: Int
    /// Such as `a GitHub token`; never the text itself.
    public let what: String
  }

  /// - Returns: each line's findings, in order, the same only once a line.
  public static func findings(in text: String) -> [Finding] {
    var findings: [Finding] = []
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    {
      var seen: Set<String> = []
      for what in secrets(in: line) where seen.insert(what).inserted {
        findings.append(Finding(line: index + 1, what: what))
      }
    }
    return findings
  }

  private struct Form {
    let start: String
    /// Of the whole token.
    let length: ClosedRange<Int>
    let what: String
  }

  private static let forms = [
    Form(start: "AKIA", length: 20...20, what: "an AWS access key"),
    Form(start: "ASIA", length: 20...20, what: "an AWS access key"),
    Form(start: "ghp_", length: 40...255, what: "a GitHub token"),
    Form(start: "gho_", length: 40...255, what: "a GitHub token"),
    Form(start: "ghu_", length: 40...255, what: "a GitHub token"),
    Form(start: "ghs_", length: 40...255, what: "a GitHub token"),
    Form(start: "ghr_", length: 40...255, what: "a GitHub token"),
    Form(start: "github_pat_", length: 33...255, what: "a GitHub token"),
    Form(start: "glpat-", length: 26...255, what: "a GitLab token"),
    Form(start: "xoxb-", length: 15...255, what: "a Slack token"),
    Form(start: "xoxp-", length: 15...255, what: "a Slack token"),
    Form(start: "xoxa-", length: 15...255, what: "a Slack token"),
    Form(start: "sk_live_", length: 24...255, what: "a Stripe key"),
    Form(start: "rk_live_", length: 24...255, what: "a Stripe key"),
    Form(start: "sk-", length: 24...255, what: "an API key"),
    Form(start: "AIza", length: 39...39, what: "a Google API key"),
    Form(start: "npm_", length: 40...40, what: "an npm token"),
    Form(start: "pypi-", length: 40...400, what: "a PyPI token"),
  ]

  private static func secrets(in line: Substring) -> [String] {
    // Each form has one of these, and most lines have none.
    guard
      line.utf8.contains(where: { $0 == 0x5F || $0 == 0x2D || $0 == 0x3A || $0 == 0x3D })
        || line.contains("AKIA") || line.contains("ASIA") || line.contains("AIza")
        || line.contains("eyJ")
    else { return [] }
    var found: [String] = []
    if line.contains("-----BEGIN "), line.contains("PRIVATE KEY-----") {
      found.append("a private key")
    }
    for token in line.split(whereSeparator: { !isTokenPart($0) }) {
      if let form = forms.first(where: { fits(token, $0) }) { found.append(form.what) }
      if isJSONWebToken(token) { found.append("a JSON web token") }
    }
    if hasPasswordInURL(line) { found.append("a password in a URL") }
    if hasAssignedSecret(line) { found.append("a password or token") }
    return found
  }

  private static func isTokenPart(_ character: Character) -> Bool {
    character.isASCII && (character.isLetter || character.isNumber || "_-.".contains(character))
  }

  private static func fits(_ token: Substring, _ form: Form) -> Bool {
    form.length.contains(token.utf8.count) && token.hasPrefix(form.start)
      && token.dropFirst(form.start.count).contains { $0.isNumber || $0.isUppercase }
  }

  private static func isJSONWebToken(_ token: Substring) -> Bool {
    let parts = token.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 3 && token.utf8.count >= 40
      && parts.prefix(2).allSatisfy { $0.hasPrefix("eyJ") }
  }

  private static func hasPasswordInURL(_ line: Substring) -> Bool {
    var rest = line
    while let scheme = rest.firstRange(of: "://") {
      rest = rest[scheme.upperBound...]
      let authority = rest.prefix { !$0.isWhitespace && !"/?#\"'<>`".contains($0) }
      guard let at = authority.lastIndex(of: "@"),
        let colon = authority[..<at].firstIndex(of: ":")
      else { continue }
      let password = authority[authority.index(after: colon)..<at]
      if !password.isEmpty, !isPlaceholder(password) { return true }
    }
    return false
  }

  private static let words = ["password", "passwd", "secret", "token", "api_key", "apikey"]

  /// Such as `PASSWORD=…` and `"api_key": "…"`, where what follows has letters and digits.
  private static func hasAssignedSecret(_ line: Substring) -> Bool {
    let lower = line.lowercased()
    return words.contains { word in
      var rest = lower[...]
      while let range = rest.firstRange(of: word) {
        rest = rest[range.upperBound...]
        if isAssignedSecret(rest) { return true }
      }
      return false
    }
  }

  private static func isAssignedSecret(_ text: Substring) -> Bool {
    let after = text.drop { $0 == "\"" || $0 == "'" || $0 == " " || $0 == "\\" }
    guard let mark = after.first, mark == "=" || mark == ":" else { return false }
    let value = after.dropFirst().drop { " \"'\\".contains($0) }
      .prefix { isTokenPart($0) || "+/=$!%&*".contains($0) }
    return value.count >= 10 && value.contains(where: \.isNumber)
      && value.contains(where: \.isLetter) && !isPlaceholder(value) && !value.hasPrefix("$")
  }

  private static func isPlaceholder(_ text: some StringProtocol) -> Bool {
    text.hasPrefix("[redacted") || text.hasPrefix("***") || text.hasPrefix("<")
      || text.hasPrefix("$") || text.hasPrefix("{")
  }
}
