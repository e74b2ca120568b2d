import RunbookEngine
import RunbookModel

/// One statement with its values put in.
struct RenderedStatement: Sendable {
  let command: SQLCommand
  let statement: SQLText.Statement
  /// The statement for people: `:name` kept, quoted forms filled in.
  let shownText: String
  let parameters: [WorkItem.Parameter]
  /// Where pieces of the command's text begin in it and in the source, in bytes.
  private let pieces: [(rendered: Int, source: Int)]

  init(
    _ statement: SQLText.Statement, of text: SQLText, values: [String: Value]
  ) throws(StepFailure) {
    var builder = StatementBuilder(text: text, values: values)
    for reference in statement.references { try builder.add(reference, from: statement) }
    builder.copy(from: statement, upTo: statement.range.upperBound)
    command = SQLCommand(builder.text, builder.bound)
    shownText = builder.shown
    parameters = builder.parameters
    pieces = builder.pieces
    self.statement = statement
  }

  var traits: SQLTraits { statement.traits }

  /// The place in the runbook of a position that the server tells.
  ///
  /// - Parameter position: characters of the command's text, counted from 1.
  func place(atServerPosition position: Int, in text: SQLText) -> Place {
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
  private var numbers: [String: Int] = [:]
  private var position: Int?
  var text = ""
  var shown = ""
  var bound: [String?] = []
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
    text += piece
    shown += piece
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
    if case .incomplete(let mark) = value {
      throw StepFailure(.invalid, "'\(reference.name)' is held in part, \(mark) (\(place))")
    }
    pieces.append((rendered: text.utf8.count, source: reference.range.lowerBound))
    switch reference.form {
    case .parameter:
      text += "$\(number(of: reference.name, value))"
      shown += ":" + reference.name
    case .identifier, .literal:
      guard let quoted = SQLValue.quoted(value, as: reference.form) else {
        throw StepFailure(
          .invalid,
          "'\(reference.name)' is \(value.typeName), and cannot be quoted here (\(place))")
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
      if !isDelimited { text += " " }
      text += quoted
      shown += quoted
    }
    if SQLValue.text(of: value)?.utf8.contains(0) == true {
      throw StepFailure(
        .invalid, "'\(reference.name)' holds a NUL character, which SQL cannot (\(place))")
    }
  }

  /// Whether what comes next cannot be read as one with what is before it: `E:'name'` is no `E'…'`.
  private var isDelimited: Bool {
    guard let last = text.utf8.last else { return true }
    return [UInt8](" \t\n\r(,=[;".utf8).contains(last)
  }

  private mutating func number(of name: String, _ value: Value) -> Int {
    if let number = numbers[name] { return number }
    bound.append(SQLValue.text(of: value))
    parameters.append(WorkItem.Parameter(name: name, value: value))
    numbers[name] = bound.count
    return bound.count
  }
}
