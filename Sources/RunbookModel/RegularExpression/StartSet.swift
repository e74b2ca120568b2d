/// The bytes that a match can begin with, to pass over text where none can.
struct StartSet: Sendable {
  /// Empty when a match can begin anywhere.
  private let isStart: [Bool]

  init(_ program: Program) {
    var isStart = [Bool](repeating: false, count: 256)
    var isSeen = [Bool](repeating: false, count: program.steps.count)
    var pending = [0]
    while let step = pending.popLast() {
      guard !isSeen[step] else { continue }
      isSeen[step] = true
      switch program.steps[step] {
      case .jump(let next): pending.append(next)
      case .split(let first, let second): pending += [first, second]
      // An assertion takes nothing: a match begins with what follows it.
      case .save, .assertion: pending.append(step + 1)
      case .match:
        self.isStart = []
        return
      case .scalar(let scalar):
        if let byte = Unicode.Scalar(scalar).flatMap({ UTF8.encode($0)?.first }) {
          isStart[Int(byte)] = true
        }
      case .folded(let key):
        Self.addNonASCII(&isStart)
        for scalar in UInt32(0)..<128 where CaseFolding.key(scalar) == key {
          isStart[Int(scalar)] = true
        }
      case .set(let index):
        Self.addNonASCII(&isStart)
        for scalar in UInt32(0)..<128 where program.sets[index].contains(scalar) {
          isStart[Int(scalar)] = true
        }
      case .any, .anyButNewline:
        self.isStart = []
        return
      }
    }
    self.isStart = isStart
  }

  private static func addNonASCII(_ isStart: inout [Bool]) {
    for byte in 0xC0..<0x100 { isStart[byte] = true }
  }

  /// The first offset at which a match can begin; nil when there is none.
  func next(in text: UnsafeBufferPointer<UInt8>, from position: Int) -> Int? {
    guard !isStart.isEmpty else { return position }
    return isStart.withUnsafeBufferPointer { isStart in
      var position = position
      while position < text.count {
        if isStart[Int(text[position])] { return position }
        position += 1
      }
      return nil
    }
  }
}
