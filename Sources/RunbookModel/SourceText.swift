/// A text taken from a source file, with what is needed to find each of its characters there again.
public struct SourceText: Sendable, Hashable, Codable {
  /// How the text lies in its file.
  public enum Layout: Sendable, Hashable, Codable {
    /// Character for character on one line, from the place on.
    case line
    /// A literal block: line `n` of the text is line `firstLine + n` of the file, `indent` columns in.
    case block(firstLine: Int, indent: Int)
    /// Folded or escaped: only the start is known.
    case opaque
  }

  public let text: String
  /// The first character of the text itself (after a quote, after a block's header).
  public let place: Place
  public let layout: Layout

  public init(_ text: String, at place: Place, layout: Layout) {
    self.text = text
    self.place = place
    self.layout = layout
  }

  /// The place in the file of a part of the text.
  ///
  /// - Parameters:
  ///   - offset: scalars from the text's start; an offset past the end means the end.
  ///   - length: scalars; cut at the end of the line.
  public func place(atScalar offset: Int, length: Int = 0) -> Place {
    switch layout {
    case .opaque:
      return place
    case .line:
      return Place(
        file: place.file, line: place.line, column: place.column + max(0, offset), length: length)
    case .block(let firstLine, let indent):
      var line = 0
      var column = 0
      for scalar in text.unicodeScalars.prefix(max(0, offset)) {
        if scalar == "\n" {
          line += 1
          column = 0
        } else {
          column += 1
        }
      }
      return Place(
        file: place.file, line: firstLine + line, column: indent + column + 1, length: length)
    }
  }

  /// The place in the file of a part of the text given by UTF-8 bytes, as C parsers give it.
  public func place(atByte offset: Int, length: Int = 0) -> Place {
    let utf8 = text.utf8
    let clamped = max(0, min(offset, utf8.count))
    let end = utf8.index(utf8.startIndex, offsetBy: clamped)
    return place(
      atScalar: text.unicodeScalars.distance(from: text.startIndex, to: end), length: length)
  }
}
