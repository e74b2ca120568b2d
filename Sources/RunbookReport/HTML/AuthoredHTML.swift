import RunbookModel

/// An author's Markdown as HTML, with the run's values in it as text.
///
/// Each value stands as one private character while the Markdown is read, so that nothing in it can be
/// markup; the characters are replaced when text is escaped. What is no construct of `MarkdownBlocks`
/// and `MarkdownSpans` is escaped text.
struct AuthoredHTML {
  /// The author's words, a private character for each value.
  let source: String
  let values: PlacedValues

  init(_ text: AuthoredText) {
    var source = ""
    var values = PlacedValues()
    for segment in text.segments {
      switch segment {
      case .words(let words): source += PlacedValues.withoutPlaces(words.cleaned)
      case .value(let value): source += values.place(.value(value))
      case .undefined(let name): source += values.place(.todo("undefined: \(name)"))
      case .said(let name, let at, let reference):
        source += values.place(.said("\(name), \(at.day) \(at.minute) UTC", reference))
      case .failed(let message): source += values.place(.todo("no value: \(message)"))
      }
    }
    self.source = source
    self.values = values
  }

  /// Its paragraphs, lists and code.
  var blocks: String { MarkdownBlocks(values: values).html(source.lines) }

  /// All of it on one line.
  var line: String {
    spans(source.lines.map(\.trimmed).filter { !$0.isEmpty }.joined(separator: " "))
  }

  /// Its first paragraph.
  var headline: String {
    let lines = source.lines.drop { $0.unicodeScalars.allSatisfy(\.isWhitespace) }
    return spans(
      lines.prefix { !$0.unicodeScalars.allSatisfy(\.isWhitespace) }.joined(separator: " "))
  }

  private func spans(_ text: String) -> String { MarkdownSpans(values: values).html(text) }
}

extension AuthoredHTML {
  static func block(_ block: AuthoredBlock, _ form: Content.BlockForm) -> String {
    switch block {
    case .text(let text): AuthoredHTML(text).blocks
    case .list(let items): list(items, tag: form == .numbered ? "ol" : "ul")
    case .fields(let fields):
      "<dl>\n"
        + fields.map { field in
          "<dt>\(HTML.prose(field.name))</dt>\n<dd>\(item(field.block))</dd>"
        }.joined(separator: "\n") + "\n</dl>"
    }
  }

  /// A part inside of an element of its own: one paragraph needs no element more.
  static func item(_ block: AuthoredBlock) -> String {
    let html = Self.block(block, .plain)
    let inner = html.dropFirstScalars(3).dropLastScalars(4)
    return html.begins(with: "<p>") && html.ends(with: "</p>") && !inner.holds("<p")
      ? String(inner) : html
  }

  static func headline(_ block: AuthoredBlock) -> String {
    switch block {
    case .text(let text): AuthoredHTML(text).headline
    case .list(let items): items.map { headline($0) }.joined(separator: "; ")
    case .fields(let fields):
      fields.map { "\(HTML.prose($0.name)): \(headline($0.block))" }.joined(separator: "; ")
    }
  }

  private static func list(_ items: [AuthoredBlock], tag: String) -> String {
    let rows = items.map { "<li>\(item($0))</li>" }.joined(separator: "\n")
    return "<\(tag)>\n\(rows)\n</\(tag)>"
  }
}

/// The run's values in an author's text, each in the place of a private character.
struct PlacedValues {
  enum Item {
    case value(String)
    /// There is none, and why.
    case todo(String)
    /// Who said what stands before it.
    case said(String, Reference)
  }

  private static let places: ClosedRange<UInt32> = 0x100000...0x10FDFF
  private var items: [Item] = []

  /// - Returns: the character that stands for the value.
  mutating func place(_ item: Item) -> String {
    guard let place = Unicode.Scalar(Self.places.lowerBound + UInt32(items.count)),
      Self.places.contains(place.value)
    else { return "\u{FFFD}" }
    items.append(item)
    return String(place)
  }

  /// The author's words without characters that could be taken for a place.
  static func withoutPlaces(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: { places.contains($0.value) }) else { return text }
    return String(
      String.UnicodeScalarView(
        text.unicodeScalars.map { places.contains($0.value) ? "\u{FFFD}" : $0 }))
  }

  /// Text with its values, escaped.
  func escaped(_ scalars: some Sequence<Unicode.Scalar>, keepsLines: Bool = false) -> String {
    var result = ""
    for scalar in scalars {
      switch item(at: scalar) {
      case nil: result += HTML.escaped(String(scalar))
      case .value(let value)?:
        result += keepsLines ? HTML.escaped(value.visible) : Self.inline(value)
      case .todo(let reason)?:
        result += "<strong class=\"todo\">\(Mark.counted)TODO (\(HTML.prose(reason)))</strong>"
      case .said(let who, let reference)?:
        result += " <span class=\"aside\">(\(HTML.prose(who)))</span> " + HTML.reference(reference)
      }
    }
    return result
  }

  /// Text with its values as they are, for an address.
  func expanded(_ scalars: some Sequence<Unicode.Scalar>) -> String {
    var result = ""
    for scalar in scalars {
      switch item(at: scalar) {
      case nil: result.unicodeScalars.append(scalar)
      case .value(let value)?: result += value.onOneLine
      case .todo?: result += "TODO"
      case .said?: break
      }
    }
    return result
  }

  private func item(at scalar: Unicode.Scalar) -> Item? {
    guard Self.places.contains(scalar.value) else { return nil }
    let index = Int(scalar.value - Self.places.lowerBound)
    return items.indices.contains(index) ? items[index] : nil
  }

  /// A value keeps a space at its ends, as the author may count on it.
  private static func inline(_ value: String) -> String {
    let text = HTML.prose(value)
    guard !text.isEmpty else { return value.isEmpty ? "" : " " }
    return (value.firstScalar?.isWhitespace == true ? " " : "") + text
      + (value.lastScalar?.isWhitespace == true ? " " : "")
  }
}
