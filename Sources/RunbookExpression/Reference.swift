public import RunbookModel

/// A free name that an expression reads, with the fields that follow it.
public struct Reference: Sendable, Hashable {
  /// The name itself: `inputs` in `inputs.auth_url`.
  public let name: String
  /// The constant fields and string indexes after it: `auth_url`; `steps['a'].outcome` has two.
  public let path: [String]
  /// From the name to the end of the path.
  public let place: Place
  /// Whether it is the argument of `has()`, which asks whether the last of `path` is there.
  public let isTested: Bool

  public init(name: String, path: [String], place: Place, isTested: Bool) {
    self.name = name
    self.path = path
    self.place = place
    self.isTested = isTested
  }
}
