/// Goes through a text along the tree of beginnings.
extension SecretFilter.Tables {
  /// The first place from `start` on where a secret may begin, or where too few bytes are left to say.
  @inline(__always)
  func next(_ units: EncodedUnits, from start: Int) -> Int {
    let bytes = units.bytes
    var place = start
    let last = bytes.count - Self.undecided
    while place < last {
      let pair = Int(bytes[place]) << 8 | Int(bytes[place + 1])
      if pairs[pair >> 6] >> UInt64(pair & 63) & 1 == 1, mayBegin(units, at: place) { return place }
      place += 1
    }
    return place
  }

  /// So many bytes at the end are always looked at: what comes may make another character of them.
  private static let undecided = 4

  /// Goes along the tree where each byte stands for itself, up to where one may not.
  private func mayBegin(_ units: EncodedUnits, at place: Int) -> Bool {
    let bytes = units.bytes
    if units.isSpecial(bytes[place], at: place) { return true }
    var number = roots[Int(bytes[place])]
    guard number >= 0 else { return false }
    var index = place + 1
    let limit = min(bytes.count, place + SecretFilter.mostSteps)
    while true {
      let node = nodes[Int(number)]
      guard node.ended.isEmpty, index < limit else { return true }
      let byte = bytes[index]
      switch kinds[Int(byte)] {
      case .plain: break
      case .gap:
        if node.isHex, byte == 0x20 || byte == 0x0A, index > place + 1 {
          var touchesEnd = false
          if units.skippingDumpBreak(index, &touchesEnd) != nil || touchesEnd { return true }
        }
        index += 1
        continue
      case .encoded:
        guard index + 1 < bytes.count, !EncodedUnits.mayBegin(byte, bytes[index + 1]) else {
          return true
        }
      case .any: return true
      }
      if byte == UInt8(ascii: "0"), node.isHex, units.isSignOfHex(index) { return true }
      let folded = folds[Int(byte)]
      guard node.goesOn(with: folded) else { return false }
      number = children[node.place(of: folded)]
      index += 1
    }
  }

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
      guard let child = child(of: node, folds[Int(byte)]) else { return }
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
    for number in 0..<readings.count {
      let (scalar, end) = readings[number]
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
        guard let child = child(of: rest, folds[Int(scalar)]) else { continue }
        walk(units, nodes[Int(child)], end, false, &room, &found)
      }
    }
  }

  private func takeRest(_ node: SecretFilter.Node, _ found: inout [Int32]) {
    for number in node.ended.upperBound..<node.end { found.append(order[Int(number)]) }
  }

  @inline(__always)
  private func child(of node: SecretFilter.Node, _ byte: UInt8) -> Int32? {
    node.goesOn(with: byte) ? children[node.place(of: byte)] : nil
  }
}
