/// A stable name for one sort of diagnostic, such as `RB012`. Codes are never reused.
///
/// Ranges: 001–099 files and YAML, 100–199 the file format, 200–299 expressions, 300–399 plan and
/// scope, 400–499 SQL and connections, 500–599 the other kinds, 600–699 sandbox, 700–799 templates,
/// 800–899 drills.
public struct DiagnosticCode: RawRepresentable, Sendable, Hashable, Codable {
  public let rawValue: String

  public init(rawValue: String) { self.rawValue = rawValue }

  public init(_ number: Int) {
    let digits = String(number)
    rawValue =
      "RB" + String(repeating: "0", count: max(0, 3 - digits.unicodeScalars.count)) + digits
  }
}

/// Something wrong, or worth knowing, at a place of a source file.
public struct Diagnostic: Sendable, Hashable {
  public enum Severity: String, Sendable, Hashable, Codable, Comparable {
    case error, warning, note

    public static func < (left: Severity, right: Severity) -> Bool { left.rank < right.rank }

    private var rank: Int {
      switch self {
      case .error: 0
      case .warning: 1
      case .note: 2
      }
    }
  }

  public let severity: Severity
  public let code: DiagnosticCode
  /// What was found and what was expected: one line, no full stop.
  public let message: String
  public let place: Place?
  /// What to do about it: one line.
  public let hint: String?

  public init(
    _ severity: Severity = .error, _ code: DiagnosticCode, _ message: String, at place: Place?,
    hint: String? = nil
  ) {
    self.severity = severity
    self.code = code
    self.message = message
    self.place = place
    self.hint = hint
  }
}

/// All that was found wrong at once, in the order of places.
public struct Diagnostics: Error, Sendable, Hashable {
  public private(set) var all: [Diagnostic]

  public init(_ all: [Diagnostic] = []) { self.all = all }

  public var hasErrors: Bool { all.contains { $0.severity == .error } }
  public var isEmpty: Bool { all.isEmpty }

  public mutating func append(_ diagnostic: Diagnostic) { all.append(diagnostic) }

  public mutating func append(contentsOf others: [Diagnostic]) { all.append(contentsOf: others) }

  /// Sorted by place, then by severity; those without a place come first.
  public func sorted() -> Diagnostics {
    let ordered = all.enumerated().sorted { left, right in
      switch (left.element.place, right.element.place) {
      case (nil, nil): return left.offset < right.offset
      case (nil, _): return true
      case (_, nil): return false
      case (let one?, let other?):
        if one < other { return true }
        if other < one { return false }
        if left.element.severity != right.element.severity {
          return left.element.severity < right.element.severity
        }
        return left.offset < right.offset
      }
    }
    return Diagnostics(ordered.map(\.element))
  }
}
