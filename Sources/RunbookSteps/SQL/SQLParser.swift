import Dispatch
import Synchronization

/// Parses on a stack that is large enough for what `NestingLimit` lets through.
enum SQLParser {
  /// Up to this many bytes nothing can be nested deep enough to overflow an ordinary stack: 6,000
  /// bytes of `1+1+…` pass on 512 KiB.
  private static let smallSize = 4096
  /// Twice what `NestingLimit.deepest` levels took at most.
  private static let largeStack = 128 << 20

  static func parse(_ text: String) throws(PGQuery.Fault) -> SyntaxTree {
    guard text.utf8.count > smallSize else { return try tree(of: text) }
    let answer = Answer()
    let started = BackgroundThread.start(stackSize: largeStack) {
      do throws(PGQuery.Fault) {
        answer.give(.success(try tree(of: text)))
      } catch {
        answer.give(.failure(error))
      }
    }
    guard started else {
      throw PGQuery.Fault(message: "there is no thread left to parse on", scalarOffset: 0)
    }
    return try answer.take().get()
  }

  private static func tree(of text: String) throws(PGQuery.Fault) -> SyntaxTree {
    try PGQuery.parse(text) { SyntaxTree(json: $0) }
  }

  private final class Answer: Sendable {
    private let lost = PGQuery.Fault(message: "the parser gave no answer", scalarOffset: 0)
    private let result = Mutex<Result<SyntaxTree, PGQuery.Fault>?>(nil)
    private let given = DispatchSemaphore(value: 0)

    func give(_ result: Result<SyntaxTree, PGQuery.Fault>) {
      self.result.withLock { $0 = result }
      given.signal()
    }

    func take() -> Result<SyntaxTree, PGQuery.Fault> {
      given.wait()
      return result.withLock { $0 } ?? .failure(lost)
    }
  }
}
