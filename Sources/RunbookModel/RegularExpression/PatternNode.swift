/// A part of a regular expression as it was written.
indirect enum PatternNode: Sendable {
  case empty
  case scalar(UInt32, foldsCase: Bool)
  case set(ScalarSet)
  /// A dot.
  case any(matchesNewline: Bool)
  case assertion(Assertion)
  case group(PatternNode, capture: Int)
  case sequence([PatternNode])
  case alternatives([PatternNode])
  case repetition(PatternNode, least: Int, most: Int?, isGreedy: Bool)
}

enum Assertion: Sendable {
  case textStart, textEnd, lineStart, lineEnd, wordBoundary, noWordBoundary
}
