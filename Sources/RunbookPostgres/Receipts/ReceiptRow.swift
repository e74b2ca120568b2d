private import Foundation
package import RunbookEngine
package import RunbookModel

/// A receipt as the server gave it.
package struct ReceiptRow {
  package let found: ReceiptFound

  /// The longest result that is kept in a receipt, in bytes.
  private static let longestResult = 256 << 10

  /// - Parameters:
  ///   - row: what `ReceiptQuery.look` asks for.
  ///   - expected: of the statements that would run now.
  ///   - context: of the attempt that looks for it.
  ///   - attempts: those of which it can be.
  package init(
    _ row: [Value], expected: Digest, _ context: AttemptContext, attempts: Range<Int>,
    encoding: String
  ) {
    let field = { (index: Int) -> Value in row.indices.contains(index) ? row[index] : .null }
    var values = Self.values(of: field(5))
    values["affected"] = field(2).intValue.map { .int($0) } ?? .int(0)
    values["row_count"] = field(3).intValue.map { .int($0) } ?? .int(0)
    var recordedAt: Timestamp?
    if case .timestamp(let time) = field(4) { recordedAt = time }
    var result = StepResult(values: values, hasReceipt: true)
    result.incomplete = values.presumedIncomplete()
    // With a mark in a secret's place it is another value.
    for (name, value) in values.pairs where Redactor.hasMark(value) {
      if let name = name.stringValue { result.incomplete[name] = .withoutSecrets }
    }
    let attempt = Int(clamping: field(0).intValue ?? 0)
    var objections: [String] = []
    if !attempts.contains(attempt) {
      objections.append(
        attempt == attempts.upperBound
          ? "it is of attempt \(attempt), which has only just begun and wrote nothing"
          : "it is of attempt \(attempt), which this run's journal has not begun")
    } else if context.actors.indices.contains(attempt - 1) {
      let actor = context.actors[attempt - 1]
      let stored = field(6).stringValue ?? ""
      let isNamed = [actor.displayName, actor.formerDisplayName].contains {
        stored.isIdentical(to: ServerText.escaped($0, for: encoding))
      }
      if !isNamed {
        objections.append("it names \(stored), and the journal \(actor.displayName)")
      }
    }
    // What the attempt was to do counts, whatever the step has become since.
    let recorded =
      context.receiptDigests.indices.contains(attempt - 1)
      ? context.receiptDigests[attempt - 1] : nil
    if field(1).stringValue != (recorded ?? expected).hex {
      let those = recorded == nil ? "of now" : "of its attempt"
      objections.append("it is of other statements than those \(those)")
    }
    if !objections.isEmpty {
      let writer = field(6).stringValue ?? ""
      let time = recordedAt.map { " at \($0)" } ?? ""
      let roles = field(7).stringValue.map { "; these roles may write there: \($0)" } ?? ""
      objections.append(
        "it says that \(writer) wrote it\(time)\(roles); until it is taken out of runbook.receipt, the step is not "
          + "performed")
    }
    found = ReceiptFound(
      attempt: attempt, recordedAt: recordedAt, objections: objections, result: result)
  }

  /// For a step that finds itself done already.
  package var notices: [String] {
    ["already done by attempt \(found.attempt): nothing was run again"]
  }

  /// A result as a receipt keeps it, secrets taken out; nil where it is too long. It is kept whole or not
  /// at all.
  package static func text(of result: StepResult, _ redactor: Redactor) -> String? {
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
      let stored = try? Value.decoded(fromJSON: text)
    else { return ValueMap() }
    return stored.mapValue ?? ValueMap()
  }
}
