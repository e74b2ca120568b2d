/// What a step that changes things says of itself that it left: two results that any kind may have, lists of sentences.
public struct Remainder: Sendable, Hashable {
  /// The name of the result with what it was there to do and could not. With any a run does not end resolved.
  public static let missing = "remains"
  /// The name of the result with what it left to people, as nothing that there is could do it.
  public static let leftToDo = "left_to_do"

  public private(set) var missing: [String]
  public private(set) var leftToDo: [String]

  /// - Parameter result: of a step.
  public init(_ result: Value) {
    func texts(_ name: String) -> [String] {
      result.mapValue?[.string(name)]?.listValue?.compactMap(\.stringValue) ?? []
    }
    missing = texts(Self.missing)
    leftToDo = texts(Self.leftToDo)
  }

  public init(_ all: [Remainder]) {
    missing = all.flatMap(\.missing)
    leftToDo = all.flatMap(\.leftToDo)
  }

  public var isEmpty: Bool { missing.isEmpty && leftToDo.isEmpty }

  /// What the end of a run says of it; nil where nothing is left.
  public var words: String? {
    let parts = [("did not come back", missing), ("left to do", leftToDo)]
    let texts = parts.filter { !$0.1.isEmpty }.map { "\($0.0): \(Self.listed($0.1))" }
    return texts.isEmpty ? nil : texts.joined(separator: "; ")
  }

  private static func listed(_ texts: [String]) -> String {
    texts.prefix(5).joined(separator: "; ")
      + (texts.count > 5 ? "; and \(texts.count - 5) more" : "")
  }
}
