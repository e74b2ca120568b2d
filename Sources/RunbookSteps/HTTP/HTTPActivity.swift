import CCurl
import RunbookEngine
import RunbookModel

/// A request with its values.
struct HTTPActivity: Activity {
  let step: Step
  let request: HTTPRequest
  /// Whether its method only reads.
  let isSafe: Bool
  let now: @Sendable () -> Timestamp
  let confinement: Confinement?

  static let defaultTimeout = Duration.seconds(30)
  private static let mostRedirects = 10

  var effect: Effect { step.effect(unlessDeclared: isSafe ? .readOnly : .undetermined) }
  var isEffectDeclared: Bool { !isSafe && step.options.effect != nil }
  var connection: String? { nil }
  var work: [WorkItem] { [WorkItem(language: .http, text: request.text, effect: effect)] }

  func surroundings() async -> [Surrounding] {
    let files = [
      request.certificateAuthority, request.clientCertificate, request.clientKey, request.socket,
    ]
    return [
      Surrounding(
        name: "the certificates and the socket",
        content: files.map { $0 ?? "" }.joined(separator: "\0"))
    ]
  }

  func perform(in context: AttemptContext) async throws(StepFailure) -> StepResult {
    guard !Task.isCancelled else { throw StepFailure(.interrupted, "the request was not made") }
    let interruption = Interruption()
    let outcome: Result<HTTPExchange, StepFailure>
    do {
      outcome = try await withTaskCancellationHandler {
        try await OwnThread.run { self.outcome(interruption, context) }
      } onCancel: {
        interruption.set()
      }
    } catch let failure as StepFailure {
      throw failure
    } catch {
      throw StepFailure(.refused, "the request could not be made")
    }
    let exchange = try outcome.get()
    if let failure = failure(of: exchange, context) { throw failure }
    return exchange.result
  }

  private func outcome(
    _ interruption: Interruption, _ context: AttemptContext
  ) -> Result<HTTPExchange, StepFailure> {
    do throws(StepFailure) {
      return .success(try exchange(interruption, context))
    } catch {
      return .failure(error)
    }
  }

  /// Makes the request, and those that its redirects ask for.
  private func exchange(
    _ interruption: Interruption, _ context: AttemptContext
  ) throws(StepFailure) -> HTTPExchange {
    let start = ContinuousClock.now
    let timeout = context.timeout(else: Self.defaultTimeout)
    let limit = Int(step.body["output_limit"]?.int ?? 262_144)
    let isFollowing = step.body["follow_redirects"]?.bool ?? true
    var request = self.request
    var redirects = 0
    while true {
      try confinement?.check(request)
      var body = BoundedCapture(
        limit: limit, folder: context.evidenceFolder, fileName: "body", redactor: context.redactor)
      let isDirect =
        confinement != nil || request.socket != nil || request.origin?.isLoopback == true
      let transfer = HTTPTransfer(request, interruption: interruption, isDirect: isDirect) {
        body.append($0)
      }
      let sentAt = now()
      let end = transfer.perform(timeout: timeout - (ContinuousClock.now - start))
      body.finish()
      var exchange = HTTPExchange(
        request: request, end: end, message: transfer.message, status: transfer.status,
        headers: transfer.headers, body: body, redactor: context.redactor,
        elapsed: ContinuousClock.now - start,
        clockOffset: HTTPDate.clockOffset(transfer.headers, sentAt: sentAt, receivedAt: now()))
      guard end == RUNBOOK_REQUEST_DONE, isFollowing else { return exchange }
      switch request.redirected(
        by: transfer.status, to: transfer.headers["location"]?.stringValue ?? "",
        isSecret: { context.redactor.holdsSecret($0) })
      {
      case .none:
        return exchange
      case .wouldTell(let origin):
        throw StepFailure(
          .refused,
          "the answer leads to \(origin.scheme)://\(origin.authority), "
            + "and the request's body holds a secret",
          hint: "give that URL, if it is the one to be asked, or `follow_redirects: false`",
          partial: exchange.result)
      case .request(let next):
        redirects += 1
        guard redirects <= Self.mostRedirects else {
          exchange.isEndless = true
          return exchange
        }
        request = next
      }
    }
  }

  private func failure(of exchange: HTTPExchange, _ context: AttemptContext) -> StepFailure? {
    let place = exchange.request.origin.map { "\($0.scheme)://\($0.authority)" } ?? "the target"
    let said = exchange.message.isEmpty ? "" : ": \(exchange.message)"
    switch exchange.end {
    case RUNBOOK_REQUEST_DONE:
      guard exchange.isEndless else { return nil }
      return StepFailure(
        .refused, "more than \(Self.mostRedirects) redirects, the last to \(place)",
        partial: exchange.result)
    case RUNBOOK_REQUEST_NO_LIBRARY:
      return StepFailure(
        .unreachable, "libcurl is not installed", hint: "install it: apt-get install libcurl4")
    case RUNBOOK_REQUEST_BAD_URL:
      return StepFailure(.invalid, "not a URL that can be asked\(said)")
    case RUNBOOK_REQUEST_TIMEOUT where effect != .readOnly:
      let limit = context.timeout(else: Self.defaultTimeout).secondsText
      return StepFailure(
        .lost, "no answer from \(place) within \(limit); whether it took effect is not known",
        detail: exchange.message)
    case RUNBOOK_REQUEST_TIMEOUT:
      let limit = context.timeout(else: Self.defaultTimeout).secondsText
      return StepFailure(
        .timeout, "no answer from \(place) within \(limit)", detail: exchange.message,
        mayRetryHelp: true)
    case RUNBOOK_REQUEST_TLS:
      return StepFailure(
        .unreachable, "no TLS connection to \(place)\(said)",
        hint: "for a certificate of your own authority give its file as `ca:`",
        mayRetryHelp: true)
    case RUNBOOK_REQUEST_CANCELLED:
      return StepFailure(
        effect == .readOnly ? .interrupted : .lost, "the request to \(place) was stopped")
    case RUNBOOK_REQUEST_BROKEN where effect != .readOnly:
      return StepFailure(
        .lost, "the connection to \(place) broke before the answer was whole\(said)")
    default:
      return StepFailure(
        .unreachable, "no answer from \(place)\(said)", mayRetryHelp: true)
    }
  }
}
