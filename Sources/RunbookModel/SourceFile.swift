/// One file of a runbook as it was read: the text is what ran, whatever the disk says later.
public struct SourceFile: Sendable, Hashable, Codable {
  /// The path relative to the runbook's folder (`runbook.yaml`, `ddl/session.sql`).
  public let path: String
  public let text: String
  /// SHA-256 of the text's UTF-8 bytes as they were read, secrets included.
  public let digest: Digest

  public init(path: String, text: String) {
    self.path = path
    self.text = text
    self.digest = Digest.sha256(of: text)
  }

  /// A file whose text is kept with secrets taken out.
  ///
  /// - Parameter digest: of the text as it was read.
  public init(path: String, text: String, digest: Digest) {
    self.path = path
    self.text = text
    self.digest = digest
  }
}
