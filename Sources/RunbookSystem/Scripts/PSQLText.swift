import RunbookModel

/// What a text has psql read or run besides: https://www.postgresql.org/docs/current/app-psql.html
///
/// It may stand anywhere in a line, but not within quotes, comments and the rows behind a `COPY … FROM STDIN`.
enum PSQLText {
  /// - Returns: each with what it is given, as far as the line goes.
  static func commands(in text: String) -> [String] {
    var reader = Reader(scalars: Array(text.unicodeScalars))
    let found = reader.read()
    // Where a quotation has no end, or was misread, what stands in it may be no part of one.
    return reader.isBroken ? loose(in: text) : found
  }

  /// Wherever they stand, of a text that is only given to psql in the end.
  static func loose(in text: String) -> [String] {
    let scalars = Array(text.unicodeScalars)
    return scalars.indices.compactMap { place in
      guard scalars[place] == "\\" else { return nil }
      return command(at: place, of: scalars, among: running)
    }
  }

  private static let running: Set = [
    "i", "ir", "include", "include_relative", "!", "copy", "gexec", "lo_import", "setenv",
  ]
  /// With a file or a program behind them.
  private static let leading: Set = [
    "g", "gx", "o", "out", "w", "write", "e", "edit", "ef", "ev", "s", "r", "c", "connect", "cd",
  ]

  fileprivate static func command(
    at place: Int, of scalars: [Unicode.Scalar], among names: Set<String>
  ) -> String? {
    var name = ""
    var end = place + 1
    if end < scalars.count, scalars[end] == "!" {
      (name, end) = ("!", end + 1)
    } else {
      while end < scalars.count, scalars[end].isASCIILetter || scalars[end] == "_" {
        name.unicodeScalars.append(scalars[end])
        end += 1
      }
    }
    var line = String.UnicodeScalarView()
    for scalar in scalars[place...].prefix(while: { $0 != "\n" }).prefix(80) { line.append(scalar) }
    let shown = String(String(line).trimming { $0 == " " || $0 == "\t" || $0 == "\r" })
    if names.contains(name) { return shown }
    let rest = String(shown.dropScalars { $0 == "\\" || $0.isASCIILetter || $0 == "_" })
    // A program of the shell's may be the value of any.
    let isRun = rest.holds("`") || rest.holds("|")
    return isRun || leading.contains(name) && !rest.trimming { $0 == " " || $0 == ";" }.isEmpty
      ? shown : nil
  }

  private struct Reader {
    let scalars: [Unicode.Scalar]
    private(set) var isBroken = false
    private var index = 0
    private var line = String.UnicodeScalarView()

    init(scalars: [Unicode.Scalar]) { self.scalars = scalars }

    mutating func read() -> [String] {
      var found: [String] = []
      while index < scalars.count {
        let scalar = scalars[index]
        switch scalar {
        case "'": quoted(by: "'", escapes: isEscaping)
        case "\"": quoted(by: "\"", escapes: false)
        case "-" where next == "-": skip(to: "\n")
        case "/" where next == "*": skip(beyond: "*/")
        case "$":
          guard let tag = dollarTag else {
            index += 1
            continue
          }
          index += tag.unicodeScalars.count
          skip(beyond: tag)
        case "\\":
          if let one = PSQLText.command(
            at: index, of: scalars, among: PSQLText.running)
          {
            found.append(one)
          }
          index += 2
        case ";":
          index += 1
          if isCopy { skip(beyond: "\n\\.") }
          line = String.UnicodeScalarView()
        default:
          line.append(scalar)
          index += 1
        }
      }
      return found
    }

    private var next: Unicode.Scalar? {
      index + 1 < scalars.count ? scalars[index + 1] : nil
    }

    /// `E'…'`, in which a `\` takes away what the next sign means.
    private var isEscaping: Bool {
      guard index > 0, scalars[index - 1] == "e" || scalars[index - 1] == "E" else { return false }
      return index < 2 || !(scalars[index - 2].isASCIILetter || scalars[index - 2].isASCIIDigit)
    }

    private var isCopy: Bool {
      let text = String(line).lowercased()
      let words = text.pieces { $0 == " " || $0 == "\t" || $0 == "\n" || $0 == "\r" }
      return words.first == "copy" && words.contains("stdin")
    }

    private var dollarTag: String? {
      var tag = String.UnicodeScalarView("$".unicodeScalars)
      var end = index + 1
      while end < scalars.count,
        scalars[end].isASCIILetter || scalars[end].isASCIIDigit || scalars[end] == "_"
      {
        tag.append(scalars[end])
        end += 1
      }
      guard end < scalars.count, scalars[end] == "$" else { return nil }
      tag.append("$")
      return String(tag)
    }

    private mutating func quoted(by mark: Unicode.Scalar, escapes: Bool) {
      index += 1
      while index < scalars.count, scalars[index] != mark {
        index += escapes && scalars[index] == "\\" ? 2 : 1
      }
      if index >= scalars.count { isBroken = true }
      index += 1
    }

    private mutating func skip(to end: Unicode.Scalar) {
      while index < scalars.count, scalars[index] != end { index += 1 }
    }

    private mutating func skip(beyond end: String) {
      let end = Array(end.unicodeScalars)
      while index < scalars.count {
        if scalars[index...].starts(with: end) {
          index += end.count
          return
        }
        index += 1
      }
      isBroken = true
    }
  }
}
