import RunbookModel

/// The variables that a script is given and nowhere sets: what it makes of them can be told before it runs.
struct KnownVariables {
  private let values: [String: String]

  /// - Parameter script: where a name stands without `$`, it may be set, and is not known.
  init(_ environment: [String: String], in script: String) {
    let scalars = Array(script.unicodeScalars)
    var free: Set<String> = []
    var index = 0
    while index < scalars.count {
      guard Self.isOfName(scalars[index]) else {
        index += 1
        continue
      }
      let end = Self.endOfName(from: index, in: scalars)
      let isReference =
        index > 0 && scalars[index - 1] == "$"
        || index > 1 && scalars[index - 1] == "{" && scalars[index - 2] == "$"
      if !isReference { free.insert(Self.text(scalars[index..<end])) }
      index = end
    }
    values = environment.filter { !free.contains($0.key) }
  }

  /// What `$NAME` or `${NAME}` is, which begins there; nil where that is not known, or the shell would make
  /// several words or a pattern of it.
  func variable(
    at start: Int, of scalars: [Unicode.Scalar], isQuoted: Bool
  ) -> (value: String, end: Int)? {
    let isBraced = start + 1 < scalars.count && scalars[start + 1] == "{"
    let first = start + (isBraced ? 2 : 1)
    let end = Self.endOfName(from: first, in: scalars)
    guard end > first, !isBraced || end < scalars.count && scalars[end] == "}",
      let value = values[Self.text(scalars[first..<end])]
    else { return nil }
    let isPlain = value.unicodeScalars.allSatisfy { !" \t\n*?[".unicodeScalars.contains($0) }
    return isQuoted || isPlain ? (value, isBraced ? end + 1 : end) : nil
  }

  private static func endOfName(from start: Int, in scalars: [Unicode.Scalar]) -> Int {
    var end = start
    while end < scalars.count, isOfName(scalars[end]) { end += 1 }
    return end
  }

  private static func text(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
    var text = String.UnicodeScalarView()
    text.append(contentsOf: scalars)
    return String(text)
  }

  private static func isOfName(_ scalar: Unicode.Scalar) -> Bool {
    scalar.isASCIILetter || scalar.isASCIIDigit || scalar == "_"
  }
}
