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

  private let index: ScalarIndex

  public init(_ text: String, at place: Place, layout: Layout) {
    self.text = text
    self.place = place
    self.layout = layout
    index = ScalarIndex(text.utf8)
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
      let point = index.point(atScalar: offset, in: text.utf8)
      return Place(
        file: place.file, line: firstLine + point.line, column: indent + point.column + 1,
        length: length)
    }
  }

  /// The place in the file of a part of the text given by UTF-8 bytes, as C parsers give it.
  public func place(atByte offset: Int, length: Int = 0) -> Place {
    place(atScalar: index.scalars(beforeByte: offset, in: text.utf8), length: length)
  }
}

extension SourceText {
  public static func == (left: SourceText, right: SourceText) -> Bool {
    left.place == right.place && left.layout == right.layout
      && left.text.isIdentical(to: right.text)
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(place)
    hasher.combine(text)
  }

  private enum CodingKeys: CodingKey {
    case text, place, layout
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      try container.decode(String.self, forKey: .text),
      at: try container.decode(Place.self, forKey: .place),
      layout: try container.decode(Layout.self, forKey: .layout))
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(text, forKey: .text)
    try container.encode(place, forKey: .place)
    try container.encode(layout, forKey: .layout)
  }
}
