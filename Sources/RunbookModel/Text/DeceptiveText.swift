/// Where a text looks otherwise than it is read: "Trojan Source" (<https://trojansource.codes>,
/// CVE-2021-42574).
///
/// Found are what turns the direction of what is shown, and what nobody sees: controls, fillers, tags, and
/// joiners and zero-width spaces beside ASCII. Letters of scripts that run from right to left, emoji and
/// their joiners, and the joiners and breaks within other scripts' words are ordinary. Letters that look
/// alike are not found.
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

  /// - Parameter limit: how many are shown.
  public static func survey(of text: String, limit: Int) -> Survey {
    var (turning, hidden): ([Finding], [Finding]) = ([], [])
    var count = 0
    find(in: text) { finding in
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
    var flagEnd = 0
    for (index, scalar) in scalars.enumerated() {
      column += 1
      if scalar == "\u{1F3F4}" { flagEnd = endOfFlag(scalars, index) }
      if index >= flagEnd, deceives(scalar, scalars, index) {
        take(Finding(line: line, column: column, scalar: scalar))
      }
      if scalar == "\n" { (line, column) = (line + 1, 0) }
    }
  }

  private static func deceives(
    _ scalar: Unicode.Scalar, _ scalars: [Unicode.Scalar], _ index: Int
  ) -> Bool {
    switch scalar.value {
    case 0x09, 0x0A, 0x0C, 0x0D: false
    case 0...0x1F, 0x7F...0x84, 0x86...0x9F: true
    case 0x061C, 0x200E, 0x200F, 0x202A...0x202E, 0x2060...0x206F, 0xFFF9...0xFFFB: true
    case 0xAD, 0x180E, 0x115F, 0x1160, 0x3164, 0xFFA0: true
    case 0xFEFF: index > 0
    case 0x200B...0x200D: isASCII(scalars, index - 1) || isASCII(scalars, index + 1)
    case 0xE0100...0xE01EF: false
    case 0xE0000...0xE0FFF: true
    default: false
    }
  }

  /// The ends of the text are as ASCII is.
  private static func isASCII(_ scalars: [Unicode.Scalar], _ index: Int) -> Bool {
    !scalars.indices.contains(index) || scalars[index].isASCII
  }

  private static func endOfFlag(_ scalars: [Unicode.Scalar], _ start: Int) -> Int {
    let tags = scalars[(start + 1)...].prefix {
      (0xE0030...0xE0039).contains($0.value) || (0xE0061...0xE007A).contains($0.value)
    }
    let end = tags.endIndex
    guard (1...6).contains(tags.count), end < scalars.count, scalars[end].value == 0xE007F else {
      return 0
    }
    return end + 1
  }
}
