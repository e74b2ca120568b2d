/// Text as other programs read it: by bytes of UTF-8, whatever combining or joining mark stands beside
/// what is looked for.
///
/// Swift's own operations work on grapheme clusters, so that `"='"` with a combining mark after it holds
/// no `'`. They are marked as deprecated in `ClusterText.swift`; these are used instead.
extension StringProtocol {
  public func begins(with prefix: some StringProtocol) -> Bool {
    utf8.starts(with: prefix.utf8)
  }

  public func ends(with suffix: some StringProtocol) -> Bool {
    Substring(self).utf8.reversed().starts(with: Substring(suffix).utf8.reversed())
  }

  /// Nothing holds an empty piece.
  public func holds(_ piece: some StringProtocol) -> Bool {
    range(ofFirst: piece) != nil
  }

  public func holds(_ scalar: Unicode.Scalar) -> Bool { unicodeScalars.contains(scalar) }

  public func holds(where isWanted: (Unicode.Scalar) throws -> Bool) rethrows -> Bool {
    try unicodeScalars.contains(where: isWanted)
  }

  public var firstScalar: Unicode.Scalar? { unicodeScalars.first }
  public var lastScalar: Unicode.Scalar? { Substring(self).unicodeScalars.last }

  /// Where `piece` begins for the first time; nil where it is not. An empty one is nowhere.
  public func index(ofFirst piece: some StringProtocol) -> String.Index? {
    range(ofFirst: piece)?.lowerBound
  }

  /// Where `piece` begins for the last time; nil where it is not. An empty one is nowhere.
  public func index(ofLast piece: some StringProtocol) -> String.Index? {
    let bytes = Substring(self).utf8
    let wanted = Array(piece.utf8)
    guard let first = wanted.first else { return nil }
    var end = bytes.endIndex
    while let found = bytes[..<end].lastIndex(of: first) {
      if bytes[found...].starts(with: wanted) { return found }
      end = found
    }
    return nil
  }

  /// The first place of `piece`; nil where it is not. An empty one is nowhere.
  public func range(ofFirst piece: some StringProtocol) -> Range<String.Index>? {
    let bytes = Substring(self).utf8
    let wanted = Array(piece.utf8)
    guard let first = wanted.first else { return nil }
    var start = bytes.startIndex
    while let found = bytes[start...].firstIndex(of: first) {
      var index = bytes.index(after: found)
      var matched = 1
      while matched < wanted.count, index < bytes.endIndex, bytes[index] == wanted[matched] {
        index = bytes.index(after: index)
        matched += 1
      }
      if matched == wanted.count { return found..<index }
      start = bytes.index(after: found)
    }
    return nil
  }

  /// What stands between the places of `separator`, which is not empty.
  public func pieces(
    separatedBy separator: some StringProtocol, maxSplits: Int = .max,
    omittingEmptySubsequences: Bool = true
  ) -> [Substring] {
    var pieces: [Substring] = []
    var rest = Substring(self)
    while pieces.count < maxSplits, let found = rest.range(ofFirst: separator) {
      let piece = rest[..<found.lowerBound]
      if !(piece.isEmpty && omittingEmptySubsequences) { pieces.append(piece) }
      rest = rest[found.upperBound...]
    }
    if !(rest.isEmpty && omittingEmptySubsequences) { pieces.append(rest) }
    return pieces
  }

  /// What stands between the scalars that are separators.
  public func pieces(
    maxSplits: Int = .max, omittingEmptySubsequences: Bool = true,
    whereSeparator isSeparator: (Unicode.Scalar) throws -> Bool
  ) rethrows -> [Substring] {
    try Substring(self).unicodeScalars.split(
      maxSplits: maxSplits, omittingEmptySubsequences: omittingEmptySubsequences,
      whereSeparator: isSeparator
    ).map { Substring($0) }
  }

  /// What stands between the places of a scalar.
  public func pieces(
    separatedBy separator: Unicode.Scalar, maxSplits: Int = .max,
    omittingEmptySubsequences: Bool = true
  ) -> [Substring] {
    pieces(maxSplits: maxSplits, omittingEmptySubsequences: omittingEmptySubsequences) {
      $0 == separator
    }
  }

  /// The text with `replacement` at every place of `piece`, from left to right.
  public func replacingAll(
    _ piece: some StringProtocol, with replacement: some StringProtocol
  ) -> String {
    var text = ""
    var rest = Substring(self)
    while let found = rest.range(ofFirst: piece) {
      text += rest[..<found.lowerBound]
      text += replacement
      rest = rest[found.upperBound...]
    }
    return text + rest
  }

  /// The text without one line break, LF or CR LF, at its end: what a file or a program's output means
  /// where it is taken for one value.
  public var withoutFinalLineBreak: Substring {
    let bytes = Substring(self).utf8
    guard bytes.last == 0x0A else { return Substring(bytes) }
    let rest = bytes.dropLast()
    return Substring(rest.last == 0x0D ? rest.dropLast() : rest)
  }

  /// What stands before and after the first place of `mark`, as in `NAME=VALUE`; nil where it is not.
  public func halves(at mark: some StringProtocol) -> (before: Substring, after: Substring)? {
    let text = Substring(self)
    return range(ofFirst: mark).map { (text[..<$0.lowerBound], text[$0.upperBound...]) }
  }

  /// The text after `prefix`; all of it where it does not begin so.
  public func dropping(prefix: some StringProtocol) -> Substring {
    let bytes = Substring(self).utf8
    guard begins(with: prefix) else { return Substring(bytes) }
    return Substring(bytes.dropFirst(prefix.utf8.count))
  }

  /// The text before `suffix`; all of it where it does not end so.
  public func dropping(suffix: some StringProtocol) -> Substring {
    let bytes = Substring(self).utf8
    guard ends(with: suffix) else { return Substring(bytes) }
    return Substring(bytes.dropLast(suffix.utf8.count))
  }

  /// The text without the scalars at both ends that are to go.
  public func trimming(where isUnwanted: (Unicode.Scalar) -> Bool) -> Substring {
    let scalars = Substring(self).unicodeScalars
    guard let start = scalars.firstIndex(where: { !isUnwanted($0) }),
      let last = scalars.lastIndex(where: { !isUnwanted($0) })
    else { return Substring(scalars.suffix(0)) }
    return Substring(scalars[start...last])
  }

  /// The scalars that are wanted, in their order.
  public func keepingScalars(where isWanted: (Unicode.Scalar) throws -> Bool) rethrows -> String {
    var kept = String.UnicodeScalarView()
    kept.append(contentsOf: try unicodeScalars.filter(isWanted))
    return String(kept)
  }

  /// The text without its first scalars.
  public func dropFirstScalars(_ count: Int = 1) -> Substring {
    Substring(Substring(self).unicodeScalars.dropFirst(count))
  }

  /// The text without its last scalars.
  public func dropLastScalars(_ count: Int = 1) -> Substring {
    Substring(Substring(self).unicodeScalars.dropLast(count))
  }

  /// The first scalars, at most as many.
  public func prefixOfScalars(_ maxLength: Int) -> Substring {
    Substring(Substring(self).unicodeScalars.prefix(maxLength))
  }

  /// The last scalars, at most as many.
  public func suffixOfScalars(_ maxLength: Int) -> Substring {
    Substring(Substring(self).unicodeScalars.suffix(maxLength))
  }

  /// The scalars up to the first one that is not wanted.
  public func prefixOfScalars(
    while isWanted: (Unicode.Scalar) throws -> Bool
  ) rethrows -> Substring {
    try Substring(Substring(self).unicodeScalars.prefix(while: isWanted))
  }

  /// The text from the first scalar that is not to go.
  public func dropScalars(while isUnwanted: (Unicode.Scalar) throws -> Bool) rethrows -> Substring {
    try Substring(Substring(self).unicodeScalars.drop(while: isUnwanted))
  }

  /// Whether the bytes are the same; `==` takes two spellings of one letter for the same.
  public func isIdentical(to other: some StringProtocol) -> Bool {
    utf8.elementsEqual(other.utf8)
  }
}

extension Unicode.Scalar {
  /// White space as Unicode has it.
  public var isWhitespace: Bool { properties.isWhitespace }

  /// What ends a line: LF, VT, FF, CR, NEL, and the line and paragraph separators.
  public var isNewline: Bool {
    switch value {
    case 0x0A...0x0D, 0x85, 0x2028, 0x2029: true
    default: false
    }
  }

  public var isLetter: Bool { properties.isAlphabetic }
  public var isNumber: Bool { properties.numericType != nil }
  public var isASCIILetter: Bool { ("a"..."z").contains(self) || ("A"..."Z").contains(self) }
  public var isASCIIDigit: Bool { ("0"..."9").contains(self) }
  public var isHexDigit: Bool {
    isASCIIDigit || ("a"..."f").contains(self) || ("A"..."F").contains(self)
  }
}

extension UInt8 {
  package var isDigit: Bool { (48...57).contains(self) }
  package var isLetter: Bool { (65...90).contains(self) || (97...122).contains(self) }
}
