/// Says which secrets may begin at a place in bytes, by the bytes that stand there: nearly everywhere none can, and a
/// text is gone through at a pace near the memory's.
///
/// The beginnings of all patterns are a tree by their characters, and a text is read along it. Bytes that can stand
/// between two characters of a pattern are left out on both sides. Where a text has what a reader may take for another
/// character, all that is left of the tree there may be meant.
///
/// A `yes` may be wrong, a `no` never is: a property test holds it against a search of every place.
struct SecretFilter: Sendable {
  /// By the first byte of a place and the next: what is to be looked at.
  private let steps: [Int32]
  /// A bit for each of these pairs of bytes: whether there is anything to be looked at.
  private let pairs: [UInt64]
  /// By its first byte, the tree of the patterns that begin with it; -1 for none.
  private let roots: [Int32]
  private let nodes: [Node]
  private let edges: [Edge]
  /// Patterns by their numbers, each node's beside one another.
  private let order: [Int32]
  /// What each byte can be where it is not a pattern's first.
  private let kinds: [Kind]

  /// Nothing can begin there.
  fileprivate static let none: Int32 = -1
  /// The next byte may be something else than it is.
  private static let closer: Int32 = -2
  /// The first byte may be something else than it is.
  private static let open: Int32 = -3

  /// The patterns with one beginning.
  fileprivate struct Node {
    var edges: Range<Int32>
    /// In `order`: those that end here, which whatever follows may complete; those that go on with what is never
    /// written by itself, or not in ASCII; and all others.
    var ended: Range<Int32>
    var stopped: Range<Int32>
    var end: Int32
    /// Whether one of them is hexadecimal, which dumps break into lines.
    let isHex: Bool
  }

  fileprivate struct Edge {
    let byte: UInt8
    let node: Int32
  }

  fileprivate enum Kind: UInt8 {
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
  fileprivate static let mostSteps = 96

  init(_ patterns: [SecretPattern]) {
    let kinds = Self.kinds(patterns)
    var tree = Tree()
    var firsts: Set<UInt8> = []
    var isHighFirst = false
    for (number, pattern) in patterns.enumerated() where !pattern.scalars.isEmpty {
      for first in pattern.spellings(at: 0) {
        guard first < 0x80 else {
          isHighFirst = true
          continue
        }
        firsts.insert(UInt8(first))
        tree.add(Beginning(pattern, UInt8(first), kinds, Self.depth), Int32(number))
      }
    }
    tree.build(patterns)
    var steps = [Int32](repeating: Self.none, count: 1 << 16)
    for first in UInt8.allValues {
      let isSpecial = EncodedUnits.isSpecial(first)
      let isOpen =
        first >= 0x80
        ? isHighFirst
        : isSpecial && (firsts.contains(first) || Self.mayBegin(first, firsts))
      let root = tree.roots[Int(first)]
      guard isOpen || (!isSpecial && root >= 0) else { continue }
      for second in UInt8.allValues {
        let place = Int(first) << 8 | Int(second)
        if isSpecial {
          let isWritten = first >= 0x80 || firsts.contains(first)
          let mayBegin =
            EncodedUnits.simpleEscape(first, second).map(firsts.contains)
            ?? EncodedUnits.mayBegin(first, second)
          steps[place] = isWritten || mayBegin ? Self.open : Self.none
        } else if !tree.nodes[Int(root)].ended.isEmpty || kinds[Int(second)] != .plain {
          steps[place] = Self.closer
        } else {
          steps[place] = tree.child(of: root, Self.folded(second))
        }
      }
    }
    var pairs = [UInt64](repeating: 0, count: 1 << 10)
    for (place, step) in steps.enumerated() where step != Self.none {
      pairs[place >> 6] |= 1 << UInt64(place & 63)
    }
    (self.steps, self.pairs, self.kinds) = (steps, pairs, kinds)
    (roots, nodes, edges, order) = (tree.roots, tree.nodes, tree.edges, tree.order)
  }

  /// Calls a function with the tables where they lie: to hold each of them anew at every place would cost more than to
  /// look at it.
  func withTables<Result>(_ body: (Tables) -> Result) -> Result {
    pairs.withUnsafeBufferPointer { pairs in
      steps.withUnsafeBufferPointer { steps in
        kinds.withUnsafeBufferPointer { kinds in
          nodes.withUnsafeBufferPointer { nodes in
            edges.withUnsafeBufferPointer { edges in
              order.withUnsafeBufferPointer { order in
                roots.withUnsafeBufferPointer { roots in
                  body(
                    Tables(
                      pairs: pairs, steps: steps, kinds: kinds, nodes: nodes, edges: edges,
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
    fileprivate let pairs: UnsafeBufferPointer<UInt64>
    fileprivate let steps: UnsafeBufferPointer<Int32>
    fileprivate let kinds: UnsafeBufferPointer<Kind>
    fileprivate let nodes: UnsafeBufferPointer<Node>
    fileprivate let edges: UnsafeBufferPointer<Edge>
    fileprivate let order: UnsafeBufferPointer<Int32>
    fileprivate let roots: UnsafeBufferPointer<Int32>
  }

  /// Bytes that stand for one another in one code or another.
  @inline(__always) fileprivate static func folded(_ byte: UInt8) -> UInt8 {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte | 0x20
    case UInt8(ascii: "_"): UInt8(ascii: "/")
    default: byte
    }
  }

  private static func kinds(_ patterns: [SecretPattern]) -> [Kind] {
    var isGap = [Bool](repeating: false, count: 256)
    for pattern in patterns {
      for byte in pattern.code.gaps { isGap[Int(byte)] = true }
      if pattern.mayBeFolded { for byte in EncodedUnits.foldBytes { isGap[Int(byte)] = true } }
      for (position, scalar) in pattern.scalars.enumerated().dropFirst() {
        guard pattern.code == .plain, scalar == SecretPattern.space else { continue }
        for space in pattern.spellings(at: position) { isGap[Int(space)] = true }
      }
    }
    // One stands for the other in base64.
    if isGap[Int(UInt8(ascii: "_"))] { isGap[Int(UInt8(ascii: "/"))] = true }
    return UInt8.allValues.map { byte in
      switch byte {
      case 0, 0x1B, 0x80...0xFF: return .any
      // The sign of a wrapped line, and what begins an escape.
      case UInt8(ascii: "\\") where isGap[Int(byte)]: return .any
      // A space too.
      case UInt8(ascii: "+"): return isGap[0x20] ? .gap : .plain
      case 0x0D: return isGap[Int(byte)] ? .gap : .any
      case _ where isGap[Int(byte)]: return .gap
      default: return EncodedUnits.starters.contains(byte) ? .encoded : .plain
      }
    }
  }

  /// Whether what begins with the byte and others can be a pattern's first character.
  private static func mayBegin(_ starter: UInt8, _ firsts: Set<UInt8>) -> Bool {
    switch starter {
    case 0, 0x1B: false
    case UInt8(ascii: "+"): firsts.contains(UInt8(ascii: " "))
    case 0x0D: firsts.contains(0x0A)
    default: true
    }
  }

  /// How a pattern begins, behind its first character and without what may stand between two.
  private struct Beginning {
    let first: UInt8
    var bytes: [UInt8] = []
    /// Whether the pattern ends there, or is longer than is looked at; else nothing that is written by itself goes on.
    var isEnded = true

    init(_ pattern: SecretPattern, _ first: UInt8, _ kinds: [Kind], _ depth: Int) {
      self.first = first
      for scalar in pattern.scalars.dropFirst() where bytes.count < depth {
        guard scalar < 0x80, kinds[Int(scalar)] != .any else {
          isEnded = false
          return
        }
        if kinds[Int(scalar)] != .gap { bytes.append(SecretFilter.folded(UInt8(scalar))) }
      }
    }
  }

  /// The tree while it is built.
  private struct Tree {
    var roots = [Int32](repeating: -1, count: 256)
    var nodes: [Node] = []
    var edges: [Edge] = []
    var order: [Int32] = []
    private var isHex: [Bool] = []
    private var items: [(beginning: Beginning, number: Int32)] = []

    mutating func add(_ beginning: Beginning, _ number: Int32) { items.append((beginning, number)) }

    mutating func build(_ patterns: [SecretPattern]) {
      items.sort { one, other in
        if one.beginning.first != other.beginning.first {
          return one.beginning.first < other.beginning.first
        }
        if one.beginning.bytes != other.beginning.bytes {
          return one.beginning.bytes.lexicographicallyPrecedes(other.beginning.bytes)
        }
        if one.beginning.isEnded != other.beginning.isEnded { return one.beginning.isEnded }
        return one.number < other.number
      }
      order = items.map(\.number)
      isHex = order.map { patterns[Int($0)].code == .hex }
      var start = 0
      while start < items.count {
        let first = items[start].beginning.first
        var end = start
        while end < items.count, items[end].beginning.first == first { end += 1 }
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
          edges: 0..<0, ended: ended, stopped: Int32(firstStopped)..<Int32(start),
          end: Int32(range.upperBound), isHex: isHex[range].contains(true)
        ))
      var children: [Edge] = []
      while start < range.upperBound {
        let byte = items[start].beginning.bytes[depth]
        var end = start
        while end < range.upperBound, items[end].beginning.bytes[depth] == byte { end += 1 }
        children.append(Edge(byte: byte, node: node(of: start..<end, depth: depth + 1)))
        start = end
      }
      nodes[Int(number)].edges = Int32(edges.count)..<Int32(edges.count + children.count)
      edges += children
      return number
    }

    func child(of node: Int32, _ byte: UInt8) -> Int32 {
      for edge in nodes[Int(node)].edges where edges[Int(edge)].byte == byte {
        return edges[Int(edge)].node
      }
      return SecretFilter.none
    }
  }
}

extension SecretFilter.Tables {
  /// The first place from `start` on where a secret may begin, or where too few bytes are left to say.
  @inline(__always)
  func next(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
    var place = start
    let last = bytes.count - Self.undecided
    while place < last {
      let pair = Int(bytes[place]) << 8 | Int(bytes[place + 1])
      if pairs[pair >> 6] >> UInt64(pair & 63) & 1 == 1 { return place }
      place += 1
    }
    return place
  }

  /// So many bytes at the end are always looked at: what comes may make another character of them.
  private static let undecided = 4

  /// The patterns that may begin with a character; some of them more than once.
  ///
  /// - Parameters:
  ///   - first: of ASCII.
  ///   - place: what stands behind it.
  func candidates(
    _ first: UInt8, _ units: EncodedUnits, from place: Int, _ found: inout [Int32]
  ) {
    let root = roots[Int(first)]
    guard root >= 0 else { return }
    var room = SecretFilter.mostSteps
    walk(units, nodes[Int(root)], place, true, &room, &found)
  }

  /// The patterns that may begin at a place with its byte as it is.
  @inline(__always)
  func candidates(_ units: EncodedUnits, at place: Int, _ found: inout [Int32]) {
    guard place + 1 < units.bytes.count else {
      return candidates(units.bytes[place], units, from: place + 1, &found)
    }
    let step = steps[Int(units.bytes[place]) << 8 | Int(units.bytes[place + 1])]
    if step == SecretFilter.none { return }
    guard step >= 0 else {
      return candidates(units.bytes[place], units, from: place + 1, &found)
    }
    var room = SecretFilter.mostSteps
    walk(units, nodes[Int(step)], place + 2, false, &room, &found)
  }

  /// Goes along the tree and a text from a place on, in all ways to read it.
  ///
  /// - Parameter isFirst: whether only one character of the pattern is behind.
  private func walk(
    _ units: EncodedUnits, _ start: SecretFilter.Node, _ from: Int, _ isFirst: Bool,
    _ room: inout Int,
    _ found: inout [Int32]
  ) {
    var (node, index, isFirst) = (start, from, isFirst)
    let bytes = units.bytes
    for number in node.ended { found.append(order[Int(number)]) }
    while node.ended.upperBound < node.end {
      guard index < bytes.count, room > 0 else { return takeRest(node, &found) }
      room -= 1
      let byte = bytes[index]
      switch kinds[Int(byte)] {
      case .gap:
        if node.isHex, !isFirst, byte == 0x20 || byte == 0x0A {
          var touchesEnd = false
          let row = units.skippingDumpBreak(index, &touchesEnd)
          if touchesEnd { return takeRest(node, &found) }
          if let row { walk(units, node, row, false, &room, &found) }
        }
        index += 1
        continue
      case .any: return walkOn(units, node, index, isFirst, &room, &found)
      case .encoded:
        guard index + 1 < bytes.count, !EncodedUnits.mayBegin(byte, bytes[index + 1]) else {
          return walkOn(units, node, index, isFirst, &room, &found)
        }
      case .plain: break
      }
      if byte == UInt8(ascii: "0"), node.isHex, units.isSignOfHex(index) {
        return takeRest(node, &found)
      }
      guard let child = child(of: node, SecretFilter.folded(byte)) else { return }
      node = nodes[Int(child)]
      index += 1
      isFirst = false
      for number in node.ended { found.append(order[Int(number)]) }
    }
  }

  /// Goes on where a text may be read in several ways.
  private func walkOn(
    _ units: EncodedUnits, _ node: SecretFilter.Node, _ place: Int, _ isFirst: Bool,
    _ room: inout Int,
    _ found: inout [Int32]
  ) {
    let byte = units.bytes[place]
    if byte == UInt8(ascii: "\\") {
      // Something may have wrapped the text.
      guard place + 1 < units.bytes.count, units.bytes[place + 1] != 0x0A,
        units.bytes[place + 1] != 0x0D
      else { return takeRest(node, &found) }
    }
    for number in node.stopped { found.append(order[Int(number)]) }
    var rest = node
    rest.ended = node.stopped.upperBound..<node.stopped.upperBound
    rest.stopped = rest.ended
    guard rest.ended.upperBound < rest.end else { return }
    var touchesEnd = false
    let seen = units.skippingUnseen(place, &touchesEnd)
    let readings = units.readings(at: place)
    guard !touchesEnd, !readings.touchesEnd else { return takeRest(rest, &found) }
    if seen > place { walk(units, rest, seen, isFirst, &room, &found) }
    for (scalar, end) in readings.all {
      guard scalar < 0x80 else {
        if EncodedUnits.isInvisible(scalar) || SecretPattern.isSpace(scalar) {
          walk(units, rest, end, isFirst, &room, &found)
        }
        continue
      }
      switch kinds[Int(scalar)] {
      case .gap: walk(units, rest, end, isFirst, &room, &found)
      case .any: break
      case .plain, .encoded:
        guard let child = child(of: rest, SecretFilter.folded(UInt8(scalar))) else { continue }
        walk(units, nodes[Int(child)], end, false, &room, &found)
      }
    }
  }

  private func takeRest(_ node: SecretFilter.Node, _ found: inout [Int32]) {
    for number in node.ended.upperBound..<node.end { found.append(order[Int(number)]) }
  }

  private func child(of node: SecretFilter.Node, _ byte: UInt8) -> Int32? {
    for edge in node.edges where edges[Int(edge)].byte == byte { return edges[Int(edge)].node }
    return nil
  }
}

extension UInt8 {
  fileprivate static let allValues = Array(UInt8.min...UInt8.max)
}

extension EncodedUnits {
  /// What two bytes stand for that can be nothing else, such as `\n`; nil for all others.
  fileprivate static func simpleEscape(_ first: UInt8, _ second: UInt8) -> UInt8? {
    guard first == UInt8(ascii: "\\") else { return nil }
    switch second {
    case UInt8(ascii: "n"): return 0x0A
    case UInt8(ascii: "r"): return 0x0D
    case UInt8(ascii: "t"): return 0x09
    case UInt8(ascii: "\""), UInt8(ascii: "/"), UInt8(ascii: "'"), UInt8(ascii: "."),
      UInt8(ascii: "|"), UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "["), UInt8(ascii: "]"),
      UInt8(ascii: "*"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "$"):
      return second
    default: return nil
    }
  }

  /// Whether a character that is written otherwise than by itself can begin with two bytes.
  fileprivate static func mayBegin(_ first: UInt8, _ second: UInt8) -> Bool {
    let isHexDigit = (48...57).contains(second) || (97...102).contains(second | 0x20)
    switch first {
    case UInt8(ascii: "%"): return isHexDigit || second == UInt8(ascii: "u")
    case UInt8(ascii: "="): return isHexDigit || second == 0x0A || second == 0x0D
    case UInt8(ascii: "&"): return second == UInt8(ascii: "#") || (97...122).contains(second | 0x20)
    case UInt8(ascii: "'"): return "'\\\"$".utf8.contains(second)
    case UInt8(ascii: "$"): return second == UInt8(ascii: "'")
    case UInt8(ascii: "\""): return second == UInt8(ascii: "\"")
    default: return true
    }
  }
}
