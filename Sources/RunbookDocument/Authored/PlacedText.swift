import RunbookModel

/// An author's words with a private character in the place of each of the run's values.
///
/// The Markdown is read while the values are away, so that nothing in them can be markup; each format
/// puts them in, as text, where it writes the blocks and spans that were read.
package struct PlacedText {
  package enum Segment {
    /// The author's own words, which are Markdown.
    case words(String)
    case item(Item)
  }

  package enum Item {
    case value(String)
    /// There is none, and why.
    case todo(String)
    /// Something of the page's own beside it, as each language writes it.
    case aside(markdown: String, html: String)
  }

  /// Stands before a TODO, so that it is counted: one of the page's marks.
  package static let counted = "\u{10FF02}"

  private static let places: ClosedRange<UInt32> = 0x100000...0x10FDFF

  /// The words, with the places.
  package let source: String
  private var items: [Item] = []

  package init(_ segments: [Segment]) {
    var source = ""
    var items: [Item] = []
    func place(_ item: Item) {
      guard let place = Unicode.Scalar(Self.places.lowerBound + UInt32(items.count)),
        Self.places.contains(place.value)
      else {
        source += "\u{FFFD}"
        return
      }
      items.append(item)
      source.unicodeScalars.append(place)
    }
    for segment in segments {
      switch segment {
      case .words(let words): source += Self.withoutPlaces(words.cleaned)
      case .item(.value(let value)): place(.value(value.shortened(to: String.longestLine)))
      case .item(let item): place(item)
      }
    }
    self.source = source
    self.items = items
  }

  package var hasPlaces: Bool { !items.isEmpty }

  package var blocks: [MarkdownBlock] { MarkdownBlock.read(source) }

  /// The first of them: those that no empty line sets apart.
  package var firstBlocks: [MarkdownBlock] {
    let blocks = blocks
    return Array(blocks.prefix(1) + blocks.dropFirst().prefix { !$0.isSetApart })
  }

  package func item(at scalar: Unicode.Scalar) -> Item? {
    guard Self.isPlace(scalar) else { return nil }
    let index = Int(scalar.value - Self.places.lowerBound)
    return items.indices.contains(index) ? items[index] : nil
  }

  package static func isPlace(_ scalar: Unicode.Scalar) -> Bool { places.contains(scalar.value) }

  /// Text with its values as they are.
  ///
  /// - Parameter write: what stands for a value.
  package func expanded(
    _ scalars: some Sequence<Unicode.Scalar>, _ write: (String) -> String = { $0.onOneLine }
  ) -> String {
    var result = ""
    for scalar in scalars {
      switch item(at: scalar) {
      case nil: result.unicodeScalars.append(scalar)
      case .value(let value)?: result += write(value)
      case .todo(let reason)?: result += "\(Self.counted)TODO (\(write(reason)))"
      case .aside?: break
      }
    }
    return result
  }

  /// The author's words without characters that could be taken for a place.
  private static func withoutPlaces(_ text: String) -> String {
    guard text.holds(where: isPlace) else { return text }
    return String(
      String.UnicodeScalarView(text.unicodeScalars.map { isPlace($0) ? "\u{FFFD}" : $0 }))
  }
}
