/// Says that a value is not held as it was: less of it, or nothing that it can be read from.
///
/// As a `Value` it stands for the whole: whatever an expression does with it is an error, so that no
/// answer rests on a part.
public struct Incomplete: Sendable, Hashable, Codable, CustomStringConvertible {
  public let held: Int64
  public let total: Int64
  /// What is counted: `rows`, `bytes`.
  public let noun: String
  /// Of a number: what it is at least. A comparison that this decides is no guess.
  public let atLeast: Int64?

  public init(held: Int64, total: Int64, noun: String) {
    self.init(held: held, total: total, noun: noun, atLeast: nil)
  }

  private init(held: Int64, total: Int64, noun: String, atLeast: Int64?) {
    self.held = held
    self.total = total
    self.noun = noun
    self.atLeast = atLeast
  }

  /// Of a number that may be larger than what is known.
  ///
  /// - Parameter reason: such as `a.log was not read`.
  public static func atLeast(_ number: Int64, _ reason: String) -> Incomplete {
    Incomplete(held: 0, total: 0, noun: reason, atLeast: number)
  }

  /// Of what is held without the secrets in it: another text than it was.
  public static let withoutSecrets = Incomplete(held: 0, total: 0, noun: "secrets")

  /// Of what no value stands for as it is.
  ///
  /// - Parameter reason: such as `it is not UTF-8`.
  public static func unreadable(_ reason: String) -> Incomplete {
    Incomplete(held: 0, total: 0, noun: reason)
  }

  /// Whether a part of it is held, which `held` and `total` count.
  public var isPart: Bool { total > 0 }
  public var isUnreadable: Bool { !isPart && self != .withoutSecrets && atLeast == nil }

  /// `1000 of 2500 rows`.
  public var description: String {
    if let atLeast { return "\(atLeast) or more, as \(noun)" }
    if isPart { return "\(held) of \(total) \(noun)" }
    return self == .withoutSecrets ? "without the secrets in it" : noun
  }
}

extension Value {
  /// The mark of what of it is not held as it was, at any depth; nil where all of it is.
  public var incompletePart: Incomplete? {
    switch self {
    case .incomplete(let mark): mark
    case .list(let items): items.lazy.compactMap(\.incompletePart).first
    case .map(let map): map.pairs.lazy.compactMap(\.value.incompletePart).first
    default: nil
    }
  }
}

extension ValueMap {
  /// The map as expressions see it: what is held in part cannot be read.
  public func hiding(_ incomplete: [String: Incomplete]) -> ValueMap {
    guard !incomplete.isEmpty else { return self }
    var map = self
    for (name, mark) in incomplete.sorted(by: { $0.key < $1.key }) {
      map[name] = .incomplete(mark)
    }
    return map
  }

  /// What was cut from a result, as journals before version 4 tell it: by the count of rows, and by the
  /// evidence.
  public func presumedIncomplete(_ evidence: [EvidenceRecord] = []) -> [String: Incomplete] {
    var marks: [String: Incomplete] = [:]
    for record in evidence where record.isCut {
      guard case .result(let key) = record.content, let text = self[key]?.stringValue else {
        continue
      }
      marks[key] = Incomplete(held: Int64(text.utf8.count), total: record.size, noun: "bytes")
    }
    if let count = self["row_count"]?.intValue, let rows = self["rows"]?.listValue,
      Int64(rows.count) < count
    {
      marks["rows"] = Incomplete(held: Int64(rows.count), total: count, noun: "rows")
    }
    return marks
  }
}
