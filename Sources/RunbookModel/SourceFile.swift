/// One file of a runbook as it was read: the text is what ran, whatever the disk says later.
public struct SourceFile: Sendable, Hashable, Codable {
  /// The path relative to the runbook's folder (`runbook.yaml`, `ddl/session.sql`).
  public let path: String
  public let text: String
  /// SHA-256 of the text's UTF-8 bytes.
  public let digest: Digest

  public init(path: String, text: String) {
    self.path = path
    self.text = text
    self.digest = Digest.sha256(of: text)
  }
}
