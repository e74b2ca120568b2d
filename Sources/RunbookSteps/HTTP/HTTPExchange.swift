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
  let body: BoundedCapture
  let elapsed: Duration
  /// The server's clock less this host's; nil where it did not tell.
  let clockOffset: Duration?
  /// Whether there were more redirects than are followed.
  var isEndless = false

  var result: StepResult {
    StepResult(
      values: ValueMap([
        ("status", .int(Int64(status))), ("headers", .map(headers)), ("body", .string(body.text)),
        ("json", json), ("elapsed", .duration(elapsed)),
        ("clock_offset", clockOffset.map(Value.duration) ?? .null),
      ]),
      evidence: body.evidence(
        "response body", key: "body", source: "\(request.method) \(request.url)"),
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
      detail: body.text.isEmpty ? nil : String(body.text.prefixOfScalars(500)),
      code: String(status),
      mayRetryHelp: status >= 500 || status == 429)
  }
}
