import ArgumentParser
import RunbookModel

/// What a person gives as a reason or a note: it stands in the journal and in the report, and has to say
/// something: a letter or a digit at least.
enum SpokenReason {
  /// - Throws: `ValidationError` where nothing of it can be seen.
  static func parse(_ text: String) throws -> String {
    guard text.unicodeScalars.contains(where: \.isOfWords) else {
      throw ValidationError("it says nothing: give words")
    }
    return String(text.trimming { $0.isWhitespace })
  }
}

extension Unicode.Scalar {
  /// Whether it is a letter or a digit that is seen.
  fileprivate var isOfWords: Bool {
    isSeen && (properties.isAlphabetic || properties.numericType != nil)
  }

  /// Whether something stands where it is.
  fileprivate var isSeen: Bool {
    // The blank pattern of Braille and the empty Hangul letters are letters to Unicode.
    if [0x2800, 0x115F, 0x1160, 0x3164, 0xFFA0].contains(value) { return false }
    if properties.isWhitespace || properties.isDefaultIgnorableCodePoint { return false }
    switch properties.generalCategory {
    case .control, .format, .unassigned, .privateUse, .surrogate, .spaceSeparator, .lineSeparator,
      .paragraphSeparator, .nonspacingMark, .enclosingMark:
      return false
    default: return true
    }
  }
}
