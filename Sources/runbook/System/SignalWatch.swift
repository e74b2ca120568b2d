import Dispatch
import Glibc
import RunbookModel
import Synchronization

/// Turns SIGINT, SIGTERM and SIGHUP into a cancellation; a second one ends the program at once, which is
/// as safe as SIGKILL.
struct SignalWatch {
  private let sources: [any DispatchSourceSignal]

  /// - Parameters:
  ///   - cancel: for the first signal.
  ///   - beforeExit: for the second; it must not wait for anything.
  init(
    cancel: @escaping @Sendable () -> Void, beforeExit: @escaping @Sendable () -> Void = {}
  ) {
    let count = Mutex(0)
    let shared = CountBox(count: count)
    sources = [SIGINT, SIGTERM, SIGHUP].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler {
        guard shared.next() > 1 else { return cancel() }
        beforeExit()
        _exit(130)
      }
      source.resume()
      return source
    }
  }

  private final class CountBox: Sendable {
    private let count: Mutex<Int>
    init(count: consuming Mutex<Int>) { self.count = count }

    func next() -> Int {
      count.withLock {
        $0 += 1
        return $0
      }
    }
  }
}
