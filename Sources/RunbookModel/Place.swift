/// Where in a source file something stands.
///
/// Lines and columns count from 1. Columns and lengths count Unicode scalars, so that a caret can be
/// put under the right character whatever the encoding's width.
public struct Place: Sendable, Hashable, Codable {
  /// The file's path as it was given, or a name in angle brackets for text without a file.
  public let file: String
  public let line: Int
  public let column: Int
  /// The number of scalars that are meant; 0 means a point between two.
  public let length: Int

  public init(file: String, line: Int, column: Int, length: Int = 0) {
    self.file = file
    self.line = line
    self.column = column
    self.length = length
  }
}

extension Place: CustomStringConvertible {
  public var description: String { "\(file):\(line):\(column)" }
}

extension Place: Comparable {
  public static func < (left: Place, right: Place) -> Bool {
    (left.file, left.line, left.column) < (right.file, right.line, right.column)
  }
}
