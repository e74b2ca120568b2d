import RunbookModel

/// A shell script as far as is needed to see what it starts and does not wait for: words and operators,
/// without comments, and what is quoted as part of its word.
///
/// It is no parser: a hint for the author, never what correctness rests on.
package struct ScriptWords {
  private enum Piece: Equatable {
    case word(String)
    /// `&`
    case background
    /// `|`, and `|&`
    case pipe
    /// `||`
    case orElse
    /// What ends a command otherwise: `;`, a line's end, `&&`, `(`, `)`.
    case end

    var text: String? { if case .word(let text) = self { text } else { nil } }
    var isWord: Bool { if case .word = self { true } else { false } }
  }

  private var pieces: [Piece] = []

  /// Programs that let another go on by itself.
  private static let launchers: Set<String> = [
    "nohup", "setsid", "disown", "systemd-run", "start-stop-daemon", "daemonize", "--daemonize",
    "--daemon", "--background",
  ]

  package init(_ script: String) {
    let bytes = Array(script.utf8)
    var word: [UInt8]?
    var position = 0
    var brackets = 0
    func byte(_ index: Int) -> UInt8? { bytes.indices.contains(index) ? bytes[index] : nil }
    func endWord() {
      if let word { pieces.append(.word(String(decoding: word, as: UTF8.self))) }
      word = nil
    }
    // `a | b)` in a `case`.
    func endLabel() {
      var index = pieces.count - 1
      while index >= 0, pieces[index] != .end {
        if pieces[index] == .pipe { pieces[index] = .end }
        index -= 1
      }
    }
    while let current = byte(position) {
      position += 1
      switch current {
      case UInt8(ascii: "\\"):
        // A line that goes on in the next.
        if let next = byte(position), next != UInt8(ascii: "\n") { word = (word ?? []) + [next] }
        position += 1
      case UInt8(ascii: "'"), UInt8(ascii: "\""):
        word = word ?? []
        while let next = byte(position), next != current {
          if next == UInt8(ascii: "\\"), current == UInt8(ascii: "\"") { position += 1 }
          if let inner = byte(position) { word?.append(inner) }
          position += 1
        }
        position += 1
      case UInt8(ascii: "#") where word == nil:
        while let next = byte(position), next != UInt8(ascii: "\n") { position += 1 }
      case UInt8(ascii: "&"):
        let isRedirection = word?.last == UInt8(ascii: ">") || word?.last == UInt8(ascii: "<")
        if isRedirection || byte(position) == UInt8(ascii: ">") {
          word = (word ?? []) + [current]
        } else if byte(position) == UInt8(ascii: "&") {
          endWord()
          pieces.append(.end)
          position += 1
        } else {
          endWord()
          pieces.append(.background)
        }
      case UInt8(ascii: "|") where word?.last == UInt8(ascii: ">"): break
      case UInt8(ascii: "|"):
        endWord()
        let isOr = byte(position) == UInt8(ascii: "|")
        if isOr || byte(position) == UInt8(ascii: "&") { position += 1 }
        pieces.append(isOr ? .orElse : .pipe)
      case UInt8(ascii: "("):
        endWord()
        brackets += 1
        pieces.append(.end)
      case UInt8(ascii: ")"):
        endWord()
        if brackets == 0 { endLabel() }
        brackets = max(0, brackets - 1)
        pieces.append(.end)
      case UInt8(ascii: ";"), UInt8(ascii: "\n"):
        endWord()
        pieces.append(.end)
      case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"):
        endWord()
      default:
        word = (word ?? []) + [current]
      }
    }
    endWord()
  }

  /// What in it lets something go on that nothing waits for: a word of the script, for people; nil where
  /// nothing is seen.
  package var startsInBackground: String? {
    let commands = pieces.split { !$0.isWord }.map { command in
      command.compactMap { if case .word(let text) = $0 { Self.name(text) } else { nil } }
    }
    for command in commands {
      if let launcher = command.first(where: { Self.launchers.contains($0) }) {
        return "`\(launcher)`"
      }
      let isServer = command.contains { ["pg_ctl", "pg_ctlcluster"].contains($0) }
      if isServer, command.contains("start") || command.contains("restart") {
        return "`pg_ctl start`"
      }
    }
    let waits = commands.contains { $0.contains("wait") }
    return pieces.contains(.background) && !waits ? "`&`" : nil
  }

  /// What in it keeps that a command failed from the script's exit code: a piece of the script, for people; nil where
  /// nothing is seen. What stands in quotes is not looked at.
  ///
  /// - Parameter isPipefail: whether the shell is told so from outside.
  package func swallowsFailure(isPipefail: Bool) -> String? {
    let isPipefail =
      isPipefail
      || pieces.contains { if case .word("pipefail") = $0 { true } else { false } }
    var start = pieces.startIndex
    for (index, piece) in pieces.enumerated() where !piece.isWord {
      defer { start = index + 1 }
      switch piece {
      case .pipe where !isPipefail:
        if let program = Self.program(pieces[start..<index]) { return "`\(program) | …`" }
      case .orElse:
        let next = pieces[(index + 1)...].prefix(while: \.isWord).compactMap(\.text)
        if [["true"], [":"], ["exit", "0"]].contains(next) {
          return "`|| \(next.joined(separator: " "))`"
        }
      case .pipe, .background, .end, .word: break
      }
    }
    return nil
  }

  /// The program of a command that can fail to be what it says; nil of `echo`, `printf` and their like.
  private static func program(_ command: ArraySlice<Piece>) -> String? {
    let words = command.compactMap(\.text)
    let first = words.first { word in
      !["if", "while", "until", "then", "do", "else", "elif", "!", "{", "time"].contains(word)
        && !word.holds("=")
    }
    guard let name = first.map(name), !["echo", "printf", "true", ":"].contains(name) else {
      return nil
    }
    return name
  }

  /// A program's own name.
  private static func name(_ word: String) -> String {
    word.pieces(separatedBy: "/").last.map(String.init) ?? word
  }
}
