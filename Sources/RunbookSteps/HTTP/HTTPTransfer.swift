package import CCurl
import RunbookEngine
package import RunbookModel
package import RunbookSystem

/// One request on its way: what has come of its answer. Belongs to the thread that makes the request.
package final class HTTPTransfer {
  package let request: HTTPRequest
  private let interruption: Interruption
  private let isDirect: Bool
  private let receive: ([UInt8]) -> Void
  package private(set) var status = 0
  package var headers: ValueMap { head.headers }
  package private(set) var message = ""
  /// Whether the request may have been sent, at least in part.
  package private(set) var wasSent = false
  /// What is wrong with how the body is packed.
  private(set) var problem: BodyUnpacking.Problem?
  private var head = HTTPHead()
  /// Nil until some of the body has come.
  private var unpacking: BodyUnpacking?
  private var deadline: ContinuousClock.Instant?
  /// Bytes of the body, unpacked.
  private var received: Int64 = 0
  /// What was found between two pieces of the answer, and ended it.
  private var stop: runbook_request_end?

  /// - Parameters:
  ///   - isDirect: whether no proxy is asked, whatever the environment says.
  ///   - receive: is given the body, piece by piece.
  package init(
    _ request: HTTPRequest, interruption: Interruption, isDirect: Bool,
    receive: @escaping ([UInt8]) -> Void
  ) {
    self.request = request
    self.isDirect = isDirect
    self.interruption = interruption
    self.receive = receive
  }

  /// Blocks until the request has ended.
  ///
  /// The time and an interruption are heeded with each piece of the answer too: libcurl looks at neither while what
  /// it has received is unpacked, and a megabyte may become a gigabyte.
  package func perform(timeout: Duration) -> runbook_request_end {
    deadline = ContinuousClock.now + timeout
    let texts = CTexts()
    var lines = request.headers.map {
      texts.add($0.value.isEmpty ? "\($0.name);" : "\($0.name): \($0.value)")
    }
    if !request.hasHeader("accept-encoding") {
      lines.append(texts.add("Accept-Encoding: \(BodyUnpacking.accepted)"))
    }
    var raw = runbook_request()
    raw.method = texts.add(request.method)
    raw.url = texts.add(request.url)
    raw.body = request.body.flatMap(texts.add)
    raw.body_size = Int64(request.body?.utf8.count ?? 0)
    raw.ca_file = request.certificateAuthority.flatMap(texts.add)
    raw.certificate_file = request.clientCertificate.flatMap(texts.add)
    raw.key_file = request.clientKey.flatMap(texts.add)
    raw.socket_path = request.socket.flatMap(texts.add)
    raw.is_direct = isDirect ? 1 : 0
    raw.timeout_ms = max(1, Int((timeout / .milliseconds(1)).rounded(.up)))
    raw.context = Unmanaged.passUnretained(self).toOpaque()
    raw.on_header = { context, bytes, count in
      HTTPTransfer.of(context)?.take { $0.head.take(HTTPTransfer.copy(bytes, count)) } ?? 1
    }
    raw.on_body = { context, bytes, count in
      HTTPTransfer.of(context)?.takeBody(HTTPTransfer.copy(bytes, count)) ?? 1
    }
    raw.is_cancelled = { context in
      HTTPTransfer.of(context)?.interruption.isSet == true ? 1 : 0
    }
    var response = runbook_response()
    let end = lines.withUnsafeBufferPointer { lines in
      raw.headers = lines.baseAddress
      raw.header_count = lines.count
      return runbook_request_perform(&raw, &response)
    }
    status = response.status
    wasSent = response.was_sent != 0
    message = withUnsafeBytes(of: response.message) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    if let stop {
      message = "\(received) bytes of its body had come, unpacked"
      return stop
    }
    if end == RUNBOOK_REQUEST_DONE { finishBody() }
    if let problem {
      message = problem.message
      return RUNBOOK_REQUEST_BROKEN
    }
    return end == RUNBOOK_REQUEST_DONE && !head.isWhole ? RUNBOOK_REQUEST_BROKEN : end
  }

  /// Takes a piece of the answer, unless the request is to end.
  ///
  /// - Returns: 0 where it goes on.
  private func take(_ piece: (HTTPTransfer) -> Void) -> CInt {
    if stop == nil {
      if interruption.isSet {
        stop = RUNBOOK_REQUEST_CANCELLED
      } else if let deadline, deadline <= .now {
        stop = RUNBOOK_REQUEST_TIMEOUT
      }
    }
    guard stop == nil else { return 1 }
    piece(self)
    return 0
  }

  /// - Returns: 0 where it goes on.
  private func takeBody(_ bytes: [UInt8]) -> CInt {
    do throws(BodyUnpacking.Problem) {
      let unpacking: BodyUnpacking
      if let known = self.unpacking { unpacking = known } else { unpacking = try makeUnpacking() }
      self.unpacking = unpacking
      let goesOn = try unpacking.append(bytes) { piece in
        take { transfer in
          transfer.received += Int64(piece.count)
          transfer.receive(piece)
        } == 0
      }
      return goesOn ? 0 : 1
    } catch {
      problem = error
      return 1
    }
  }

  private func makeUnpacking() throws(BodyUnpacking.Problem) -> BodyUnpacking {
    try BodyUnpacking(
      codings: headers["content-encoding"]?.stringValue ?? "",
      transfer: headers["transfer-encoding"]?.stringValue ?? "")
  }

  private func finishBody() {
    do throws(BodyUnpacking.Problem) {
      if let unpacking { return try unpacking.finish() }
      // Where nothing came, nothing need be packed, if it was to end there.
      guard !isEndSaid, try makeUnpacking().isPacked else { return }
      throw .packing(.cutShort)
    } catch {
      problem = error
    }
  }

  /// Whether the end of the body is not merely that of the connection: RFC 9112, section 6.3.
  private var isEndSaid: Bool {
    !head.isOfHTTP1 || request.method == "HEAD" || [204, 304].contains(status)
      || headers["content-length"] != nil || headers["transfer-encoding"] != nil
  }

  private static func of(_ context: UnsafeMutableRawPointer?) -> HTTPTransfer? {
    context.map { Unmanaged<HTTPTransfer>.fromOpaque($0).takeUnretainedValue() }
  }

  private static func copy(_ bytes: UnsafePointer<CChar>?, _ count: Int) -> [UInt8] {
    guard let bytes else { return [] }
    return Array(UnsafeRawBufferPointer(start: bytes, count: count))
  }
}

/// C's copies of texts, which live as long as this does.
private final class CTexts {
  private var buffers: [UnsafeMutableBufferPointer<CChar>] = []

  func add(_ text: String) -> UnsafePointer<CChar>? {
    let bytes = text.utf8CString
    let buffer = UnsafeMutableBufferPointer<CChar>.allocate(capacity: bytes.count)
    _ = buffer.initialize(from: bytes)
    buffers.append(buffer)
    return UnsafePointer(buffer.baseAddress)
  }

  deinit { for buffer in buffers { buffer.deallocate() } }
}
