public import RunbookModel

/// A credential that stands in a step as it is, in the language of its kind: SQL, a script.
public struct StepCredential: Sendable {
  /// As it is written and, where that differs, as it is meant.
  public let values: [String]
  /// What it is, for people, such as "a password".
  public let what: String
  public let place: Place

  public init(_ values: [String], _ what: String, at place: Place) {
    self.values = values
    self.what = what
    self.place = place
  }
}
