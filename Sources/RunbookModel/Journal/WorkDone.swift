/// What became of one item of an attempt's work.
public struct WorkDone: Sendable, Hashable, Codable {
  public enum Fate: String, Sendable, Hashable, Codable {
    case sent, failed
    /// On purpose, for what was found in the course.
    case leftOut
    /// Something before it failed.
    case notReached
  }

  /// Its place in the attempt's work, from 0.
  public let item: Int
  public let fate: Fate
  /// How often it was sent; nil for once.
  public let times: Int?
  /// Rows that it changed; nil where it can change none.
  public let affected: Int64?
  /// What was sent, where that is not the item's text.
  public let sent: String?
  /// Why it was left out, or sent otherwise.
  public let reason: String?

  public init(
    item: Int, _ fate: Fate, times: Int? = nil, affected: Int64? = nil, sent: String? = nil,
    reason: String? = nil
  ) {
    self.item = item
    self.fate = fate
    self.times = times
    self.affected = affected
    self.sent = sent
    self.reason = reason
  }

  /// Of items that are sent one after the other.
  ///
  /// - Parameters:
  ///   - sent: how many were.
  ///   - failed: the one that failed, if it was one of them.
  ///   - count: how many there are.
  public static func until(_ sent: Int, failed: Int? = nil, of count: Int) -> [WorkDone] {
    (0..<count).map { item in
      WorkDone(item: item, item == failed ? .failed : item < sent ? .sent : .notReached)
    }
  }
}
