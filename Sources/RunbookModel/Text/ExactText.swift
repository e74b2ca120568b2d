/// A text that equals another only where all bytes are the same.
///
/// Swift's `==` takes two spellings of one letter for the same, also of signs: U+037E is `;` to it.
public struct ExactText: Hashable, Sendable {
  public let text: Substring

  public init(_ text: some StringProtocol) { self.text = Substring(text) }

  public static func == (left: ExactText, right: ExactText) -> Bool {
    left.text.isIdentical(to: right.text)
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(text.utf8.count)
    for byte in text.utf8 { hasher.combine(byte) }
  }
}
