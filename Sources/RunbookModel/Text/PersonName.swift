/// A name that somebody types for themselves.
///
/// It stands in sentences and lists, beside the account that typed it: what could be read as the end of one, as that
/// account or as another person's word is no name. Letters of any script, marks, digits, blanks and signs such as
/// `O'Brien`, `Anne-Marie` and `j.doe@example.org` have are.
public enum PersonName {
  /// In characters, so that what stands beside it is seen.
  static let longest = 80

  /// What is wrong with a name, in a few words; nil where it is one.
  public static func problem(with name: String) -> String? {
    let scalars = name.unicodeScalars
    guard scalars.contains(where: { !$0.isWhitespace }) else { return "is empty" }
    if scalars.count > longest { return "has more than \(longest) characters" }
    for index in scalars.indices {
      let scalar = scalars[index]
      if HiddenText.hides(scalars, at: index) {
        return "holds \(HiddenText.shown(scalar)), which nobody sees"
      }
      if isMark(scalar) { return "holds '\(scalar)', which is part of no name" }
    }
    return nil
  }

  /// A stored name as it is shown: what could be read otherwise stands in quotes.
  static func shown(_ name: String) -> String {
    // What was taken out of a name is no sign of its own.
    problem(with: name.replacingAll("[redacted]", with: "x")) == nil
      ? name : Value.string(name).json
  }

  /// Brackets and quotes of any script but the apostrophe, and what parts one word from the next in a list.
  private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "\"", "`", ",", ";", ":", "\\", "<", ">", "|", "\u{2028}", "\u{2029}": return true
    case "\u{2019}": return false
    default: break
    }
    switch scalar.properties.generalCategory {
    case .openPunctuation, .closePunctuation, .initialPunctuation, .finalPunctuation: return true
    default: return false
    }
  }
}
