/// Why a text is not JSON, and where.
public struct JSONError: Error, Sendable, Hashable {
  /// What was found and what was expected: one line, no full stop.
  public let message: String
  /// UTF-8 bytes from the text's start.
  public let byteOffset: Int
  /// Counted from 1.
  public let line: Int
  /// Counted from 1, in Unicode scalars.
  public let column: Int

  public init(message: String, byteOffset: Int, line: Int, column: Int) {
    self.message = message
    self.byteOffset = byteOffset
    self.line = line
    self.column = column
  }

  /// Finds line and column of an offset in the text's bytes.
  init(_ message: String, at offset: Int, in bytes: [UInt8]) {
    var line = 1
    var column = 1
    for byte in bytes.prefix(offset) {
      if byte == UInt8(ascii: "\n") {
        line += 1
        column = 1
      } else if byte & 0xC0 != 0x80 {
        column += 1
      }
    }
    self.init(message: message, byteOffset: offset, line: line, column: column)
  }
}

extension JSONError: CustomStringConvertible {
  public var description: String { "line \(line), column \(column): \(message)" }
}
