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
  /// Whether that has led what only asks to another place: what is answered there is not what was asked for.
  package let isOfAnotherPlace: Bool
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
        ("status", .int(Int64(status))), ("url", .string(request.shownURL)),
        ("headers", .map(headers)), ("body", .string(text)),
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
        "\(request.method) was answered with status \(status)", isRepeatable: answer.isIdempotent)
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

  private var answer: HTTPAnswer {
    HTTPAnswer(to: request.method, status: status, isFollowing: isFollowing)
  }

  private var isUnfollowed: Bool { answer.isUnfollowed }

  private func presumedFailure(_ text: String) -> PresumedFailure? {
    if let record = refusal(text) {
      var presumed = PresumedFailure(record, toldBy: "status")
      presumed.isOfAnother = isOfAnotherPlace || isOfAnotherPath && [404, 410].contains(status)
      return presumed
    }
    guard isOfAnotherPlace else { return nil }
    // Such as a page to log in at, which answers whatever was asked.
    var presumed = PresumedFailure(
      FailureRecord(
        cause: .refused,
        message: "a redirect led elsewhere, to "
          + "\(redactor.line(request.shownURL, bytes: 200)), and what was answered there is no answer "
          + "to what was asked",
        hint: "where it may end there, say so: `expect: url == …` or `url.startsWith(…)`; else ask "
          + "that URL, or look at what redirects"),
      toldBy: "url")
    presumed.isOfAnother = true
    return presumed
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

  /// Whether the answer leaves open what the request did: by its status, as it was not answered whole, or as an error came
  /// in the place of the page that a redirect led to. An error behind a redirect that was followed says nothing of what
  /// was done by then: where a second request would do it twice, that is open too.
  private var isEffectOpen: Bool {
    guard end == RUNBOOK_REQUEST_DONE, !isEndless else { return wasSent }
    if isAnotherRequest || answer.leavesEffectOpen { return true }
    return !answer.isIdempotent && isRedirected && status >= 400
  }

  /// What is told of an answer that is an error.
  package static func detail(of text: String, _ redactor: Redactor) -> String? {
    text.isEmpty ? nil : redactor.excerpt(text, bytes: 500)
  }
}
