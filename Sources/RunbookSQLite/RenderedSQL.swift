import RunbookEngine
import RunbookModel

/// One statement with its values put in.
struct RenderedSQL: Sendable {
  /// As SQLite is given it: names of parameters stay.
  let text: String
  /// With `:"name"` and `:'name'` kept as well; nil where it has none.
  let template: String?
  let parameters: [WorkItem.Parameter]
  let statement: SQLiteText.Statement
  /// Where pieces of the text begin in it and in the source, in bytes.
  private let pieces: [(rendered: Int, source: Int)]

  init(
    _ statement: SQLiteText.Statement, of text: SQLiteText, values: [String: Value]
  ) throws(StepFailure) {
    var rendered: [UInt8] = []
    var pieces: [(rendered: Int, source: Int)] = []
    var parameters: [WorkItem.Parameter] = []
    var position = statement.range.lowerBound
    var hasQuoted = false
    func copy(upTo end: Int) {
      pieces.append((rendered.count, position))
      rendered += text.bytes[position..<end]
      position = end
    }
    for reference in statement.references {
      copy(upTo: reference.range.lowerBound)
      let place = text.place(of: reference)
      let value = try Self.value(of: reference, values, place)
      guard let quoted = try Self.quoted(value, reference, place) else {
        if !parameters.contains(where: { $0.name.isIdentical(to: reference.name) }) {
          parameters.append(WorkItem.Parameter(name: reference.name, value: value))
        }
        copy(upTo: reference.range.upperBound)
        continue
      }
      hasQuoted = true
      pieces.append((rendered.count, reference.range.lowerBound))
      // What stands right beside it must not be read as one with it.
      rendered += Array(" \(quoted) ".utf8)
      position = reference.range.upperBound
    }
    copy(upTo: statement.range.upperBound)
    self.text = String(decoding: rendered, as: UTF8.self)
    template = hasQuoted ? String(decoding: text.bytes[statement.range], as: UTF8.self) : nil
    self.parameters = parameters
    self.pieces = pieces
    self.statement = statement
  }

  /// The place in the runbook of a byte of the text.
  func place(atByte byte: Int?, in text: SQLiteText) -> Place {
    guard let byte, let piece = pieces.last(where: { $0.rendered <= byte }) else {
      return text.place(of: statement)
    }
    return text.source.place(atByte: piece.source + byte - piece.rendered, length: 1)
  }

  private static func value(
    of reference: SQLiteScanner.Reference, _ values: [String: Value], _ place: Place
  ) throws(StepFailure) -> Value {
    guard let value = values[reference.name] else {
      throw StepFailure(
        .invalid, "'\(reference.name)' has no value (\(place))",
        hint: NearestName.of(reference.name, among: values.keys).map { "did you mean '\($0)'?" })
    }
    do throws(SQLiteValue.Refusal) {
      _ = try SQLiteValue.bound(value)
    } catch {
      throw StepFailure(.invalid, "'\(reference.name)' \(error.reason) (\(place))")
    }
    return value
  }

  private static func quoted(
    _ value: Value, _ reference: SQLiteScanner.Reference, _ place: Place
  ) throws(StepFailure) -> String? {
    let quoted: String?
    switch reference.form {
    case .parameter: return nil
    case .literal:
      do throws(SQLiteValue.Refusal) {
        quoted = try SQLiteValue.literal(value)
      } catch {
        throw StepFailure(.invalid, "'\(reference.name)' \(error.reason) (\(place))")
      }
    case .identifier:
      let name = value.stringValue.flatMap { $0.isEmpty ? nil : $0 }
      quoted = name.map(SQLiteValue.identifier)
    }
    guard let quoted else {
      throw StepFailure(
        .invalid, "'\(reference.name)' is \(value.typeName), and cannot be quoted here (\(place))")
    }
    return quoted
  }
}
