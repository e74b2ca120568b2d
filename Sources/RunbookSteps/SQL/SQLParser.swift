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

/// Bounds how deep a statement's parse tree can be, from its tokens alone.
enum NestingLimit {
  static let deepest = 50_000

  /// Tokens since the last comma, summed over the open parentheses: no tree is deeper than a small
  /// multiple of that.
  ///
  /// - Returns: the byte at which the limit is passed; nil when it is not.
  static func excess(in tokens: [PGQuery.Token]) -> Int? {
    var outer: [Int] = []
    var sum = 0
    var own = 0
    for token in tokens {
      switch token.kind {
      case SQLTokenKind.openParenthesis, SQLTokenKind.openBracket:
        outer.append(own + 1)
        own = 0
        sum += 1
      case SQLTokenKind.closeParenthesis, SQLTokenKind.closeBracket:
        sum -= own
        own = outer.popLast() ?? 0
      case SQLTokenKind.comma:
        sum -= own
        own = 0
      case SQLTokenKind.semicolon where outer.isEmpty:
        sum = 0
        own = 0
      default:
        own += 1
        sum += 1
      }
      if sum > deepest { return token.start }
    }
    return nil
  }
}
