/// Swift's operations on grapheme clusters, marked so that the compiler warns of every use, and CI, where
/// warnings are errors, refuses it.
///
/// A combining mark, a joiner or a prepended sign beside `'`, `|`, `<` or a line break makes one
/// `Character` of the two, so that what has a meaning to PostgreSQL, a shell or a browser is not found.
/// `ByteText.swift` has what is used instead. Each declaration here is preferred to the standard library's
/// of the same name, being declared for texts alone.
extension StringProtocol {
  @available(*, deprecated, message: "compares clusters; use begins(with:)")
  public func hasPrefix(_ prefix: some StringProtocol) -> Bool { begins(with: prefix) }

  @available(*, deprecated, message: "compares clusters; use ends(with:)")
  public func hasSuffix(_ suffix: some StringProtocol) -> Bool { ends(with: suffix) }

  @available(*, deprecated, message: "compares clusters; use holds(_:)")
  public func contains(_ element: Character) -> Bool { holds(String(element)) }

  @available(*, deprecated, message: "walks clusters; use holds(where:)")
  public func contains(where isWanted: (Character) throws -> Bool) rethrows -> Bool {
    try Substring(self)[...].firstIndex(where: isWanted) != nil
  }

  @available(*, deprecated, message: "compares clusters; use index(ofFirst:)")
  public func firstIndex(of element: Character) -> String.Index? {
    index(ofFirst: String(element))
  }

  @available(*, deprecated, message: "compares clusters; use index(ofLast:)")
  public func lastIndex(of element: Character) -> String.Index? {
    index(ofLast: String(element))
  }

  @available(*, deprecated, message: "compares clusters; use range(ofFirst:)")
  public func firstRange(of piece: some StringProtocol) -> Range<String.Index>? {
    range(ofFirst: piece)
  }

  @available(*, deprecated, message: "compares clusters; use pieces(separatedBy:)")
  public func split(
    separator: Character, maxSplits: Int = .max, omittingEmptySubsequences: Bool = true
  ) -> [Substring] {
    pieces(
      separatedBy: String(separator), maxSplits: maxSplits,
      omittingEmptySubsequences: omittingEmptySubsequences)
  }

  @available(*, deprecated, message: "compares clusters; use pieces(separatedBy:)")
  public func split(
    separator: some StringProtocol, maxSplits: Int = .max, omittingEmptySubsequences: Bool = true
  ) -> [Substring] {
    pieces(
      separatedBy: separator, maxSplits: maxSplits,
      omittingEmptySubsequences: omittingEmptySubsequences)
  }

  @available(*, deprecated, message: "walks clusters; use pieces(whereSeparator:)")
  public func split(
    maxSplits: Int = .max, omittingEmptySubsequences: Bool = true,
    whereSeparator isSeparator: (Character) throws -> Bool
  ) rethrows -> [Substring] {
    try Array(Substring(self)).split(
      maxSplits: maxSplits, omittingEmptySubsequences: omittingEmptySubsequences,
      whereSeparator: isSeparator
    ).map { Substring(String($0)) }
  }

  @available(*, deprecated, message: "compares clusters; use replacingAll(_:with:)")
  public func replacing(
    _ piece: some StringProtocol, with replacement: some StringProtocol
  ) -> String {
    replacingAll(piece, with: replacement)
  }

  @available(*, deprecated, message: "compares clusters; use dropping(prefix:)")
  public func trimmingPrefix(_ prefix: some StringProtocol) -> Substring {
    dropping(prefix: prefix)
  }

  @available(*, deprecated, message: "a cluster; use firstScalar")
  public var first: Character? { isEmpty ? nil : self[startIndex] }

  @available(*, deprecated, message: "a cluster; use lastScalar")
  public var last: Character? { isEmpty ? nil : self[index(endIndex, offsetBy: -1)] }

  @available(*, deprecated, message: "counts clusters; use a view's count, or TextWidth")
  public var count: Int { distance(from: startIndex, to: endIndex) }

  @available(*, deprecated, message: "counts clusters; use a view's prefix(_:)")
  public func prefix(_ maxLength: Int) -> Substring {
    Substring(self)[..<(index(startIndex, offsetBy: maxLength, limitedBy: endIndex) ?? endIndex)]
  }

  @available(*, deprecated, message: "counts clusters; use a view's suffix(_:)")
  public func suffix(_ maxLength: Int) -> Substring {
    Substring(self)[(index(endIndex, offsetBy: -maxLength, limitedBy: startIndex) ?? startIndex)...]
  }

  @available(
    *, deprecated, message: "counts clusters; use dropping(prefix:) or a view's dropFirst(_:)"
  )
  public func dropFirst(_ count: Int = 1) -> Substring {
    Substring(self)[(index(startIndex, offsetBy: count, limitedBy: endIndex) ?? endIndex)...]
  }

  @available(
    *, deprecated, message: "counts clusters; use dropping(suffix:) or a view's dropLast(_:)"
  )
  public func dropLast(_ count: Int = 1) -> Substring {
    Substring(self)[..<(index(endIndex, offsetBy: -count, limitedBy: startIndex) ?? startIndex)]
  }

  @available(*, deprecated, message: "walks clusters; use unicodeScalars.allSatisfy")
  public func allSatisfy(_ isWanted: (Character) throws -> Bool) rethrows -> Bool {
    for character in Substring(self) where try !isWanted(character) { return false }
    return true
  }

  @available(*, deprecated, message: "walks clusters; use unicodeScalars")
  public func firstIndex(where isWanted: (Character) throws -> Bool) rethrows -> String.Index? {
    try Array(zip(Substring(self).indices, Substring(self))).first { try isWanted($0.1) }?.0
  }

  @available(*, deprecated, message: "walks clusters; use unicodeScalars")
  public func lastIndex(where isWanted: (Character) throws -> Bool) rethrows -> String.Index? {
    try Array(zip(Substring(self).indices, Substring(self))).last { try isWanted($0.1) }?.0
  }

  @available(*, deprecated, message: "walks clusters; use unicodeScalars")
  public func prefix(while isWanted: (Character) throws -> Bool) rethrows -> Substring {
    Substring(self)[..<(try firstIndex { try !isWanted($0) } ?? endIndex)]
  }

  @available(*, deprecated, message: "walks clusters; use unicodeScalars, or trimming(where:)")
  public func drop(while isWanted: (Character) throws -> Bool) rethrows -> Substring {
    Substring(self)[(try firstIndex { try !isWanted($0) } ?? endIndex)...]
  }

  @available(*, deprecated, message: "walks clusters; use unicodeScalars")
  public func filter(_ isWanted: (Character) throws -> Bool) rethrows -> String {
    var kept = ""
    for character in Substring(self) where try isWanted(character) { kept.append(character) }
    return kept
  }

  @available(*, deprecated, message: "walks clusters; use unicodeScalars")
  public func map<Item>(_ transform: (Character) throws -> Item) rethrows -> [Item] {
    try Array(Substring(self)).map(transform)
  }
}

// The standard library, or Foundation, has these for one type too: a declaration for the same type is
// preferred to theirs.

extension String {
  @available(*, deprecated, message: "compares clusters; use holds(_:)")
  public func contains(_ piece: some StringProtocol) -> Bool { holds(piece) }

  @available(*, deprecated, message: "compares clusters; use begins(with:)")
  public func hasPrefix(_ prefix: String) -> Bool { begins(with: prefix) }

  @available(*, deprecated, message: "compares clusters; use ends(with:)")
  public func hasSuffix(_ suffix: String) -> Bool { ends(with: suffix) }

  @available(*, deprecated, message: "a cluster; use firstScalar")
  public var first: Character? { isEmpty ? nil : self[startIndex] }

  @available(*, deprecated, message: "a cluster; use lastScalar")
  public var last: Character? { isEmpty ? nil : self[index(endIndex, offsetBy: -1)] }

  @available(*, deprecated, message: "counts clusters; use a view's count, or TextWidth")
  public var count: Int { distance(from: startIndex, to: endIndex) }

  @available(*, deprecated, message: "walks clusters; use keepingScalars(where:)")
  public func filter(_ isWanted: (Character) throws -> Bool) rethrows -> String {
    try String(Substring(self).filter(isWanted))
  }

  @available(*, deprecated, message: "goes on by a cluster; use a view, or dropFirstScalars()")
  public func index(after index: String.Index) -> String.Index { self.index(index, offsetBy: 1) }

  @available(*, deprecated, message: "goes back by a cluster; use a view, or dropLastScalars()")
  public func index(before index: String.Index) -> String.Index { self.index(index, offsetBy: -1) }

  @available(*, deprecated, message: "takes a cluster; use unicodeScalars.removeFirst()")
  @discardableResult
  public mutating func removeFirst() -> Character { remove(at: startIndex) }

  @available(*, deprecated, message: "takes a cluster; use unicodeScalars.removeLast()")
  @discardableResult
  public mutating func removeLast() -> Character { remove(at: index(endIndex, offsetBy: -1)) }
}

extension Substring {
  @available(*, deprecated, message: "compares clusters; use holds(_:)")
  public func contains(_ piece: some StringProtocol) -> Bool { holds(piece) }

  @available(*, deprecated, message: "compares clusters; use begins(with:)")
  public func hasPrefix(_ prefix: String) -> Bool { begins(with: prefix) }

  @available(*, deprecated, message: "compares clusters; use ends(with:)")
  public func hasSuffix(_ suffix: String) -> Bool { ends(with: suffix) }

  @available(*, deprecated, message: "a cluster; use firstScalar")
  public var first: Character? { isEmpty ? nil : self[startIndex] }

  @available(*, deprecated, message: "a cluster; use lastScalar")
  public var last: Character? { isEmpty ? nil : self[index(endIndex, offsetBy: -1)] }

  @available(*, deprecated, message: "counts clusters; use a view's count, or TextWidth")
  public var count: Int { distance(from: startIndex, to: endIndex) }

  @available(*, deprecated, message: "goes on by a cluster; use a view, or dropFirstScalars()")
  public func index(after index: String.Index) -> String.Index { self.index(index, offsetBy: 1) }

  @available(*, deprecated, message: "goes back by a cluster; use a view, or dropLastScalars()")
  public func index(before index: String.Index) -> String.Index { self.index(index, offsetBy: -1) }

  @available(*, deprecated, message: "takes a cluster; use unicodeScalars.removeFirst()")
  @discardableResult
  public mutating func removeFirst() -> Character { remove(at: startIndex) }

  @available(*, deprecated, message: "takes a cluster; use unicodeScalars.removeLast()")
  @discardableResult
  public mutating func removeLast() -> Character { remove(at: index(endIndex, offsetBy: -1)) }
}
