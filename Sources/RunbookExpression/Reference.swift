public import RunbookModel

/// A free name that an expression reads, with the fields that follow it.
public struct Reference: Sendable, Hashable {
  /// The name itself: `inputs` in `inputs.auth_url`.
  public let name: String
  /// The constant fields and string indexes after it: `auth_url`; `steps['a'].outcome` has two.
  public let path: [String]
  /// Whether it is the argument of `has()`, which asks whether the last of `path` is there.
  public let isTested: Bool
  /// The text that holds the expression.
  private var source: SourceText
  private let bytes: Range<Int>

  init(name: String, path: [String], isTested: Bool, source: SourceText, bytes: Range<Int>) {
    self.name = name
    self.path = path
    self.isTested = isTested
    self.source = source
    self.bytes = bytes
  }

  /// From the name to the end of the path.
  public var place: Place {
    source.place(fromByte: bytes.lowerBound, toByte: bytes.upperBound)
  }

  /// The same reference in the same text at another place; nil when the text is another.
  public func standing(in other: SourceText) -> Reference? {
    guard other.text.utf8.elementsEqual(source.text.utf8) else { return nil }
    var moved = self
    moved.source = other
    return moved
  }
}
