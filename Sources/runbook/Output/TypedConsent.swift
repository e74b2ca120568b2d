import RunbookModel

/// A decision that wants a word to be typed at the terminal, so that a slip of the fingers is none.
struct TypedConsent {
  let console: Console
  /// What is to be typed.
  let word: String
  /// What that does, as an infinitive: "skip step 'fix'".
  let what: String

  enum Answer: Sendable, Hashable {
    case given, declined
    /// Nothing that was typed is an answer.
    case unclear
    /// Nobody can be asked.
    case unavailable
  }

  /// How often it is asked.
  private static let mostQuestions = 5

  func ask() -> Answer {
    guard console.canAsk else { return .unavailable }
    for _ in 1...Self.mostQuestions {
      console.ask("Type '\(word)' to \(what), 'no' to leave it as it is: ")
      guard let line = readLine() else {
        console.print("")
        return .declined
      }
      let typed = TypedWord(line)
      if typed.isExactly(word) { return .given }
      if typed.isNo { return .declined }
      console.print("  \(typed.fault(wanting: word))")
    }
    return .unclear
  }
}

/// What somebody typed where a certain word is wanted.
struct TypedWord {
  private let text: String

  init(_ line: String) { text = String(line.trimming { $0.isWhitespace }) }

  func isExactly(_ word: String) -> Bool { text.isIdentical(to: word) }

  var isNo: Bool { ["n", "no"].contains { text.lowercased().isIdentical(to: $0) } }

  /// What is wrong with it, and what was wanted.
  func fault(wanting word: String) -> String {
    let what = text.isEmpty ? "Nothing was typed" : "'\(text)' was typed"
    return "\(what): it takes '\(word)' or 'no'."
  }
}
