private import Glibc
import RunbookModel
package import RunbookSystem
import Synchronization

/// Interrupts the waits of one session, request by request.
package final class LinkInterruption: Sendable {
  private let requests = Mutex<Set<UInt64>>([])
  package let wakeUp = WakeUp()

  package func interrupt(_ request: UInt64) {
    _ = requests.withLock { $0.insert(request) }
    wakeUp.signal()
  }

  package func isInterrupted(_ request: UInt64) -> Bool {
    requests.withLock { $0.contains(request) }
  }

  /// To be called when the request has ended.
  package func forget(_ request: UInt64) { _ = requests.withLock { $0.remove(request) } }
}

/// How long, and for what besides the socket, a request waits.
package struct LinkWait {
  package enum Event { case ready, deadline, interrupted, stalled }

  package var deadline: ContinuousClock.Instant
  package let interruption: LinkInterruption?
  let request: UInt64
  /// When to say that nothing has come for a while; nil is never.
  package var stall: ContinuousClock.Instant?

  /// Waits until the socket can be read (or written, when `forWriting`).
  func wait(on socket: Int32, forWriting: Bool = false, forReading: Bool = true) -> Event {
    while true {
      if let interruption, interruption.isInterrupted(request) { return .interrupted }
      let now = ContinuousClock.now
      if now >= deadline { return .deadline }
      if let stall, now >= stall { return .stalled }
      let events = (forReading ? POLLIN : 0) | (forWriting ? POLLOUT : 0)
      var polled = [
        pollfd(fd: socket, events: Int16(events), revents: 0),
        pollfd(fd: interruption?.wakeUp.descriptor ?? -1, events: Int16(POLLIN), revents: 0),
      ]
      let until = min(deadline, stall ?? deadline)
      let count = poll(&polled, 2, Self.milliseconds(until - now))
      guard count > 0 else { continue }
      if polled[1].revents != 0 { interruption?.wakeUp.wait() }
      if polled[0].revents != 0 { return .ready }
    }
  }

  /// Whether the other end has closed the socket.
  package static func hasHungUp(_ socket: Int32) -> Bool {
    let closing = Int16(peerClosed | POLLHUP | POLLERR)
    var polled = pollfd(fd: socket, events: closing, revents: 0)
    return poll(&polled, 1, 0) > 0 && polled.revents & closing != 0
  }

  /// Linux's `POLLRDHUP`, which the Glibc module lacks: poll(2).
  private static let peerClosed: Int32 = 0x2000

  /// Rounded up, so that a deadline has really passed when the wait is over.
  private static func milliseconds(_ duration: Duration) -> Int32 {
    let parts = duration.components
    guard parts.seconds < 86_400 else { return 86_400_000 }
    return Int32(parts.seconds * 1000 + parts.attoseconds / 1_000_000_000_000_000 + 1)
  }
}
