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
  package private(set) var headers = ValueMap()
  package private(set) var message = ""
  /// Whether the request may have been sent, at least in part.
  package private(set) var wasSent = false
  /// Whether the answer's head has come to its end: libcurl takes one that was cut for whole.
  private var isHeadWhole = false
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
  /// The time and an interruption are heeded with each piece of the answer too: libcurl looks at neither while it
  /// unpacks what it has received, and a megabyte may become a gigabyte.
  package func perform(timeout: Duration) -> runbook_request_end {
    deadline = ContinuousClock.now + timeout
    let texts = CTexts()
    let lines = request.headers.map {
      texts.add($0.value.isEmpty ? "\($0.name);" : "\($0.name): \($0.value)")
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
      HTTPTransfer.of(context)?.take { $0.takeHeader(HTTPTransfer.copy(bytes, count)) } ?? 1
    }
    raw.on_body = { context, bytes, count in
      HTTPTransfer.of(context)?.take { transfer in
        transfer.received += Int64(count)
        transfer.receive(HTTPTransfer.copy(bytes, count))
      } ?? 1
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
    return end == RUNBOOK_REQUEST_DONE && !isHeadWhole ? RUNBOOK_REQUEST_BROKEN : end
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

  private func takeHeader(_ bytes: [UInt8]) {
    let line = String(decoding: bytes, as: UTF8.self)
    // A new head begins: what came before was an interim answer.
    if line.begins(with: "HTTP/") { (headers, isHeadWhole) = (ValueMap(), false) }
    // What comes behind a body is no head.
    if line.isIdentical(to: "\r\n") || line.isIdentical(to: "\n") { isHeadWhole = true }
    guard let colon = line.utf8.firstIndex(of: UInt8(ascii: ":")) else { return }
    let name = line[..<colon].lowercased()
    let value = Self.trimmed(line.utf8[colon...].dropFirst())
    // A byte that was replaced would make it another value.
    guard String(validating: bytes, as: UTF8.self) != nil else {
      headers[name] = .incomplete(.unreadable("it is not UTF-8"))
      return
    }
    if case .incomplete? = headers[name] { return }
    if let earlier = headers[name]?.stringValue {
      headers[name] = .string("\(earlier), \(value)")
    } else {
      headers[name] = .string(value)
    }
  }

  private static func trimmed(_ bytes: Substring.UTF8View) -> String {
    let isSpace: (UInt8) -> Bool = { $0 <= 32 }
    let rest = Array(bytes.drop(while: isSpace))
    let end = rest.lastIndex { !isSpace($0) }.map { $0 + 1 } ?? 0
    return String(decoding: rest[..<end], as: UTF8.self)
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
