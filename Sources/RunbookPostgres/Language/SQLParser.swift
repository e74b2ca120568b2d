import Dispatch
import RunbookModel
import RunbookSystem
import Synchronization

/// Parses on a stack that is large enough for what `NestingLimit` lets through.
package enum SQLParser {
  /// Up to this many bytes nothing can be nested deep enough to overflow an ordinary stack: 6,000
  /// bytes of `1+1+…` pass on 512 KiB.
  private static let smallSize = 4096
  /// Twice what `NestingLimit.deepest` levels took at most.
  private static let largeStack = 128 << 20

  package static func parse(_ text: String) throws(PGQuery.Fault) -> SyntaxTree {
    try parse(text) { SyntaxTree(json: $0) }
  }

  /// Parses, and hands the whole tree over as JSON bytes.
  package static func parse<Result: Sendable>(
    _ text: String, _ body: @escaping @Sendable (UnsafeBufferPointer<UInt8>) -> Result
  ) throws(PGQuery.Fault) -> Result {
    guard text.utf8.count > smallSize else { return try PGQuery.parse(text, body) }
    let answer = Answer<Result>()
    let started = BackgroundThread.start(stackSize: largeStack) {
      do throws(PGQuery.Fault) {
        answer.give(.success(try PGQuery.parse(text, body)))
      } catch {
        answer.give(.failure(error))
      }
    }
    guard started else {
      throw PGQuery.Fault(message: "there is no thread left to parse on", scalarOffset: 0)
    }
    return try answer.take().get()
  }

  private final class Answer<Tree: Sendable>: Sendable {
    private let lost = PGQuery.Fault(message: "the parser gave no answer", scalarOffset: 0)
    private let result = Mutex<Result<Tree, PGQuery.Fault>?>(nil)
    private let given = DispatchSemaphore(value: 0)

    func give(_ result: Result<Tree, PGQuery.Fault>) {
      self.result.withLock { $0 = result }
      given.signal()
    }

    func take() -> Result<Tree, PGQuery.Fault> {
      given.wait()
      return result.withLock { $0 } ?? .failure(lost)
    }
  }
}
