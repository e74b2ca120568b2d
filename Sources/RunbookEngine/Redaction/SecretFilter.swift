/// Says which secrets may begin at a place in bytes, by the bytes that stand there: nearly everywhere none can, and a
/// text is gone through at a pace near the memory's.
///
/// The beginnings of all patterns are a tree by their characters, and a text is read along it. Bytes that can stand
/// between two characters of a pattern are left out on both sides. Where a text has what a reader may take for another
/// character, all that is left of the tree there may be meant.
///
/// A `yes` may be wrong, a `no` never is: a property test holds it against a search of every place.
struct SecretFilter: Sendable {
  /// A bit for each pair of bytes: whether anything can begin with them.
  private let pairs: [UInt64]
  /// By its first byte, the tree of the patterns that begin with it; -1 for none.
  private let roots: [Int32]
  private let nodes: [Node]
  /// The nodes below each, in the order of their bytes.
  private let children: [Int32]
  /// Patterns by their numbers, each node's beside one another.
  private let order: [Int32]
  /// What each byte can be where it is not a pattern's first.
  private let kinds: [Kind]
  /// The byte that each stands for in the tree.
  private let folds: [UInt8]

  /// The patterns with one beginning.
  struct Node {
    /// A bit for each byte of ASCII with which one of them goes on.
    var low: UInt64 = 0
    var high: UInt64 = 0
    /// The first of its nodes in `children`.
    var firstChild: Int32 = 0
    /// In `order`: those that end here, which whatever follows may complete; those that go on with what is never
    /// written by itself, or not in ASCII; and all others.
    var ended: Range<Int32>
    var stopped: Range<Int32>
    var end: Int32
    /// Whether one of them is hexadecimal, which dumps break into lines.
    let isHex: Bool

    @inline(__always) func goesOn(with byte: UInt8) -> Bool {
      (byte < 64 ? low >> UInt64(byte) : high >> UInt64(byte & 63)) & 1 == 1
    }

    /// Where in `children` the node of a byte is with which it goes on.
    @inline(__always) func place(of byte: UInt8) -> Int {
      let before = (1 as UInt64) << UInt64(byte & 63) &- 1
      return Int(firstChild)
        + (byte < 64
          ? (low & before).nonzeroBitCount
          : low.nonzeroBitCount + (high & before).nonzeroBitCount)
    }
  }

  enum Kind: UInt8 {
    case plain
    /// A reader may take it with the bytes after it for another character.
    case encoded
    /// It may stand between two characters of a pattern, or be one.
    case gap
    /// It may be anything.
    case any
  }

  /// How many characters of a pattern's beginning are looked at, behind the first.
  private static let depth = 8
  /// Behind so many steps everything may follow.
  static let mostSteps = 96

  init(_ patterns: [SecretPattern]) {
    let kinds = Self.kinds(patterns)
    let folds = Self.folds(patterns)
    var tree = Tree()
    // Bytes with which a pattern begins.
    var (low, high) = (UInt64(0), UInt64(0))
    var isHighFirst = false
    for (number, pattern) in patterns.enumerated() where !pattern.scalars.isEmpty {
      let beginning = Beginning(pattern, kinds, folds, Self.depth)
      for first in pattern.spellings(at: 0) {
        guard first < 0x80 else {
          isHighFirst = true
          continue
        }
        if first < 64 { low |= 1 << UInt64(first) } else { high |= 1 << UInt64(first & 63) }
        tree.add(beginning, first: UInt8(first), Int32(number))
      }
    }
    tree.build(patterns)
    let isFirst = { (byte: UInt8) in
      byte < 0x80 && (byte < 64 ? low >> UInt64(byte) : high >> UInt64(byte & 63)) & 1 == 1
    }
    var others = (UInt64(0), UInt64(0))
    var capitals = UInt64(0)
    for byte in 0..<0x80 {
      let bit: UInt64 = 1 << UInt64(byte & 63)
      if kinds[byte] != .plain {
        if byte < 64 { others.0 |= bit } else { others.1 |= bit }
      }
      if folds[byte] == byte | 0x20, folds[byte] != byte, byte < 0x5B { capitals |= bit << 32 }
    }
    var pairs = [UInt64](repeating: 0, count: 1 << 10)
    for first in UInt8.allValues {
      let row = Int(first) << 2
      guard first < 0x80 else {
        if isHighFirst { for word in row..<row + 4 { pairs[word] = .max } }
        continue
      }
      let root = tree.roots[Int(first)]
      if root >= 0 {
        if !tree.nodes[Int(root)].ended.isEmpty {
          for word in row..<row + 4 { pairs[word] = .max }
        } else {
          Self.addSeconds(of: tree.nodes[Int(root)], others, capitals, &pairs, row)
        }
      }
      EncodedUnits.addSeconds(first, isFirst, &pairs, row)
    }
    (self.pairs, self.kinds, self.folds) = (pairs, kinds, folds)
    (roots, nodes, children, order) = (tree.roots, tree.nodes, tree.children, tree.order)
  }

  /// Adds the bytes that may follow a pattern's first one.
  ///
  /// - Parameters:
  ///   - others: a bit for each byte of ASCII that may be something else than it is.
  ///   - capitals: a bit for each small letter that stands for its capital too.
  private static func addSeconds(
    of node: Node, _ others: (UInt64, UInt64), _ capitals: UInt64, _ pairs: inout [UInt64],
    _ row: Int
  ) {
    let slash: UInt64 = 1 << UInt64(UInt8(ascii: "/"))
    let underscore: UInt64 = 1 << UInt64(UInt8(ascii: "_") & 63)
    pairs[row] |= node.low | others.0
    pairs[row + 1] |=
      node.high | others.1 | (node.high & capitals) >> 32 | (node.low & slash != 0 ? underscore : 0)
    pairs[row + 2] = .max
    pairs[row + 3] = .max
  }

  /// Calls a function with the tables where they lie: to hold each of them anew at every place would cost more than to
  /// look at it.
  func withTables<Result>(_ body: (Tables) -> Result) -> Result {
    pairs.withUnsafeBufferPointer { pairs in
      kinds.withUnsafeBufferPointer { kinds in
        folds.withUnsafeBufferPointer { folds in
          nodes.withUnsafeBufferPointer { nodes in
            children.withUnsafeBufferPointer { children in
              order.withUnsafeBufferPointer { order in
                roots.withUnsafeBufferPointer { roots in
                  body(
                    Tables(
                      pairs: pairs, kinds: kinds, folds: folds, nodes: nodes, children: children,
                      order: order, roots: roots))
                }
              }
            }
          }
        }
      }
    }
  }

  /// The tables of a filter while it is used.
  struct Tables {
    let pairs: UnsafeBufferPointer<UInt64>
    let kinds: UnsafeBufferPointer<Kind>
    let folds: UnsafeBufferPointer<UInt8>
    let nodes: UnsafeBufferPointer<Node>
    let children: UnsafeBufferPointer<Int32>
    let order: UnsafeBufferPointer<Int32>
    let roots: UnsafeBufferPointer<Int32>
  }

  /// Bytes that stand for one another in one code or another.
  private static func folds(_ patterns: [SecretPattern]) -> [UInt8] {
    let lastFolded: UInt8 =
      patterns.contains(where: \.ignoresCase) ? UInt8(ascii: "Z") : UInt8(ascii: "F")
    return UInt8.allValues.map { byte in
      switch byte {
      case UInt8(ascii: "A")...lastFolded: byte | 0x20
      case UInt8(ascii: "_"): UInt8(ascii: "/")
      default: byte
      }
    }
  }

  private static func kinds(_ patterns: [SecretPattern]) -> [Kind] {
    var isGap = [Bool](repeating: false, count: 256)
    for code in Set(patterns.map(\.code)) { for byte in code.gaps { isGap[Int(byte)] = true } }
    if patterns.contains(where: \.mayBeFolded) {
      for byte in EncodedUnits.foldBytes { isGap[Int(byte)] = true }
    }
    for pattern in patterns where pattern.code == .plain {
      guard let position = pattern.scalars.dropFirst().firstIndex(of: SecretPattern.space) else {
        continue
      }
      for space in pattern.spellings(at: position) { isGap[Int(space)] = true }
    }
    // One stands for the other in base64.
    if isGap[Int(UInt8(ascii: "_"))] { isGap[Int(UInt8(ascii: "/"))] = true }
    return UInt8.allValues.map { byte in
      switch byte {
      case 0x80...0xFF: return .any
      case _ where EncodedUnits.isTerminalControl(byte): return .any
      // The sign of a wrapped line, and what begins an escape.
      case UInt8(ascii: "\\") where isGap[Int(byte)]: return .any
      // A space too.
      case UInt8(ascii: "+"): return isGap[0x20] ? .gap : .encoded
      case 0x0D: return isGap[Int(byte)] ? .gap : .any
      case _ where isGap[Int(byte)]: return .gap
      default:
        return EncodedUnits.isSign(byte) || byte == UInt8(ascii: "U") || byte == UInt8(ascii: "M")
          ? .encoded : .plain
      }
    }
  }

  /// How a pattern begins, behind its first character and without what may stand between two.
  private struct Beginning {
    var bytes: [UInt8] = []
    /// Whether the pattern ends there, or is longer than is looked at; else nothing that is written by itself goes on.
    var isEnded = true

    init(_ pattern: SecretPattern, _ kinds: [Kind], _ folds: [UInt8], _ depth: Int) {
      bytes.reserveCapacity(depth)
      var position = 1
      while position < pattern.scalars.count, bytes.count < depth {
        let scalar = pattern.scalars[position]
        position += 1
        guard scalar < 0x80, kinds[Int(scalar)] != .any else {
          isEnded = false
          return
        }
        if kinds[Int(scalar)] != .gap { bytes.append(folds[Int(scalar)]) }
      }
    }
  }

  /// The tree while it is built.
  private struct Tree {
    var roots = [Int32](repeating: -1, count: 256)
    var nodes: [Node] = []
    var children: [Int32] = []
    var order: [Int32] = []
    private var isHex: [Bool] = []
    private var items: [Item] = []

    private struct Item {
      let beginning: Beginning
      let number: Int32
      /// By which items are put in order: its first byte, those behind it, and whether it ends there.
      let key: (UInt64, UInt64)
    }

    mutating func add(_ beginning: Beginning, first: UInt8, _ number: Int32) {
      var bytes: UInt64 = 0
      for byte in beginning.bytes { bytes = bytes << 8 | UInt64(byte) }
      bytes <<= UInt64(8 * (8 - beginning.bytes.count))
      let end = UInt64(beginning.bytes.count) << 1 | (beginning.isEnded ? 0 : 1)
      items.append(
        Item(
          beginning: beginning, number: number,
          key: (UInt64(first) << 56 | bytes >> 8, bytes << 56 | end)))
    }

    mutating func build(_ patterns: [SecretPattern]) {
      items.sort { $0.key < $1.key }
      order = items.map(\.number)
      isHex = order.map { patterns[Int($0)].code == .hex }
      var start = 0
      while start < items.count {
        let first = items[start].key.0 >> 56
        var end = start
        while end < items.count, items[end].key.0 >> 56 == first { end += 1 }
        roots[Int(first)] = node(of: start..<end, depth: 0)
        start = end
      }
    }

    private mutating func node(of range: Range<Int>, depth: Int) -> Int32 {
      var start = range.lowerBound
      while start < range.upperBound, items[start].beginning.bytes.count == depth,
        items[start].beginning.isEnded
      {
        start += 1
      }
      let ended = Int32(range.lowerBound)..<Int32(start)
      let firstStopped = start
      while start < range.upperBound, items[start].beginning.bytes.count == depth { start += 1 }
      let number = Int32(nodes.count)
      nodes.append(
        Node(
          ended: ended, stopped: Int32(firstStopped)..<Int32(start), end: Int32(range.upperBound),
          isHex: isHex[range].contains(true)))
      var below: [Int32] = []
      while start < range.upperBound {
        let byte = items[start].beginning.bytes[depth]
        var end = start
        while end < range.upperBound, items[end].beginning.bytes[depth] == byte { end += 1 }
        below.append(node(of: start..<end, depth: depth + 1))
        let bit: UInt64 = 1 << UInt64(byte & 63)
        if byte < 64 { nodes[Int(number)].low |= bit } else { nodes[Int(number)].high |= bit }
        start = end
      }
      nodes[Int(number)].firstChild = Int32(children.count)
      children += below
      return number
    }
  }
}

extension UInt8 {
  static let allValues = Array(UInt8.min...UInt8.max)
}
