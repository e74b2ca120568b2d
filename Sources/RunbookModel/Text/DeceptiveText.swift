/// Where a text looks otherwise than it is read: "Trojan Source" (<https://trojansource.codes>,
/// CVE-2021-42574). What `HiddenText` hides is found, but for what lays out a text: tabs, line breaks, form feeds,
/// and a byte order mark at the start.
public enum DeceptiveText {
  public struct Finding: Sendable, Hashable {
    /// Counts from 1.
    public let line: Int
    /// Scalars; counts from 1.
    public let column: Int
    public let scalar: Unicode.Scalar

    /// `U+202E, which turns the direction of the text`.
    public var description: String {
      let digits = String(scalar.value, radix: 16, uppercase: true)
      let code = "U+" + String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits
      return code
        + (scalar.properties.isBidiControl
          ? ", which turns the direction of the text" : ", which nobody sees")
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
  public static func survey(
    of text: String, limit: Int, findsControls: Bool = true
  ) -> Survey {
    var (turning, hidden): ([Finding], [Finding]) = ([], [])
    var count = 0
    find(in: text) { finding in
      guard findsControls || finding.scalar.properties.generalCategory != .control else { return }
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

  private static func find(in text: String, _ take: (Finding) -> Void) {
    guard
      text.utf8.contains(where: { $0 >= 0x7F || $0 < 0x20 && ![0x09, 0x0A, 0x0D].contains($0) })
    else { return }
    let scalars = Array(text.unicodeScalars)
    var (line, column) = (1, 0)
    for (index, scalar) in scalars.enumerated() {
      column += 1
      if HiddenText.hides(scalars, at: index), !laysOut(scalar, index) {
        take(Finding(line: line, column: column, scalar: scalar))
      }
      if scalar == "\n" { (line, column) = (line + 1, 0) }
    }
  }

  private static func laysOut(_ scalar: Unicode.Scalar, _ index: Int) -> Bool {
    switch scalar.value {
    case 0x09, 0x0A, 0x0C, 0x0D, 0x85: true
    case 0xFEFF: index == 0
    default: false
    }
  }
}
