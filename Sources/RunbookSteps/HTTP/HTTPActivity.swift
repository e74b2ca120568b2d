import CCurl
import Glibc
package import RunbookEngine
package import RunbookModel
package import RunbookSystem

/// A request with its values.
package struct HTTPActivity: Activity {
  package let step: Step
  package let request: HTTPRequest
  /// Whether its method only reads.
  package let isSafe: Bool
  package let now: @Sendable () -> Timestamp
  package let confinement: Confinement?

  static let defaultTimeout = Duration.seconds(30)
  private static let mostRedirects = 10

  package var effect: Effect { step.effect(unlessDeclared: isSafe ? .readOnly : .undetermined) }
  package var isEffectDeclared: Bool { !isSafe && step.options.effect != nil }
  package var connection: String? { nil }
  package var work: [WorkItem] { [WorkItem(language: .http, text: request.text, effect: effect)] }

  package func surroundings() async -> [Surrounding] {
    let files = [
      request.certificateAuthority, request.clientCertificate, request.clientKey, request.socket,
    ]
    return files.compactMap(\.self).map { path in
      Surrounding(name: "file \(path)", content: FileContent.mark(of: path) ?? "", file: path)
    } + [Surrounding(name: "the request", content: request.credentials)]
      + Self.proxies + place
  }

  /// On another machine another program answers there.
  private var place: [Surrounding] {
    let isHere = request.socket != nil || request.origin?.mayBeHere == true
    return isHere ? [ProcessPlace.host] : []
  }

  /// Variables by which libcurl goes another way: https://curl.se/libcurl/c/libcurl-env.html
  private static var proxies: [Surrounding] {
    let names = ["http_proxy", "https_proxy", "all_proxy", "no_proxy"]
    return (names + names.map { $0.uppercased() }).compactMap { name -> Surrounding? in
      guard let value = getenv(name) else { return nil }
      return Surrounding(name: "environment \(name)", content: String(cString: value))
    }
  }

  package func perform(in context: AttemptContext) async throws(StepFailure) -> StepResult {
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
    var wasSent = false
    while true {
      try check(request, after: redirects)
      var body = BoundedCapture(
        limit: limit, mostFiled: 64 << 20, folder: context.evidenceFolder, fileName: "body",
        redactor: context.redactor)
      let isDirect =
        confinement != nil || request.socket != nil || request.origin?.isLoopback == true
      let transfer = HTTPTransfer(request, interruption: interruption, isDirect: isDirect) {
        body.append($0)
      }
      let sentAt = now()
      let end = transfer.perform(timeout: timeout - (ContinuousClock.now - start))
      body.finish()
      wasSent = wasSent || transfer.wasSent
      var exchange = HTTPExchange(
        request: request, end: end, isBodyFlawed: transfer.problem != nil, wasSent: wasSent,
        message: transfer.message,
        status: transfer.status, headers: transfer.headers,
        isAnotherRequest: request.method != self.request.method, isRedirected: redirects > 0,
        isOfAnotherPath: redirects > 0 && !request.isOfSamePath(as: self.request),
        isOfAnotherPlace: isSafe && redirects > 0 && !request.isOfSamePlace(as: self.request),
        body: body,
        redactor: context.redactor, isFollowing: isFollowing,
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
        var result = exchange.result
        result.isEffectOpen = true
        throw StepFailure(
          .refused,
          "the answer leads to \(origin.scheme)://\(origin.authority), "
            + "and the request's body holds a secret",
          hint: "give that URL, if it is the one to be asked, or `follow_redirects: false`",
          partial: result)
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

  /// Refuses what the confinement does not allow; where a redirect leads there, the step's own request was
  /// made.
  private func check(_ request: HTTPRequest, after redirects: Int) throws(StepFailure) {
    do throws(StepFailure) {
      try confinement?.check(request)
    } catch {
      var failure = error
      if redirects > 0 {
        failure.partial = StepResult()
        failure.partial?.isEffectOpen = true
      }
      throw failure
    }
  }

  /// What the request failed of. Its effect is open where it, or one that led to it, may have been sent: the
  /// result says so.
  private func failure(of exchange: HTTPExchange, _ context: AttemptContext) -> StepFailure? {
    let place = exchange.request.origin.map { "\($0.scheme)://\($0.authority)" } ?? "the target"
    let said = exchange.message.isEmpty ? "" : ": \(exchange.message)"
    let isOpen = exchange.wasSent && effect != .readOnly
    let open = isOpen ? "; whether the request took effect is not known" : ""
    switch exchange.end {
    case RUNBOOK_REQUEST_DONE:
      guard exchange.isEndless else { return nil }
      return StepFailure(
        .refused, "more than \(Self.mostRedirects) redirects, the last to \(place)\(open)",
        partial: exchange.result)
    case RUNBOOK_REQUEST_NO_LIBRARY:
      return StepFailure(
        .unreachable, "libcurl is not installed", hint: "install it: apt-get install libcurl4")
    case RUNBOOK_REQUEST_BAD_URL:
      return StepFailure(
        .invalid, "not a URL that can be asked\(said)\(open)", partial: exchange.result)
    case RUNBOOK_REQUEST_TIMEOUT:
      let limit = context.timeout(else: Self.defaultTimeout).secondsText
      return StepFailure(
        isOpen ? .lost : .timeout, "no answer from \(place) within \(limit)\(open)",
        detail: exchange.message, mayRetryHelp: !isOpen, partial: exchange.result)
    case RUNBOOK_REQUEST_TLS:
      return StepFailure(
        isOpen ? .lost : .unreachable, "no TLS connection to \(place)\(said)\(open)",
        hint: "for a certificate of your own authority give its file as `ca:`",
        mayRetryHelp: !isOpen, partial: exchange.result)
    case RUNBOOK_REQUEST_CANCELLED:
      return StepFailure(
        isOpen ? .lost : .interrupted, "the request to \(place) was stopped\(open)",
        partial: exchange.result)
    case RUNBOOK_REQUEST_BROKEN where exchange.isBodyFlawed:
      return StepFailure(
        isOpen ? .lost : .unreachable, "the answer of \(place) cannot be read whole\(said)\(open)",
        mayRetryHelp: !isOpen, partial: exchange.result)
    case RUNBOOK_REQUEST_BROKEN where isOpen:
      return StepFailure(
        .lost, "the connection to \(place) broke before the answer was whole\(said)\(open)",
        partial: exchange.result)
    default:
      return StepFailure(
        isOpen ? .lost : .unreachable, "no answer from \(place)\(said)\(open)",
        mayRetryHelp: !isOpen, partial: exchange.result)
    }
  }
}
