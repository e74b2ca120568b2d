import Dispatch
import RunbookEngine
package import RunbookModel
import RunbookSystem
import Synchronization

/// Reads an archive once more beside the restore from it: that it is the file that the way was made from has to
/// be known before the commit, and not before the first row.
package final class ArchiveCheck: Sendable {
  private let expected: ArchiveMark
  private let found = Mutex<Result<ArchiveMark, StepFailure>?>(nil)
  private let isRead = DispatchSemaphore(value: 0)

  package init(_ expected: ArchiveMark) {
    self.expected = expected
    let isStarted = BackgroundThread.start { [self] in note(ArchiveMark.read(expected.path)) }
    if !isStarted { note(ArchiveMark.read(expected.path)) }
  }

  private func note(_ result: Result<ArchiveMark, StepFailure>) {
    found.withLock { $0 = result }
    isRead.signal()
  }

  /// - Throws: `refused` when it is another file now.
  package func wait() throws(StepFailure) {
    isRead.wait()
    isRead.signal()
    let mark = try found.withLock { $0 }?.get()
    guard mark == expected else {
      throw StepFailure(
        .refused, "\(expected.path) is not the file any more that the way was made from",
        hint: "retry the step that finds the ways; nothing was changed")
    }
  }
}
