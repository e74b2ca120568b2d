import CCurl
import RunbookEngine
import RunbookModel

/// A request, and how it ended.
struct HTTPExchange: Sendable {
  let request: HTTPRequest
  let end: runbook_request_end
  let message: String
  let status: Int
  let headers: ValueMap
  let body: HTTPBody
  let elapsed: Duration
  /// Whether there were more redirects than are followed.
  var isEndless = false

  var result: StepResult {
    StepResult(
      values: ValueMap([
        ("status", .int(Int64(status))), ("headers", .map(headers)), ("body", .string(body.text)),
        ("json", json), ("elapsed", .duration(elapsed)),
      ]),
      evidence: body.evidence(source: "\(request.method) \(request.url)"),
      notices: body.isFileWhole ? [] : ["not all of the body could be written to its file"],
      presumedFailure: presumedFailure)
  }

  private var json: Value {
    guard !body.isCut, !body.text.isEmpty else { return .null }
    do throws(JSONError) { return try Value(json: body.text) } catch { return .null }
  }

  private var presumedFailure: FailureRecord? {
    guard status >= 400 else { return nil }
    return FailureRecord(
      cause: .refused, message: "\(request.method) was answered with status \(status)",
      detail: body.text.isEmpty ? nil : String(body.text.prefix(500)), code: String(status),
      mayRetryHelp: status >= 500 || status == 429)
  }
}

/// A response's body: its beginning for the result, all of it in a file once it is longer.
struct HTTPBody: Sendable {
  private let limit: Int
  private let folder: String
  private var kept: [UInt8] = []
  private var size: Int64 = 0
  private var file: EvidenceWriter?
  private(set) var isFileWhole = true

  private static let fileName = "body"

  init(limit: Int, folder: String) {
    self.limit = limit
    self.folder = folder
  }

  var isCut: Bool { size > Int64(limit) }

  /// UTF-8 repaired, without zero bytes.
  var text: String { String(decoding: kept.filter { $0 != 0 }, as: UTF8.self) }

  mutating func append(_ bytes: [UInt8]) {
    size += Int64(bytes.count)
    if file == nil, isCut {
      file = EvidenceWriter(folder: folder, name: Self.fileName)
      isFileWhole = file?.write(kept) ?? false
    }
    if file != nil, isFileWhole { isFileWhole = file?.write(bytes) ?? false }
    let room = limit - kept.count
    guard room > 0 else { return }
    kept += bytes.prefix(room)
    if bytes.count > room { kept.removeIncompleteScalar() }
  }

  mutating func finish() {
    if let file, !file.close() { isFileWhole = false }
  }

  func evidence(source: String) -> [EvidenceDraft] {
    guard size > 0 else { return [] }
    var drafts = [
      EvidenceDraft(
        what: "response body", source: source, content: .result("body"),
        uncutSize: isCut ? size : nil)
    ]
    if file != nil {
      drafts.append(
        EvidenceDraft(
          what: "response body, all of it", source: source, content: .file(Self.fileName),
          uncutSize: isFileWhole ? nil : size))
    }
    return drafts
  }
}
