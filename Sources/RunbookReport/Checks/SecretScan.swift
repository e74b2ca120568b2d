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
    var text = text
    return text.withUTF8 { SecretScanner(bytes: $0).findings }
  }
}
