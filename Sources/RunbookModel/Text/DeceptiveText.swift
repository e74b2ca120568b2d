/// Where a text looks otherwise than it is read: "Trojan Source" (<https://trojansource.codes>,
/// CVE-2021-42574). What `HiddenText` hides is found, but for what lays out a text: tabs, line breaks, form feeds,
/// and a byte order mark at the start.
///
/// In what a program reads it is also what looks like a blank and is none to the program.
public enum DeceptiveText {
  public struct Finding: Sendable, Hashable {
    /// Counts from 1.
    public let line: Int
    /// Scalars; counts from 1.
    public let column: Int
    /// Scalars from the text's start.
    public let offset: Int
    public let scalar: Unicode.Scalar

    /// `U+202E, which turns the direction of the text`.
    public var description: String {
      let digits = String(scalar.value, radix: 16, uppercase: true)
      let code = "U+" + String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits
      return code + ", which "
        + (scalar.properties.isBidiControl
          ? "turns the direction of the text"
          : HiddenText.isOtherBlank(scalar)
            ? "looks like a blank and is none to the program that reads it" : "nobody sees")
    }
  }

  /// What a text holds of them: some to be shown, and how many more there are.
  public struct Survey: Sendable, Hashable {
    /// First what turns the direction of the text, then what nobody sees; each in order.
    public fileprivate(set) var shown: [Finding] = []
    /// Those that are not among the shown.
    public fileprivate(set) var otherCount = 0

    /// Said after what is shown; nil where it is all.
    public var rest: String? {
      guard otherCount > 0 else { return nil }
      return otherCount == 1 ? "one more such character" : "\(otherCount) more such characters"
    }
  }

  /// What to do about one.
  public static let hint =
    "what is shown may be otherwise than what is run: take it out, or write it by an escape of the "
    + "step's own language"

  /// - Parameters:
  ///   - limit: how many are shown.
  ///   - findsControls: whether control characters count.
  ///   - reader: who reads the text.
  ///   - isWanted: whether a scalar counts.
  public static func survey(
    of text: String, limit: Int, findsControls: Bool = true,
    for reader: HiddenText.Reader = .people,
    where isWanted: (Unicode.Scalar) -> Bool = { _ in true }
  ) -> Survey {
    var (turning, hidden): ([Finding], [Finding]) = ([], [])
    var count = 0
    find(in: text, for: reader) { finding in
      guard findsControls || finding.scalar.properties.generalCategory != .control,
        isWanted(finding.scalar)
      else { return }
      count += 1
      if finding.scalar.properties.isBidiControl {
        if turning.count < limit { turning.append(finding) }
      } else if hidden.count < limit {
        hidden.append(finding)
      }
    }
    var survey = Survey()
    survey.shown = Array((turning + hidden).prefix(limit))
    survey.otherCount = count - survey.shown.count
    return survey
  }

  /// What looks like a blank and is none to the program that reads the text.
  public static func blanks(in text: String, limit: Int) -> Survey {
    survey(of: text, limit: limit, for: .program) { scalar in
      HiddenText.isOtherBlank(scalar) || scalar.value == nextLine
    }
  }

  /// A line break to Unicode, and no white space to PostgreSQL and shells.
  private static let nextLine: UInt32 = 0x85

  private static func find(
    in text: String, for reader: HiddenText.Reader, _ take: (Finding) -> Void
  ) {
    guard
      text.utf8.contains(where: { $0 >= 0x7F || $0 < 0x20 && ![0x09, 0x0A, 0x0D].contains($0) })
    else { return }
    let scalars = Array(text.unicodeScalars)
    var (line, column) = (1, 0)
    for (index, scalar) in scalars.enumerated() {
      column += 1
      if HiddenText.hides(scalars, at: index, from: reader), !laysOut(scalar, index, reader) {
        take(Finding(line: line, column: column, offset: index, scalar: scalar))
      }
      if scalar == "\n" { (line, column) = (line + 1, 0) }
    }
  }

  private static func laysOut(
    _ scalar: Unicode.Scalar, _ index: Int, _ reader: HiddenText.Reader
  ) -> Bool {
    switch scalar.value {
    case 0x09, 0x0A, 0x0C, 0x0D: true
    case nextLine: reader == .people
    case 0xFEFF: index == 0
    default: false
    }
  }
}

extension DiagnosticCode {
  public static let deceptiveText = DiagnosticCode(140)
}
