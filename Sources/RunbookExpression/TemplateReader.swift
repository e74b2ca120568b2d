import RunbookModel

/// Takes a template apart into its texts and its expressions.
struct TemplateReader {
  enum Part: Sendable {
    case text(String)
    case expression(Expression)
  }

  private(set) var parts: [Part] = []
  private let source: SourceText
  private let bytes: [UInt8]
  private var text: [UInt8] = []
  private var diagnostics = Diagnostics()

  init(_ source: SourceText) {
    self.source = source
    bytes = Array(source.text.utf8)
  }

  mutating func read() throws(Diagnostics) {
    var offset = 0
    while offset < bytes.count {
      if isAt(offset, "$${{") {
        text.append(contentsOf: "${{".utf8)
        offset += 4
      } else if isAt(offset, "${{") {
        flush()
        guard let end = readExpression(from: offset) else { break }
        offset = end
      } else {
        text.append(bytes[offset])
        offset += 1
      }
    }
    flush()
    guard diagnostics.isEmpty else { throw diagnostics }
  }

  private func isAt(_ offset: Int, _ mark: String) -> Bool {
    bytes[offset...].starts(with: mark.utf8)
  }

  private mutating func flush() {
    guard !text.isEmpty else { return }
    parts.append(.text(String(decoding: text, as: UTF8.self)))
    text = []
  }

  /// - Returns: the offset after the closing braces; nil when there are none.
  private mutating func readExpression(from start: Int) -> Int? {
    do throws(SyntaxFault) {
      let end = try closing(from: start)
      do throws(Diagnostics) {
        parts.append(.expression(try Expression(source, bytes, range: (start + 3)..<end)))
      } catch {
        diagnostics += error
      }
      return end + 2
    } catch {
      diagnostics.append(error.diagnostic(in: source))
      return nil
    }
  }

  /// Where the `}}` stands that belongs to no map and no string of the expression.
  private func closing(from start: Int) throws(SyntaxFault) -> Int {
    var lexer = Lexer(bytes, range: (start + 3)..<bytes.count)
    var openBraces = 0
    while true {
      let token = try lexer.next()
      switch token.kind {
      case .leftBrace: openBraces += 1
      case .rightBrace where openBraces > 0: openBraces -= 1
      case .rightBrace where lexer.peek() == UInt8(ascii: "}"): return token.start
      case .end:
        throw SyntaxFault(
          code: .templateUnclosed, message: "`${{` without its `}}`", start: start, end: start + 3,
          hint: "write `$${{` for the characters themselves")
      default: break
      }
    }
  }
}
