/// A regular expression as steps of a machine that follows all ways at once.
struct Program: Sendable {
  enum Step: Sendable {
    case scalar(UInt32)
    case folded(UInt32)
    case set(Int)
    case any
    case anyButNewline
    /// Both ways; the first is preferred.
    case split(Int, Int)
    case jump(Int)
    case save(Int)
    case assertion(Assertion)
    case match
  }

  private(set) var steps: [Step] = []
  private(set) var sets: [ScalarSet] = []
  let slotCount: Int
  private var work = 0
  /// What a pattern may come to when its repetitions are laid out: matching takes the text's length times
  /// this at worst.
  private static let maximumWork = 10_000
  /// Steps times ends of groups: what is kept of each way while a text is gone over.
  private static let maximumMemory = 500_000

  init(_ pattern: PatternNode, groupCount: Int) throws(RegularExpressionError) {
    slotCount = groupCount * 2
    try emit(.save(0))
    try compile(pattern)
    try emit(.save(1))
    try emit(.match)
    guard steps.count * slotCount <= Self.maximumMemory else {
      throw RegularExpressionError("the pattern has too many groups for its length", at: 0)
    }
  }

  /// Whether a step takes a scalar.
  func takes(_ scalar: UInt32, at step: Int) -> Bool {
    switch steps[step] {
    case .scalar(let wanted): scalar == wanted
    case .folded(let key): CaseFolding.key(scalar) == key
    case .set(let index): sets[index].contains(scalar)
    case .any: true
    case .anyButNewline: scalar != 0x0A
    default: false
    }
  }

  private mutating func emit(_ step: Step) throws(RegularExpressionError) {
    try charge()
    steps.append(step)
  }

  private mutating func charge() throws(RegularExpressionError) {
    work += 1
    guard work <= Self.maximumWork else {
      throw RegularExpressionError(
        "the pattern is too large when its repetitions are laid out", at: 0)
    }
  }

  private mutating func compile(_ node: PatternNode) throws(RegularExpressionError) {
    try charge()
    switch node {
    case .empty: break
    case .scalar(let scalar, let foldsCase):
      try emit(foldsCase ? .folded(CaseFolding.key(scalar)) : .scalar(scalar))
    case .set(let set):
      sets.append(set)
      try emit(.set(sets.count - 1))
    case .any(let matchesNewline): try emit(matchesNewline ? .any : .anyButNewline)
    case .assertion(let assertion): try emit(.assertion(assertion))
    case .group(let content, let capture):
      try emit(.save(capture * 2))
      try compile(content)
      try emit(.save(capture * 2 + 1))
    case .sequence(let items):
      for item in items { try compile(item) }
    case .alternatives(let branches): try compile(alternatives: branches)
    case .repetition(let content, let least, let most, let isGreedy):
      for _ in 0..<least { try compile(content) }
      try compileRest(content, most.map { $0 - least }, isGreedy)
    }
  }

  private mutating func compile(
    alternatives branches: [PatternNode]
  ) throws(RegularExpressionError) {
    var exits: [Int] = []
    for (index, branch) in branches.enumerated() {
      guard index < branches.count - 1 else {
        try compile(branch)
        break
      }
      let split = steps.count
      try emit(.jump(0))
      try compile(branch)
      exits.append(steps.count)
      try emit(.jump(0))
      steps[split] = .split(split + 1, steps.count)
    }
    for exit in exits { steps[exit] = .jump(steps.count) }
  }

  /// What may follow the least number of repetitions; nil is without end.
  private mutating func compileRest(
    _ content: PatternNode, _ count: Int?, _ isGreedy: Bool
  ) throws(RegularExpressionError) {
    guard let count else {
      let split = steps.count
      try emit(.jump(0))
      try compile(content)
      try emit(.jump(split))
      steps[split] = isGreedy ? .split(split + 1, steps.count) : .split(steps.count, split + 1)
      return
    }
    var splits: [Int] = []
    for _ in 0..<count {
      splits.append(steps.count)
      try emit(.jump(0))
      try compile(content)
    }
    for split in splits {
      steps[split] = isGreedy ? .split(split + 1, steps.count) : .split(steps.count, split + 1)
    }
  }
}
