package import CCurl
package import RunbookEngine
package import RunbookModel

/// A request, and how it ended.
package struct HTTPExchange: Sendable {
  package let request: HTTPRequest
  package let end: runbook_request_end
  /// Whether it was the packing of the body that is not whole.
  package let isBodyFlawed: Bool
  /// Whether this request, or one that led to it, may have been sent.
  package let wasSent: Bool
  package let message: String
  package let status: Int
  package let headers: ValueMap
  /// Whether a redirect has made it another request than the step's: its answer is not that of the change.
  package let isAnotherRequest: Bool
  /// Whether a redirect has led to it: what the server had done by then that sent it on, nobody knows.
  package let isRedirected: Bool
  /// Whether that has led to another path: what is not there is not what was asked for.
  package let isOfAnotherPath: Bool
  package let body: BoundedCapture
  package let redactor: Redactor
  /// Whether the author wants redirects to be followed.
  package let isFollowing: Bool
  package let elapsed: Duration
  /// The server's clock less this host's; nil where it did not tell.
  package let clockOffset: Duration?
  /// Whether there were more redirects than are followed.
  var isEndless = false

  package var result: StepResult {
    let text = body.text
    let json = json(text)
    var result = StepResult(
      values: ValueMap([
        ("status", .int(Int64(status))), ("headers", .map(headers)), ("body", .string(text)),
        ("json", json.value), ("elapsed", .duration(elapsed)),
        ("clock_offset", clockOffset.map(Value.duration) ?? .null),
      ]),
      evidence: body.evidence(
        "response body", key: "body", source: "\(request.method) \(request.shownURL)",
        isWhole: isWhole, announced: isWhole ? nil : announcedSize),
      notices: body.notices(of: "the body"),
      presumedFailure: presumedFailure(text))
    result.isEffectOpen = isEffectOpen
    if end == RUNBOOK_REQUEST_DONE, !isEffectOpen, !isUnfollowed, status < 400 {
      result.completion = Completion(
        "\(request.method) was answered with status \(status)", isRepeatable: isIdempotent)
    }
    body.mark("body", in: &result, isWhole: isWhole)
    // It is the body once more.
    result.storedLimits["json"] = result.storedLimits["body"]
    result.incomplete["json"] = result.incomplete["body"] ?? json.flaw
    return result
  }

  /// Whether the answer came to its end.
  private var isWhole: Bool { end == RUNBOOK_REQUEST_DONE }

  /// How long the server said that the body is. A compressed one is longer.
  private var announcedSize: Int64? {
    headers["content-length"]?.stringValue.flatMap { Int64($0) }
  }

  /// The body's value, null where it is no JSON, and why it cannot be read where it says that it is some.
  private func json(_ text: String) -> (value: Value, flaw: Incomplete?) {
    guard isWhole, !body.isCut, !text.isEmpty else { return (.null, nil) }
    do throws(JSONError) {
      return (try Value(json: text), nil)
    } catch {
      let type = headers["content-type"]?.stringValue?.lowercased() ?? ""
      let isJSON = type.pieces(separatedBy: ";").first?.trimming { $0.isWhitespace }.ends(
        with: "json")
      return (.null, isJSON == true ? .unreadable("as JSON: \(error)") : nil)
    }
  }

  /// Whether the answer is a redirect that leads nowhere: nothing was followed, and it is no answer to what was asked.
  /// That of 303 is, where its page is not wanted (RFC 9110, section 15.4.4).
  private var isUnfollowed: Bool {
    (300..<400).contains(status)
      && (isFollowing || status != 303 || ["GET", "HEAD"].contains(request.method))
  }

  private func presumedFailure(_ text: String) -> PresumedFailure? {
    refusal(text).map { record in
      var presumed = PresumedFailure(record, toldBy: "status")
      presumed.isOfAnother = isOfAnotherPath && [404, 410].contains(status)
      return presumed
    }
  }

  private func refusal(_ text: String) -> FailureRecord? {
    if isUnfollowed {
      let said = isEffectOpen ? "; whether the request took effect is not known" : ""
      return FailureRecord(
        cause: .refused,
        message: "\(request.method) was answered with status \(status), a redirect that was not "
          + "followed\(said)",
        detail: headers["location"]?.stringValue.map {
          "it leads to \(redactor.line($0, bytes: 200))"
        },
        hint: "where that is the answer that is wanted: `expect: status == \(status)`",
        code: String(status))
    }
    guard status >= 400 else { return nil }
    return FailureRecord(
      cause: .refused, message: "\(request.method) was answered with status \(status)",
      detail: Self.detail(of: text, redactor), code: String(status),
      mayRetryHelp: status >= 500 || status == 429)
  }

  /// Whether the answer leaves open what the request did: it was not answered whole, an error came in the
  /// place of the page that a redirect led to, or a gateway had no answer itself (RFC 9110, sections 15.6.3
  /// and 15.6.5). An error of the server, its word that it waited too long for the request (section 15.5.9), a redirect
  /// that is not followed, or an error behind one that was, says nothing of what was done by then: where a second request
  /// would do it twice, that is open too.
  private var isEffectOpen: Bool {
    guard end == RUNBOOK_REQUEST_DONE, !isEndless else { return wasSent }
    if isAnotherRequest || [502, 504].contains(status) { return true }
    if isIdempotent { return false }
    return status >= 500 || status == 408 || isUnfollowed || isRedirected && status >= 400
  }

  /// Whether a second such request changes no more than the first: only these are repeated by themselves
  /// (RFC 9110, section 9.2.2).
  private var isIdempotent: Bool {
    ["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"].contains(request.method)
  }

  /// What is told of an answer that is an error.
  package static func detail(of text: String, _ redactor: Redactor) -> String? {
    text.isEmpty ? nil : redactor.excerpt(text, bytes: 500)
  }
}
