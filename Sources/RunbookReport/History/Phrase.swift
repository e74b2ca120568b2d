import RunbookModel

/// A sentence of the report with the run's values in it, kept apart until a format writes them.
struct Phrase: Sendable, Hashable {
  enum Piece: Sendable, Hashable {
    /// The report's own words.
    case words(String)
    /// A name or another short token of the run.
    case name(String)
    /// Free text of the run or of a person.
    case quote(String)
    /// Running text of the run.
    case prose(String)
  }

  let pieces: [Piece]

  static func + (left: Phrase, right: Phrase) -> Phrase {
    Phrase(pieces: left.pieces + right.pieces)
  }

  /// A person's reason behind a colon; nothing where they gave none.
  static func why(_ reason: String?) -> Phrase { reason.map { ": \(quote: $0)" } ?? "" }
}

extension Phrase: ExpressibleByStringInterpolation {
  struct StringInterpolation: StringInterpolationProtocol {
    fileprivate var pieces: [Piece] = []

    init(literalCapacity: Int, interpolationCount: Int) {}

    mutating func appendLiteral(_ literal: String) {
      if !literal.isEmpty { pieces.append(.words(literal)) }
    }

    mutating func appendInterpolation(name: String) { pieces.append(.name(name)) }
    mutating func appendInterpolation(name: StepID) { pieces.append(.name(name.rawValue)) }
    mutating func appendInterpolation(quote: String) { pieces.append(.quote(quote)) }
    mutating func appendInterpolation(prose: String) { pieces.append(.prose(prose)) }
    /// The report's own words; never a value of the run.
    mutating func appendInterpolation(words: String) { pieces.append(.words(words)) }
    mutating func appendInterpolation(_ number: Int) { pieces.append(.words(String(number))) }
    mutating func appendInterpolation(_ phrase: Phrase) { pieces += phrase.pieces }
    mutating func appendInterpolation(_ duration: Duration) {
      pieces.append(.words(duration.reportText))
    }
  }

  init(stringLiteral value: String) { pieces = [.words(value)] }
  init(stringInterpolation: StringInterpolation) { pieces = stringInterpolation.pieces }
}

/// What a fact rests on.
enum Reference: Sendable, Hashable {
  case evidence(String)
  /// The journal's entry of this number.
  case entry(Int64)

  init(_ finished: Stamped<AttemptFinished>) {
    self =
      finished.payload.evidence.first.map { .evidence($0.id) } ?? .entry(finished.stamp.sequence)
  }

  init(_ stamp: Stamp) { self = .entry(stamp.sequence) }
}

extension Duration {
  /// As a person reads it: `12 ms`, `4.2 s`, `2 min 5 s`, `1 h 3 min`.
  var reportText: String {
    guard let nanoseconds = wholeNanoseconds, nanoseconds != .min else { return secondsText }
    let sign = nanoseconds < 0 ? "-" : ""
    let milliseconds = abs(nanoseconds) / 1_000_000
    let seconds = milliseconds / 1000
    switch milliseconds {
    case 0: return nanoseconds == 0 ? "0 s" : "under 1 ms"
    case ..<1000: return "\(sign)\(milliseconds) ms"
    case ..<60_000:
      let tenths = milliseconds % 1000 / 100
      return tenths == 0 ? "\(sign)\(seconds) s" : "\(sign)\(seconds).\(tenths) s"
    case ..<3_600_000: return "\(sign)\(seconds / 60) min \(seconds % 60) s"
    default: return "\(sign)\(seconds / 3600) h \(seconds / 60 % 60) min"
    }
  }
}

extension Timestamp {
  /// `2025-10-18`.
  var day: String { String(description.prefixOfScalars(10)) }
  /// `22:01:13`.
  var clock: String { String(description.dropFirstScalars(11).prefixOfScalars(8)) }
  /// `22:01`.
  var minute: String { String(description.dropFirstScalars(11).prefixOfScalars(5)) }
  /// `2025-10-18 22:01:13 UTC`.
  var reportText: String { "\(day) \(clock) UTC" }
  /// `October 18, 2025`.
  var longDay: String {
    let fields = components
    let months = [
      "January", "February", "March", "April", "May", "June", "July", "August", "September",
      "October", "November", "December",
    ]
    let month = months.indices.contains(fields.month &- 1) ? months[fields.month - 1] : ""
    return "\(month) \(fields.day), \(fields.year)"
  }
}
