/// Runs a program over a text's UTF-8 bytes. Each scalar is looked at once, for all ways together, so
/// that the time is bounded by the text's length times the program's, whatever the two are.
struct Machine {
  /// Ways that wait at their steps, the preferred first, each with its captures.
  private struct Ways {
    var steps: [Int] = []
    /// Where a step stands in `steps`, if it does.
    var positions: [Int]
    var captures: [Int]

    init(_ program: Program, slotCount: Int) {
      positions = [Int](repeating: 0, count: program.steps.count)
      captures = [Int](repeating: -1, count: program.steps.count * slotCount)
      steps.reserveCapacity(program.steps.count)
    }

    func contains(_ step: Int) -> Bool {
      let position = positions[step]
      return position < steps.count && steps[position] == step
    }

    mutating func insert(_ step: Int) {
      positions[step] = steps.count
      steps.append(step)
    }
  }

  private enum Task {
    case follow(Int)
    case restore(slot: Int, value: Int)
  }

  private let program: Program
  private let starts: StartSet
  private let text: UnsafeBufferPointer<UInt8>
  private let slotCount: Int
  private var current: Ways
  private var following: Ways
  private var captures: [Int]
  private var tasks: [Task] = []
  private(set) var result: [Int]?
  /// What it may still do, in steps of ways; below zero it has given up.
  private(set) var work: Int

  /// - Parameters:
  ///   - slotCount: how many captures' ends are wanted; with none the first match will do.
  ///   - work: what it may do, in steps of ways.
  init(
    _ program: Program, _ starts: StartSet, _ text: UnsafeBufferPointer<UInt8>, slotCount: Int,
    work: Int = .max
  ) {
    self.work = work
    self.program = program
    self.starts = starts
    self.text = text
    self.slotCount = slotCount
    current = Ways(program, slotCount: slotCount)
    following = current
    captures = [Int](repeating: -1, count: slotCount)
  }

  /// Goes over the text. A match is in `result`.
  mutating func run() {
    var position = 0
    var before: UInt32?
    while true {
      if current.steps.isEmpty {
        if result != nil { return }
        if let next = starts.next(in: text, from: position) {
          if next > position {
            position = next
            before = previousASCII(position)
          }
        } else {
          return
        }
      }
      guard work >= 0 else { return }
      let (scalar, width) = decode(position)
      if result == nil { follow(0, at: position, before, scalar) }
      advance(over: scalar, before: before, at: position, width)
      if result != nil, slotCount == 0 { return }
      swap(&current, &following)
      following.steps.removeAll(keepingCapacity: true)
      guard let scalar else { return }
      position += width
      before = scalar
    }
  }

  /// Enough of the scalar before to tell a word's letter and a newline.
  private func previousASCII(_ position: Int) -> UInt32? {
    position > 0 ? UInt32(text[position - 1]) : nil
  }

  private func decode(_ position: Int) -> (scalar: UInt32?, width: Int) {
    Self.decode(text, position)
  }

  /// The scalar at a place; nil at the end.
  static func decode(
    _ text: UnsafeBufferPointer<UInt8>, _ position: Int
  ) -> (scalar: UInt32?, width: Int) {
    guard position < text.count else { return (nil, 0) }
    let first = UInt32(text[position])
    if first < 0x80 { return (first, 1) }
    let width = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
    guard position + width <= text.count else { return (0xFFFD, text.count - position) }
    var scalar = first & (0xFF >> UInt32(width + 1))
    for index in 1..<width { scalar = scalar << 6 | UInt32(text[position + index]) & 0x3F }
    return (scalar, width)
  }

  /// Takes each way over one scalar; `nil` is the end of the text.
  private mutating func advance(
    over scalar: UInt32?, before: UInt32?, at position: Int, _ width: Int
  ) {
    var after: UInt32?
    var isAfterKnown = false
    work -= current.steps.count + 1
    for index in current.steps.indices {
      let step = current.steps[index]
      if case .match = program.steps[step] {
        result = Array(current.captures[(step * slotCount)..<((step + 1) * slotCount)])
        return
      }
      guard let scalar, program.takes(scalar, at: step) else { continue }
      if !isAfterKnown {
        after = decode(position + width).scalar
        isAfterKnown = true
      }
      for slot in 0..<slotCount { captures[slot] = current.captures[step * slotCount + slot] }
      swap(&current, &following)
      followNext(step + 1, at: position + width, scalar, after)
      swap(&current, &following)
    }
  }

  /// Starts a way that begins here, behind those that began earlier.
  private mutating func follow(_ step: Int, at position: Int, _ before: UInt32?, _ after: UInt32?) {
    for slot in 0..<slotCount { captures[slot] = -1 }
    followNext(step, at: position, before, after)
  }

  /// Puts into `current` all steps that can be reached without a scalar.
  private mutating func followNext(
    _ start: Int, at position: Int, _ before: UInt32?, _ after: UInt32?
  ) {
    tasks.append(.follow(start))
    while let task = tasks.popLast() {
      work -= 1
      guard case .follow(let step) = task else {
        if case .restore(let slot, let value) = task { captures[slot] = value }
        continue
      }
      guard !current.contains(step) else { continue }
      current.insert(step)
      switch program.steps[step] {
      case .jump(let next): tasks.append(.follow(next))
      case .split(let first, let second):
        tasks.append(.follow(second))
        tasks.append(.follow(first))
      case .save(let slot):
        if slot < slotCount {
          tasks.append(.restore(slot: slot, value: captures[slot]))
          captures[slot] = position
        }
        tasks.append(.follow(step + 1))
      case .assertion(let assertion):
        if Self.holds(assertion, before, after) { tasks.append(.follow(step + 1)) }
      default:
        for slot in 0..<slotCount { current.captures[step * slotCount + slot] = captures[slot] }
      }
    }
  }

  private static func holds(_ assertion: Assertion, _ before: UInt32?, _ after: UInt32?) -> Bool {
    switch assertion {
    case .textStart: before == nil
    case .textEnd: after == nil
    case .lineStart: before == nil || before == 0x0A
    case .lineEnd: after == nil || after == 0x0A
    case .wordBoundary: isWord(before) != isWord(after)
    case .noWordBoundary: isWord(before) == isWord(after)
    }
  }

  private static func isWord(_ scalar: UInt32?) -> Bool {
    guard let scalar, scalar < 128 else { return false }
    return CharacterClass.words.contains { $0.contains(scalar) }
  }
}
