/// What a run could not bring back, as its steps say it: three results that any kind may have, lists of sentences.
///
/// `remains` and `left_to_do` are of steps that change things, `lost_for_good` of checks.
public struct Remainder: Sendable, Hashable {
  /// The name of the result with what it was there to do and could not. With any a run does not end resolved.
  public static let missing = "remains"
  /// The name of the result with what it left to people, as nothing that there is could do it.
  public static let leftToDo = "left_to_do"

  /// The name of a check's result with what nothing that the run had could bring back: that is no fault of the recovery,
  /// and is said where the run's end is.
  public static let lostForGood = "lost_for_good"

  public private(set) var missing: [String]
  public private(set) var leftToDo: [String]

  /// - Parameter result: of a step.
  public init(_ result: Value) {
    missing = Self.texts(Self.missing, of: result)
    leftToDo = Self.texts(Self.leftToDo, of: result)
  }

  private static func texts(_ name: String, of result: Value) -> [String] {
    result.mapValue?[.string(name)]?.listValue?.compactMap(\.stringValue) ?? []
  }

  /// What the checks of a run say of what is lost for good; nil where none knows it.
  ///
  /// - Parameter results: of the checks as they were carried out last.
  public static func lossWords(_ results: [Value]) -> String? {
    let lost = results.flatMap { texts(lostForGood, of: $0) }
    return lost.isEmpty ? nil : "lost for good: \(listed(lost))"
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
