package import RunbookEngine
package import RunbookModel

/// One statement with its values put in.
package struct RenderedStatement: Sendable {
  package let command: SQLCommand
  package let statement: SQLText.Statement
  /// The statement for people: `:name` kept, quoted forms filled in.
  package let shownText: String
  /// The statement with `:"name"` and `:'name'` kept too; nil where it has none.
  package let template: String?
  let parameters: [WorkItem.Parameter]
  /// Where pieces of the command's text begin in it and in the source, in bytes.
  private let pieces: [(rendered: Int, source: Int)]

  package init(
    _ statement: SQLText.Statement, of text: SQLText, values: [String: Value]
  ) throws(StepFailure) {
    var builder = StatementBuilder(text: text, values: values)
    for reference in statement.references { try builder.add(reference, from: statement) }
    builder.copy(from: statement, upTo: statement.range.upperBound)
    command = SQLCommand(builder.text, values: builder.bound)
    shownText = builder.shown
    template = builder.template.isIdentical(to: builder.shown) ? nil : builder.template
    parameters = builder.parameters
    pieces = builder.pieces
    self.statement = statement
  }

  package var traits: SQLTraits { statement.traits }

  /// Whether a secret is among its values, or in its text.
  package func holdsSecret(_ redactor: Redactor) -> Bool {
    redactor.holdsSecret(shownText) || parameters.contains { redactor.holdsSecret($0.value) }
  }

  /// What of it no transaction guards, for people: also what it has the server execute as a text.
  package var unguarded: [String] {
    if traits.copiesOnServer { return traits.unguarded }
    let name = { (call: String) in call.pieces(separatedBy: ".").last ?? "" }
    let known = Set(traits.unguarded.map(name))
    return traits.unguarded
      + KnownFunctions.unguarded(in: command.text).filter { !known.contains(name($0)) }
  }

  /// The place in the runbook of a position that the server tells.
  ///
  /// - Parameter position: characters of the command's text, counted from 1.
  package func place(atServerPosition position: Int, in text: SQLText) -> Place {
    let scalars = command.text.unicodeScalars
    let index = scalars.index(
      scalars.startIndex, offsetBy: max(0, position - 1), limitedBy: scalars.endIndex)
    let byte = command.text.utf8.distance(
      from: command.text.startIndex, to: index ?? scalars.endIndex)
    guard let piece = pieces.last(where: { $0.rendered <= byte }) else {
      return text.place(of: statement)
    }
    return text.source.place(atByte: piece.source + byte - piece.rendered, length: 1)
  }
}

/// Puts a statement's text together, piece by piece.
private struct StatementBuilder {
  private let source: SQLText
  private let values: [String: Value]
  private var numbers: [String: [Bound]] = [:]
  private var position: Int?
  private(set) var text = ""
  private(set) var shown = ""
  private(set) var template = ""
  var bound: [Value] = []
  var parameters: [WorkItem.Parameter] = []
  var pieces: [(rendered: Int, source: Int)] = []

  init(text: SQLText, values: [String: Value]) {
    source = text
    self.values = values
  }

  mutating func copy(from statement: SQLText.Statement, upTo end: Int) {
    let start = position ?? statement.range.lowerBound
    guard start <= end, end <= source.bytes.count else { return }
    let piece = String(decoding: source.bytes[start..<end], as: UTF8.self)
    pieces.append((rendered: text.utf8.count, source: start))
    write(piece)
    position = end
  }

  mutating func add(
    _ reference: SQLReference, from statement: SQLText.Statement
  ) throws(StepFailure) {
    copy(from: statement, upTo: reference.range.lowerBound)
    position = reference.range.upperBound
    let place = source.place(of: reference)
    guard let value = values[reference.name] else {
      throw StepFailure(
        .invalid, "'\(reference.name)' has no value (\(place))",
        hint: NearestName.of(reference.name, among: values.keys).map { "did you mean '\($0)'?" })
    }
    if let mark = value.incompletePart {
      let reason = mark.isUnreadable ? "cannot be used: \(mark)" : "is held in part, \(mark)"
      throw StepFailure(.invalid, "'\(reference.name)' \(reason) (\(place))")
    }
    pieces.append((rendered: text.utf8.count, source: reference.range.lowerBound))
    switch reference.form {
    case .parameter:
      write("$\(number(of: reference, value))", shown: ":" + reference.name)
    case .identifier, .literal:
      guard let quoted = SQLValue.quoted(value, as: reference.form) else {
        let isLiteral = reference.form == .literal
        let sort = isLiteral ? Self.description(of: value) : value.typeName
        throw StepFailure(
          .invalid, "'\(reference.name)' is \(sort), and cannot be quoted here (\(place))",
          hint: isLiteral ? Self.hint(reference.name, value) : nil)
      }
      if reference.form == .identifier,
        quoted.utf8.count > SQLQuote.longestIdentifier + 2,
        (value.stringValue?.utf8.count ?? 0) > SQLQuote.longestIdentifier
      {
        throw StepFailure(
          .invalid,
          "'\(reference.name)' is no name: it is longer than \(SQLQuote.longestIdentifier) bytes "
            + "(\(place))",
          detail: "PostgreSQL would cut it, and mean another thing")
      }
      let written = String(decoding: source.bytes[reference.range], as: UTF8.self)
      write((isDelimited ? "" : " ") + quoted, template: written)
    }
    if SQLValue.text(of: value)?.utf8.contains(0) == true {
      throw StepFailure(
        .invalid, "'\(reference.name)' holds a NUL character, which SQL cannot (\(place))")
    }
  }

  private static func description(of value: Value) -> String {
    if case .list(let items) = value, items.isEmpty { return "an empty list" }
    if case .list = value { return "a list with timestamps" }
    return value.typeName
  }

  /// What may be done where a literal has more than one meaning.
  private static func hint(_ name: String, _ value: Value) -> String {
    if case .list(let items) = value, items.isEmpty {
      return
        "it is an empty array to one type and an empty object to another: bind it, :\(name), or write "
        + "the one that is meant"
    }
    return
      "a type without a zone would overlook its zone: bind it, :\(name), or capture the text that is "
      + "meant, as with string()"
  }

  /// The next piece, for the server and for people, who read the same but for a parameter's name.
  ///
  /// - Parameter reference: what the author wrote for it, where that is none of the two.
  private mutating func write(
    _ piece: String, shown name: String? = nil, template reference: String? = nil
  ) {
    text += piece
    shown += name ?? piece
    template += reference ?? name ?? piece
  }

  /// Whether what comes next cannot be read as one with what is before it: `E:'name'` is no `E'…'`.
  private var isDelimited: Bool {
    guard let last = text.utf8.last else { return true }
    return [UInt8](" \t\n\r(,=[;".utf8).contains(last)
  }

  private struct Bound {
    let number: Int
    var cast: String?
  }

  /// One name is one parameter, and has one type. Where it is cast to two, it is two parameters: else the second
  /// cast would convert what the first has made of the value.
  private mutating func number(of reference: SQLReference, _ value: Value) -> Int {
    let name = reference.name
    let cast = cast(after: reference)
    var known = numbers[name, default: []]
    defer { numbers[name] = known }
    for index in known.indices {
      guard let cast, let other = known[index].cast else {
        if known[index].cast == nil { known[index].cast = cast }
        return known[index].number
      }
      if cast.isIdentical(to: other) { return known[index].number }
    }
    bound.append(value)
    if known.isEmpty { parameters.append(WorkItem.Parameter(name: name, value: value)) }
    known.append(Bound(number: bound.count, cast: cast))
    return bound.count
  }

  /// The type's name in a `::` right behind a reference, as far as it is one word.
  private func cast(after reference: SQLReference) -> String? {
    let colons = [UInt8](repeating: UInt8(ascii: ":"), count: 2)
    let rest = source.bytes[reference.range.upperBound...].drop { $0 <= 32 }
    guard rest.starts(with: colons) else { return nil }
    let word = rest.dropFirst(2).drop { $0 <= 32 }.prefix { byte in
      (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
        || byte >= 0x80 || [UInt8]("_$.[]\"".utf8).contains(byte)
    }
    return String(decoding: word.map { (65...90).contains($0) ? $0 + 32 : $0 }, as: UTF8.self)
  }
}
