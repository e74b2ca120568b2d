/// Where a step of a kind says what it runs, for people to read before its values are known.
public struct WorkSpec: Sendable, Hashable {
  public let language: WorkItem.Language
  /// Keys whose text, or whose file's contents, is what runs; a step has one of them.
  public let keys: [String]
  /// Whether the key itself belongs to it: `get: URL` runs `GET URL`.
  public let areKeysVerbs: Bool

  public init(_ language: WorkItem.Language, in keys: [String], areKeysVerbs: Bool = false) {
    self.language = language
    self.keys = keys
    self.areKeysVerbs = areKeysVerbs
  }

  /// What a step's keys say that it runs, as it is written; nothing where none of them is there.
  public func written(in step: Step) -> [WorkItem] {
    for field in step.body.all where keys.contains(field.name) {
      let text: String
      switch field.value {
      case .text(let source), .file(_, let source): text = source.text
      case .list(let items): text = items.compactMap(\.string).joined(separator: " ")
      default: continue
      }
      let verb = areKeysVerbs ? field.name.uppercased() + " " : ""
      return [
        WorkItem(
          language: language, text: verb + text, effect: step.options.effect ?? .undetermined,
          isAuthored: true)
      ]
    }
    return []
  }
}
