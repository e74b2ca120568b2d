/// What a person put into a run's report, or changed in it: the words are theirs.
public struct ReportEdited: Sendable, Hashable, Codable {
  /// In order; a later one counts where two are of one field.
  public let edits: [Edit]

  public init(edits: [Edit]) { self.edits = edits }

  public struct Edit: Sendable, Hashable, Codable {
    public enum Operation: String, Sendable, Hashable, Codable {
      /// In place of what was there.
      case set
      /// After what was there.
      case add
      /// Nothing is there any more, neither the author's words nor anybody's.
      case clear
    }

    /// Such as `reported_by`, `lessons.wrong` or `action.A1.owner`.
    public let field: String
    public let operation: Operation
    /// Empty where the field is cleared.
    public let text: String

    public init(field: String, operation: Operation, text: String) {
      self.field = field
      self.operation = operation
      self.text = text
    }
  }
}
