/// A stable name for one sort of diagnostic, such as `RB012`. Codes are never reused. Each has its entry in the
/// guide that `runbook explain` shows.
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

/// All that was found wrong at once, in the order of places. Of each severity the first hundred are kept;
/// the others are counted.
public struct Diagnostics: Error, Sendable, Hashable {
  /// How many of each severity are kept.
  public static let most = 100

  /// How many there are of each severity.
  private struct Counts: Sendable, Hashable {
    var errors = 0
    var warnings = 0
    var notes = 0

    subscript(severity: Diagnostic.Severity) -> Int {
      get {
        switch severity {
        case .error: errors
        case .warning: warnings
        case .note: notes
        }
      }
      set {
        switch severity {
        case .error: errors = newValue
        case .warning: warnings = newValue
        case .note: notes = newValue
        }
      }
    }
  }

  public private(set) var all: [Diagnostic] = []
  private var counts = Counts()

  public init(_ all: some Sequence<Diagnostic> = []) { append(contentsOf: all) }

  public var hasErrors: Bool { counts.errors > 0 }
  public var isEmpty: Bool { all.isEmpty }

  /// How many there are, those that were not kept included.
  public func count(of severity: Diagnostic.Severity) -> Int { counts[severity] }

  /// Whether another one would only be counted, so that nobody need look for what would help.
  public func isFull(of severity: Diagnostic.Severity) -> Bool { counts[severity] >= Self.most }

  /// How many are counted only, in words; nil where all are here.
  public var remainder: String? {
    let parts = [Diagnostic.Severity.error, .warning, .note].compactMap { severity in
      let count = counts[severity] - Self.most
      return count > 0 ? "\(count) more \(severity.rawValue)\(count == 1 ? "" : "s")" : nil
    }
    return parts.isEmpty ? nil : "and \(parts.joined(separator: ", "))"
  }

  public mutating func append(_ diagnostic: Diagnostic) {
    if !isFull(of: diagnostic.severity) { all.append(diagnostic) }
    counts[diagnostic.severity] += 1
  }

  public mutating func append(contentsOf others: some Sequence<Diagnostic>) {
    for other in others { append(other) }
  }

  public mutating func append(contentsOf others: Diagnostics) {
    append(contentsOf: others.all)
    for severity in [Diagnostic.Severity.error, .warning, .note] {
      counts[severity] += max(0, others.counts[severity] - Self.most)
    }
  }

  public static func += (left: inout Diagnostics, right: some Sequence<Diagnostic>) {
    left.append(contentsOf: right)
  }

  public static func += (left: inout Diagnostics, right: Diagnostics) {
    left.append(contentsOf: right)
  }

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
    var sorted = self
    sorted.all = ordered.map(\.element)
    return sorted
  }
}
