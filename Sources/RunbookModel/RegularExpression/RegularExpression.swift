/// A regular expression in RE2's syntax, <https://github.com/google/re2/wiki/Syntax>, that takes time
/// in proportion to the text's length times its own, whatever either is.
///
/// Of that syntax, scripts (`\p{Greek}`) and `\C` are left out. It works on Unicode scalars.
public struct RegularExpression: Sendable {
  public let pattern: String
  /// The names of the groups, whose number is the index; group 0 is the whole match.
  public let groupNames: [String?]
  let node: PatternNode
  private let program: Program
  private let starts: StartSet
  /// nil for a large program.
  private let bits: BitMachine?

  /// - Throws: `RegularExpressionError` when the pattern is not in the syntax, or too large.
  public init(_ pattern: String) throws(RegularExpressionError) {
    var parser = PatternParser(pattern)
    node = try parser.parse()
    self.pattern = pattern
    groupNames = parser.names
    program = try Program(node, groupCount: groupNames.count)
    starts = StartSet(program)
    bits = BitMachine(program, starts)
  }

  /// Whether any part of the text matches.
  public func matches(_ text: String) -> Bool {
    var text = text
    return text.withUTF8 { matches(utf8: $0) }
  }

  /// Whether any part of the text matches, if that is found out within bounds.
  ///
  /// - Parameter work: what it may cost, in steps of the pattern that are looked at; less what it did cost
  ///   afterwards, and below zero when it was not enough.
  /// - Returns: nil when it was not enough.
  public func matches(_ text: String, work: inout Int) -> Bool? {
    var text = text
    return text.withUTF8 { matches(utf8: $0, work: &work) }
  }

  /// Whether any part of a text in UTF-8 matches, if that is found out within bounds, as `matches(_:work:)`.
  public func matches(utf8 text: UnsafeBufferPointer<UInt8>, work: inout Int) -> Bool? {
    if let bits {
      work -= text.count / 8 + 1
      return work < 0 ? nil : bits.matches(text)
    }
    var machine = Machine(program, starts, text, slotCount: 0, work: work)
    machine.run()
    work = machine.work - text.count / 8 - 1
    return work < 0 ? nil : machine.result != nil
  }

  /// How many steps the pattern comes to, its repetitions laid out.
  public var size: Int { program.steps.count }

  /// Whether any part of a text in UTF-8 matches. Bytes that are not valid UTF-8 are part of no match.
  public func matches(utf8 text: UnsafeBufferPointer<UInt8>) -> Bool {
    if let bits { return bits.matches(text) }
    var machine = Machine(program, starts, text, slotCount: 0)
    machine.run()
    return machine.result != nil
  }

  /// The leftmost match, and of those that begin there the one that the pattern prefers.
  public func firstMatch(in text: String) -> Match? {
    var work = Int.max
    return firstMatch(in: text, work: &work)
  }

  /// The same, if it is found within bounds; below zero, `work` was not enough.
  public func firstMatch(in text: String, work: inout Int) -> Match? {
    var bytes = text
    return bytes.withUTF8 { bytes in
      var machine = Machine(program, starts, bytes, slotCount: program.slotCount, work: work)
      machine.run()
      work = machine.work
      guard work >= 0 else { return nil }
      return machine.result.map { Match(text: text, names: groupNames, ends: $0) }
    }
  }

  /// Where a regular expression was found in a text.
  public struct Match: Sendable {
    private let text: String
    private let names: [String?]
    private let ends: [Int]

    fileprivate init(text: String, names: [String?], ends: [Int]) {
      self.text = text
      self.names = names
      self.ends = ends
    }

    /// The whole of what matched.
    public var matched: Substring { self[0] ?? "" }

    /// What a group matched; nil when it took no part or does not exist.
    public subscript(group: Int) -> Substring? {
      guard group >= 0, group * 2 + 1 < ends.count, ends[group * 2] >= 0, ends[group * 2 + 1] >= 0
      else { return nil }
      let utf8 = text.utf8
      let start = utf8.index(utf8.startIndex, offsetBy: ends[group * 2])
      return text[start..<utf8.index(utf8.startIndex, offsetBy: ends[group * 2 + 1])]
    }

    /// What a named group matched; nil when it took no part or does not exist.
    public subscript(name: String) -> Substring? {
      names.firstIndex(of: name).flatMap { self[$0] }
    }
  }
}
