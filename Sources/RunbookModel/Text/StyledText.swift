/// Text for people, in spans that have a style each.
///
/// A literal is the program's own words; what is put into it is a value, which `TerminalText` makes
/// harmless there and then and which stays within its line:
///
///     let text: StyledText = "Run \(run): \(title, .bold)\n\(block: scenario)"
public struct StyledText: Sendable, Hashable {
  public enum Style: Sendable, Hashable {
    case bold, dim, red, green, yellow, blue, cyan, boldRed, boldYellow, boldCyan
  }

  public struct Span: Sendable, Hashable {
    /// Harmless; it may have line breaks.
    public let text: String
    public let style: Style?
  }

  public private(set) var spans: [Span] = []

  /// A value within a line.
  public init(_ value: some StringProtocol, _ style: Style? = nil) {
    add(TerminalText.inline(value), style)
  }

  /// A line of what a program reads: what looks like a blank and is none to the program is shown by its number.
  public init(code value: some StringProtocol, _ style: Style? = nil) {
    add(TerminalText.inline(value, for: .program), style)
  }

  /// A value that may have many lines.
  public init(block value: some StringProtocol, _ style: Style? = nil) {
    add(TerminalText.block(value), style)
  }

  private init(spans: [Span]) { self.spans = spans }

  /// The text without its styles.
  public var plain: String { spans.map(\.text).joined() }

  public var isEmpty: Bool { spans.isEmpty }

  /// How many cells of a terminal it takes, as one line.
  public var width: Int { spans.reduce(0) { $0 + DisplayWidth.of($1.text) } }

  /// The beginning of a value, as one line, that fits into so many cells of a terminal, with a sign where it is cut.
  public static func line(_ value: String, fitting cells: Int) -> String {
    let text = TerminalText.inline(value)
    guard DisplayWidth.of(text) > cells else { return text }
    var fitting = String.UnicodeScalarView()
    var width = 0
    for scalar in text.unicodeScalars {
      width += DisplayWidth.of(scalar)
      guard width < cells else { break }
      fitting.append(scalar)
    }
    return String(fitting) + "…"
  }

  /// All of it as what a program reads is shown: with what looks like a blank by its number.
  public var asCode: StyledText {
    var text: StyledText = ""
    for span in spans { text.add(TerminalText.block(span.text, for: .program), span.style) }
    return text
  }

  /// What has no style yet has this one.
  public func styled(_ style: Style) -> StyledText {
    var text: StyledText = ""
    for span in spans { text.add(span.text, span.style ?? style) }
    return text
  }

  public static func + (left: StyledText, right: StyledText) -> StyledText {
    var text = left
    text += right
    return text
  }

  public static func += (left: inout StyledText, right: StyledText) {
    for span in right.spans { left.add(span.text, span.style) }
  }

  /// Spans of one style are one span.
  private mutating func add(_ text: String, _ style: Style?) {
    guard !text.isEmpty else { return }
    if let last = spans.last, last.style == style {
      spans[spans.count - 1] = Span(text: last.text + text, style: style)
    } else {
      spans.append(Span(text: text, style: style))
    }
  }
}

extension StyledText: ExpressibleByStringInterpolation {
  public init(stringLiteral value: String) { add(TerminalText.block(value), nil) }

  public init(stringInterpolation: StringInterpolation) { self = stringInterpolation.text }

  public struct StringInterpolation: StringInterpolationProtocol {
    fileprivate var text = StyledText(spans: [])

    public init(literalCapacity: Int, interpolationCount: Int) {}

    public mutating func appendLiteral(_ literal: String) {
      text += StyledText(stringLiteral: literal)
    }

    public mutating func appendInterpolation(_ value: StyledText) { text += value }

    public mutating func appendInterpolation(
      _ value: some CustomStringConvertible, _ style: Style? = nil
    ) {
      text += StyledText(value.description, style)
    }

    public mutating func appendInterpolation(block value: some StringProtocol) {
      text += StyledText(block: value)
    }

    public mutating func appendInterpolation(
      code value: some StringProtocol, _ style: Style? = nil
    ) {
      text += StyledText(code: value, style)
    }
  }
}

extension [StyledText] {
  public func joined(separator: StyledText) -> StyledText {
    var text: StyledText = ""
    for (index, part) in enumerated() {
      if index > 0 { text += separator }
      text += part
    }
    return text
  }
}

extension DefaultStringInterpolation {
  @available(*, unavailable, message: "styles are for StyledText: a String cannot hold them")
  public mutating func appendInterpolation(_ value: StyledText) {}
}
