import CLinux
import Glibc
import Synchronization

/// Says to a thread that blocks in `poll` that its task was cancelled.
package final class Interruption: Sendable {
  /// Readable once interrupted; -1 when the system had no descriptor to give.
  package let descriptor: CInt
  private let flag = Atomic<Bool>(false)

  package init() { descriptor = runbook_event() }

  deinit { if descriptor >= 0 { close(descriptor) } }

  package var isSet: Bool { flag.load(ordering: .acquiring) }

  package func set() {
    flag.store(true, ordering: .releasing)
    if descriptor >= 0 { runbook_event_set(descriptor) }
  }
}
