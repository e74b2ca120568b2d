/// A database in which the run has performed steps could not be looked at, when the run was taken up or was about to
/// end: what it holds of them is not known.
public struct ConnectionUnseen: Sendable, Hashable, Codable {
  public let connection: String
  /// Why not, on one line.
  public let reason: String

  public init(connection: String, reason: String) {
    self.connection = connection
    self.reason = reason
  }
}

extension ConnectionUnseen {
  /// What the end of a run says of it.
  public var words: String {
    "whether the database of '\(connection)' still holds what the run did is not known, as it could not be "
      + "looked at: \(reason)"
  }
}
