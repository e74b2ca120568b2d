public import RunbookModel

/// A text with values in it: `${{ expression }}`. `$${{` stands for `${{` itself.
public struct Template: Sendable {
  public let source: SourceText
  let parts: [TemplateReader.Part]

  /// Reads a template.
  ///
  /// - Throws: `Diagnostics` with what is wrong in all of its expressions.
  public init(parsing source: SourceText) throws(Diagnostics) {
    self.source = source
    guard source.text.utf8.contains(UInt8(ascii: "$")) else {
      parts = source.text.isEmpty ? [] : [.text(source.text)]
      return
    }
    var reader = TemplateReader(source)
    try reader.read()
    parts = reader.parts
  }

  /// Whether there is no expression in it.
  public var isConstant: Bool { expressions.isEmpty }

  /// Its expressions, in order.
  public var expressions: [Expression] {
    parts.compactMap { if case .expression(let expression) = $0 { expression } else { nil } }
  }

  /// The free names that its expressions read, in order.
  public var references: [Reference] { expressions.flatMap(\.references) }

  /// The text with each expression replaced by its value's text: strings as they are, numbers, bools,
  /// timestamps and durations as `string()` gives them, lists and maps as JSON.
  ///
  /// - Parameter written: how a value's text stands among what the author wrote.
  /// - Throws: `EvaluationError` when an expression has no value, or its value is null.
  public func render(
    in scope: some EvaluationScope, written: (String) -> String = { $0 }
  ) throws(EvaluationError) -> String {
    var result = ""
    for part in parts {
      switch part {
      case .text(let text): result += text
      case .expression(let expression):
        result += written(try Self.text(of: try expression.evaluate(in: scope), expression))
      }
    }
    return result
  }

  /// The value of the expression when the template is nothing but one, else the rendered text.
  ///
  /// - Throws: `EvaluationError` as `render(in:)`; a sole expression's value may be null.
  public func renderValue(in scope: some EvaluationScope) throws(EvaluationError) -> Value {
    if parts.count == 1, case .expression(let expression)? = parts.first {
      return try expression.evaluate(in: scope)
    }
    return .string(try render(in: scope))
  }

  static func text(
    of value: Value, _ expression: Expression
  ) throws(EvaluationError) -> String {
    switch value {
    case .null:
      throw EvaluationError(
        .invalid, "the value is null, which has no text", at: expression.place)
    case .list, .map:
      return value.json
    default:
      do throws(Fault) {
        return try Conversion.string(value).stringValue ?? ""
      } catch {
        throw EvaluationError(error.cause, error.message, at: expression.place)
      }
    }
  }
}

extension Template {
  /// What a template is made of once its values are known.
  public enum Rendered: Sendable, Hashable {
    /// As the author wrote it.
    case text(String)
    /// An expression's value, and its text as `render(in:)` writes it.
    case value(Value, text: String)
    /// An expression whose value is null, and where it stands.
    case null(Place)
    case error(EvaluationError)
  }

  /// The texts and values in order, for a reader who treats the author's words and values apart.
  public func segments(in scope: some EvaluationScope) -> [Rendered] {
    parts.map { part in
      switch part {
      case .text(let text): .text(text)
      case .expression(let expression): Self.segment(of: expression, in: scope)
      }
    }
  }

  private static func segment(
    of expression: Expression, in scope: some EvaluationScope
  ) -> Rendered {
    do throws(EvaluationError) {
      let value = try expression.evaluate(in: scope)
      if value == .null { return .null(expression.place) }
      return .value(value, text: try text(of: value, expression))
    } catch {
      return .error(error)
    }
  }
}

extension Template {
  /// The text as a URL, or as a connection's words.
  ///
  /// What the author wrote stays as it is, and so does a value by which the text begins, such as a whole
  /// URL. Any other value stays within the part that it stands in, whatever signs it holds:
  ///
  /// | where it stands | how it is written |
  /// | --- | --- |
  /// | user, password, path, query, fragment | percent-encoded, but for letters, digits and `-._~` |
  /// | scheme, host, port | as it is, where it can be one; else it is refused |
  /// | a value of `host=h password=…` | with backslashes, as libpq reads them |
  ///
  /// - Throws: as `render(in:)`, and where a value cannot stand.
  public func renderURL(in scope: some EvaluationScope) throws(EvaluationError) -> String {
    var url = ""
    for (index, part) in parts.enumerated() {
      switch part {
      case .text(let text): url += text
      case .expression(let expression):
        let value = try Self.text(of: try expression.evaluate(in: scope), expression)
        guard index > 0 else {
          url += value
          continue
        }
        let place = URLPlace(after: url, before: parts[(index + 1)...])
        guard let written = place.write(value) else {
          throw EvaluationError(.invalid, place.refusal, at: expression.place)
        }
        url += written
      }
    }
    return url
  }
}

/// A place in a URL at which a value stands.
private enum URLPlace {
  case scheme, host
  case encoded(isSegment: Bool)
  case words(isBare: Bool)

  /// - Parameters:
  ///   - text: what stands before the value.
  ///   - rest: what the author wrote after it: an `@` in it says that the value stands before the host.
  init(after text: String, before rest: ArraySlice<TemplateReader.Part>) {
    guard let mark = text.range(ofFirst: "://"),
      text[..<mark.lowerBound].utf8.allSatisfy({ Self.isOfScheme($0) || $0 <= 0x20 })
    else {
      self = text.holds("=") ? .words(isBare: Self.isBare(text)) : .scheme
      return
    }
    let authority = text[mark.upperBound...]
    guard !authority.holds(where: Self.endsAuthority), !authority.holds("@") else {
      self =
        authority.holds(where: Self.endsAuthority)
        ? .encoded(isSegment: text.lastScalar == "/") : .host
      return
    }
    var later = ""
    for case .text(let text) in rest { later += text }
    self =
      later.prefixOfScalars { !Self.endsAuthority($0) }.holds("@")
      ? .encoded(isSegment: false) : .host
  }

  private static func endsAuthority(_ scalar: Unicode.Scalar) -> Bool {
    scalar == "/" || scalar == "?" || scalar == "#"
  }

  private static func isOfScheme(_ byte: UInt8) -> Bool {
    isAlphanumeric(byte) || "+-.".utf8.contains(byte)
  }

  private static func isAlphanumeric(_ byte: UInt8) -> Bool {
    (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
  }

  /// Whether a value begins here that no quote stands before.
  private static func isBare(_ text: String) -> Bool {
    var isQuoted = false
    var isEscaped = false
    for byte in text.utf8 {
      if isEscaped {
        isEscaped = false
      } else if byte == UInt8(ascii: "\\") {
        isEscaped = true
      } else if byte == UInt8(ascii: "'") {
        isQuoted.toggle()
      }
    }
    return !isQuoted && text.trimming { $0.isWhitespace }.lastScalar == "="
  }

  /// - Returns: nil where the value cannot stand here.
  func write(_ value: String) -> String? {
    switch self {
    case .scheme: value.utf8.allSatisfy(Self.isOfScheme) ? value : nil
    case .host:
      value.utf8.allSatisfy {
        Self.isAlphanumeric($0) || $0 >= 0x80 || "-._~:[],".utf8.contains($0)
      }
        ? value : nil
    case .encoded(let isSegment):
      isSegment && (value == "." || value == "..") ? nil : Self.percentEncoded(value)
    case .words(let isBare):
      // libpq would take the next word for an empty value.
      value.isEmpty && isBare ? "''" : Self.escaped(value)
    }
  }

  private static func percentEncoded(_ value: String) -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    let bytes = value.utf8.flatMap { byte -> [UInt8] in
      isAlphanumeric(byte) || "-._~".utf8.contains(byte)
        ? [byte] : [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-KEYWORD-VALUE
  private static func escaped(_ value: String) -> String {
    let bytes = value.utf8.flatMap { byte -> [UInt8] in
      byte <= 0x20 || byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\\")
        ? [UInt8(ascii: "\\"), byte] : [byte]
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  var refusal: String {
    if case .encoded = self { return "the value leads out of the path that it stands in" }
    let what = if case .scheme = self { "scheme" } else { "host" }
    return
      "the value stands where a URL has its \(what), and cannot be one: write each part as a value "
      + "of its own, scheme://${{ user }}:${{ password }}@${{ host }}/${{ path }}, or the whole URL as one"
  }
}
