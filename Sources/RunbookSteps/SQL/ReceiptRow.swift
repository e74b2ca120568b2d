private import Foundation
import RunbookEngine
import RunbookModel

/// A receipt as the server gave it.
struct ReceiptRow {
  let found: ReceiptFound

  /// The longest result that is kept in a receipt, in bytes.
  private static let longestResult = 256 << 10

  /// - Parameters:
  ///   - row: what `ReceiptQuery.look` asks for.
  ///   - expected: of the statements that would run now.
  init(_ row: [Value], expected: Digest) {
    let field = { (index: Int) -> Value in row.indices.contains(index) ? row[index] : .null }
    let isSame = field(1).stringValue == expected.hex
    var values = Self.values(of: field(5))
    values["affected"] = field(2).intValue.map { .int($0) } ?? .int(0)
    values["row_count"] = field(3).intValue.map { .int($0) } ?? .int(0)
    var recordedAt: Timestamp?
    if case .timestamp(let time) = field(4) { recordedAt = time }
    var result = StepResult(values: values, hasReceipt: true)
    result.incomplete = values.presumedIncomplete()
    found = ReceiptFound(
      attempt: Int(clamping: field(0).intValue ?? 0), recordedAt: recordedAt, isSameWork: isSame,
      result: result)
  }

  /// For a step that finds itself done already.
  var notices: [String] {
    var notices = ["already done by attempt \(found.attempt): nothing was run again"]
    if !found.isSameWork {
      notices.append("the statements that were run then differ from those of now")
    }
    return notices
  }

  /// A result as a receipt keeps it, secrets taken out; nil where it is too long. It is kept whole or not
  /// at all.
  static func text(of result: StepResult, _ redactor: Redactor) -> String? {
    guard result.incomplete.isEmpty,
      Value.map(result.values).jsonSize(upTo: longestResult) <= longestResult
    else { return nil }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let value = redactor.redact(Value.map(result.values))
    // What cannot be written is left out: then the captures are not known, which the run says.
    guard let data = try? encoder.encode(value), data.count <= longestResult else { return nil }
    return String(decoding: data, as: UTF8.self)
  }

  private static func values(of text: Value) -> ValueMap {
    // Rows that were not kept, or by another version, are not known, which is not the same as none:
    // whatever reads them must fail.
    guard let text = text.stringValue,
      let stored = try? JSONDecoder().decode(Value.self, from: Data(text.utf8))
    else { return ValueMap() }
    return stored.mapValue ?? ValueMap()
  }
}
