import RunbookModel

/// Something wrong with the text of an expression, by the bytes of its source.
///
/// A class, as each `try` of a typed error keeps room for a whole error on the stack.
final class SyntaxFault: Error {
  let code: DiagnosticCode
  let message: String
  let start: Int
  let end: Int
  let hint: String?

  init(code: DiagnosticCode, message: String, start: Int, end: Int, hint: String? = nil) {
    self.code = code
    self.message = message
    self.start = start
    self.end = end
    self.hint = hint
  }

  func diagnostic(in source: SourceText) -> Diagnostic {
    Diagnostic(.error, code, message, at: source.place(fromByte: start, toByte: end), hint: hint)
  }
}

extension SourceText {
  /// The place of the bytes from `start` up to `end`.
  func place(fromByte start: Int, toByte end: Int) -> Place {
    let length = text.utf8.dropFirst(start).prefix(max(0, end - start))
      .reduce(into: 0) { count, byte in if byte & 0xC0 != 0x80 { count += 1 } }
    return place(atByte: start, length: length)
  }
}
