/// A thing outside of a step's work that decides what it does.
public struct Surrounding: Sendable, Hashable {
  /// For people: `environment TARGET`, `file ./restore.sh`.
  public let name: String
  /// As it is, secrets included: it is hashed with the run's key, and not stored.
  public let content: String
  /// The path of the file that the content is of; nil where it is none.
  public let file: String?
  /// Whether it is a file that is only read, and no part of what runs.
  public let isData: Bool
  /// What a hash over many things is of; nil where the content is one thing.
  public let group: SealedPart.Group?

  public init(
    name: String, content: String, file: String? = nil, isData: Bool = false,
    group: SealedPart.Group? = nil
  ) {
    self.group = group
    self.isData = isData
    self.name = name
    self.content = content
    self.file = file
  }
}
