/// A text of which every match holds one: where none of them is, nobody need look for a match.
public struct RequiredLiteral: Sendable, Hashable {
  /// UTF-8; the letters A to Z are small ones when `foldsCase`.
  public let bytes: [UInt8]
  /// Whether the letters A to Z stand for both of their cases.
  public let foldsCase: Bool
}

/// Finds the literals of a pattern.
struct LiteralFinder {
  private typealias Choice = [RequiredLiteral]

  let isBreak: (UInt8) -> Bool
  let isUsable: ([UInt8]) -> Bool
  private var choices: [Choice] = []
  private var run: [UInt8] = []
  private var foldsCase = false

  private static let most = 8
  /// What is shorter stands everywhere.
  private static let shortest = 3

  init(isBreak: @escaping (UInt8) -> Bool, isUsable: @escaping ([UInt8]) -> Bool) {
    self.isBreak = isBreak
    self.isUsable = isUsable
  }

  /// - Returns: one of which is in every match; empty when none are known.
  func literals(of node: PatternNode) -> [RequiredLiteral] {
    var finder = LiteralFinder(isBreak: isBreak, isUsable: isUsable)
    finder.visit(node)
    finder.endRun()
    let choices = finder.choices.filter { !$0.isEmpty }
    guard var best = choices.first else { return [] }
    for choice in choices where Self.worth(choice) > Self.worth(best) { best = choice }
    return best
  }

  /// The longest stand in the fewest lines, and each is looked for on its own.
  private static func worth(_ choice: Choice) -> Int {
    (choice.map(\.bytes.count).min() ?? 0) - 2 * choice.count
  }

  private mutating func visit(_ node: PatternNode) {
    switch node {
    case .empty, .assertion: break
    case .scalar(let scalar, let folds): append(scalar, folds)
    case .group(let content, _): visit(content)
    case .sequence(let items):
      for item in items { visit(item) }
    case .set, .any: endRun()
    case .alternatives(let branches):
      endRun()
      var union: Choice = []
      for branch in branches {
        let part = literals(of: branch)
        guard !part.isEmpty, union.count + part.count <= Self.most else { return }
        union += part
      }
      choices.append(union)
    case .repetition(let content, let least, _, _):
      endRun()
      if least > 0 { visit(content) }
      endRun()
    }
  }

  private mutating func append(_ scalar: UInt32, _ folds: Bool) {
    let key = folds ? CaseFolding.key(scalar) : scalar
    guard let unicode = Unicode.Scalar(key), key != 0xFFFD, !folds || key < 128,
      key >= 128 || !isBreak(UInt8(key))
    else { return endRun() }
    if folds != foldsCase, !run.isEmpty { endRun() }
    foldsCase = folds
    run += UTF8.encode(unicode).map(Array.init) ?? []
  }

  private mutating func endRun() {
    defer { run = [] }
    guard run.count >= Self.shortest, isUsable(run) else { return }
    var choice = [RequiredLiteral(bytes: run, foldsCase: foldsCase)]
    if foldsCase {
      // Letters that are no ASCII and fold to it: the long s, and the sign of kelvin.
      for (letter, other) in [(UInt8(ascii: "s"), 0x17F as UInt32), (UInt8(ascii: "k"), 0x212A)]
      where run.contains(letter) {
        let bytes = Unicode.Scalar(other).flatMap { UTF8.encode($0) }.map(Array.init) ?? []
        choice.append(RequiredLiteral(bytes: bytes, foldsCase: false))
      }
    }
    choices.append(choice)
  }
}

extension RegularExpression {
  /// Texts of which every match holds at least one; empty when none are known.
  ///
  /// - Parameters:
  ///   - isBreak: characters of ASCII that a text to be searched may write in another way than the
  ///     text that is matched: no literal holds them.
  ///   - isUsable: whether a literal, as `RequiredLiteral.bytes` has it, may be in the result.
  public func requiredLiterals(
    brokenBy isBreak: @escaping (UInt8) -> Bool = { _ in false },
    where isUsable: @escaping ([UInt8]) -> Bool = { _ in true }
  ) -> [RequiredLiteral] {
    LiteralFinder(isBreak: isBreak, isUsable: isUsable).literals(of: node)
  }
}
