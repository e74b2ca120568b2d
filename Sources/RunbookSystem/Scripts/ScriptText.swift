import Glibc
import RunbookModel

/// What is read out of the text of a script, or of what one runs.
enum ScriptText {
  /// Bytes of a file that is read.
  static let largest = 256 << 10

  /// By which a file of SQL has psql read or run more.
  static func commandsOfPSQL(at path: String) -> [String] {
    guard path.ends(with: ".sql") || path.ends(with: ".psql"),
      let bytes = FileContent.bytes(of: path, most: largest)
    else { return [] }
    let lines = String(decoding: bytes, as: UTF8.self).pieces(separatedBy: "\n")
    return lines.compactMap { line in
      let text = String(line).trimming { $0 == " " || $0 == "\t" || $0 == "\r" }
      let reads = ["\\i ", "\\ir ", "\\include", "\\!", "\\copy", "\\gexec"]
      return reads.contains { text.begins(with: $0) } ? String(text.prefixOfScalars(80)) : nil
    }
  }

  static func isShell(_ path: String) -> Bool {
    let name = path.pieces(separatedBy: "/").last.map(String.init) ?? path
    return ["sh", "bash", "dash", "ksh", "zsh", "ash"].contains(name)
  }

  /// The text of a file that is a script, and whether it is a shell's; nil where it is none.
  ///
  /// - Parameter isRun: whether a script runs it or reads it in.
  static func script(at path: String, _ isRun: Bool) -> (text: String, isShell: Bool)? {
    guard let bytes = FileContent.bytes(of: path, most: largest), !bytes.contains(0) else {
      return nil
    }
    let text = String(decoding: bytes, as: UTF8.self)
    guard text.begins(with: "#!") else {
      let isNamed = path.ends(with: ".sh") || path.ends(with: ".bash")
      return isRun || isNamed ? (text, true) : nil
    }
    let first = text.pieces(separatedBy: "\n").first.map(String.init) ?? ""
    let words = first.pieces { " \t#!\r".unicodeScalars.contains($0) }.map(String.init)
    let program = words.first { !$0.ends(with: "/env") && !$0.begins(with: "-") } ?? ""
    return (text, isShell(program))
  }

  /// Words of a script that may name a file; none that is only written to.
  static func names(in text: String) -> [String] {
    var names: [String] = []
    var isTarget = false
    for word in text.pieces(whereSeparator: endsWord) {
      if word.ends(with: ">") {
        isTarget = true
        continue
      }
      if !isTarget { names.append(String(word.dropScalars { $0 == "<" })) }
      isTarget = false
    }
    return names
  }

  /// Names behind a `$`, also within braces.
  static func references(in text: String) -> [ExactText] {
    let pieces = text.pieces(separatedBy: "$", omittingEmptySubsequences: false).dropFirst()
    return pieces.compactMap { piece in
      let name = piece.unicodeScalars.drop { "{#!".unicodeScalars.contains($0) }.prefix(
        while: isOfName)
      guard let first = name.first, !("0"..."9").contains(first) else { return nil }
      return ExactText(String(String.UnicodeScalarView(name)))
    }
  }

  static func isOfName(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "a"..."z", "A"..."Z", "0"..."9", "_": true
    default: false
    }
  }

  private static func endsWord(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case " ", "\t", "\n", "\r", ";", "|", "=", "&", "(", ")", "\"", "'", "`", "$", "{", "}": true
    default: false
    }
  }
}
