import RunbookModel

extension ShellScan {
  /// A word as it is written, and as the shell takes it.
  package struct Word {
    package var raw = ""
    /// Without its quotes.
    package var text = ""
    /// Whether a value or a program's output is put into it.
    package var isDynamic = false
    /// Whether it is a pattern of names.
    package var isPattern = false
    package var isQuoted = false
    /// Whether an unquoted brace was opened in it: several names may follow.
    package var isInBraces = false
    /// Whether a part of it turns out only when it runs: none that is merely what the script is called with.
    package var isUnknown = false
    /// Whether it has variables that may have one of several values.
    package var hasChoices = false
    /// Whether its command writes to what it names.
    package var isWritten = false

    var isRest: Bool { text.isEmpty && !isDynamic && raw.unicodeScalars.count == 1 }

    var asUnknown: Word {
      var other = with(text: raw)
      (other.isDynamic, other.isUnknown) = (true, true)
      return other
    }

    /// Whether it may be the name of a file that turns out only when it runs: none that holds what a name does not.
    var isUnknownName: Bool {
      guard isDynamic, isUnknown, !isAssignment, !text.holds("://") else { return false }
      let own = ShellScan.pattern(of: text)
      return !own.unicodeScalars.contains { " \t\n'\";<>|&".unicodeScalars.contains($0) }
    }

    func with(text: String) -> Word {
      var other = self
      other.text = text
      return other
    }

    mutating func put(_ name: String, _ values: [KnownVariables.Candidate]) {
      guard values.count != 1 || values[0].isPattern else {
        text += values[0].text
        return
      }
      hasChoices = true
      text += KnownVariables.mark + name + KnownVariables.mark
    }

    /// Whether what it names is not in the text: a tilde leads to a folder of the account.
    package var isOpen: Bool {
      isDynamic || isPattern || text.begins(with: "~") && !isOfHome && !isQuotedTilde
    }
    private var isQuotedTilde: Bool { !raw.begins(with: "~") }
    /// Whether it begins with the folder of the account that runs it.
    private var isOfHome: Bool {
      raw.begins(with: "~/") || raw.unicodeScalars.count == 1 && raw.begins(with: "~")
    }
    /// It as a file's name.
    package var path: String {
      isOfHome ? ShellScan.home + String(text.dropping(prefix: "~")) : text
    }
    /// What of it may be a file's name: the word, the value of an option or a setting in it.
    package var names: [String] {
      var names = [path]
      if let (_, value) = text.halves(at: "="), !value.isEmpty { names.append(String(value)) }
      if isOption, !text.begins(with: "--"), text.utf8.count > 2 {
        names.append(String(text.dropFirstScalars(2)))
      }
      // `@FILE`, `NAME@FILE`, `NAME=@FILE;type=…`: what is in the file (curl, http, jq's like).
      return names
        + names.compactMap { $0.halves(at: "@") }.flatMap { pair in
          [String(pair.after), String(pair.after.prefixOfScalars { $0 != ";" && $0 != "," })]
        }
    }
    /// `names`, with `*` for each part that only turns out when it runs.
    package var patterns: [String] { Word(text: ShellScan.pattern(of: path)).names }
    /// What stands there where a variable has no value: `${NAME:-this}`.
    package var defaults: [String] { isDynamic ? ShellScan.defaults(in: text) : [] }
    /// Whether an ending is there of what it names: `$NAME.sql`.
    package var isNameInPart: Bool {
      guard !isAssignment, !text.holds("://") else { return false }
      let pattern = ShellScan.pattern(of: text)
      return pattern.unicodeScalars.contains("*")
        && pattern.pieces(separatedBy: "*").contains { $0.begins(with: ".") && $0.utf8.count > 1 }
    }
    package var isOption: Bool { text.begins(with: "-") && text != "-" }
    /// `-c`, also among other letters: `-ec`.
    package var isScriptOption: Bool {
      isOption && !text.begins(with: "--") && text.ends(with: "c")
    }

    package var isAssignment: Bool {
      guard let equals = text.index(ofFirst: "="), !isQuoted || raw.begins(with: text[..<equals])
      else {
        return false
      }
      let name = text[..<equals].unicodeScalars
      return name.first?.isASCIILetter == true || name.first == "_"
        ? name.allSatisfy { $0.isASCIILetter || $0.isASCIIDigit || $0 == "_" } : false
    }

    /// Whether all that it may name lies in one folder: what is there is found before the script runs.
    package var isOfOneFolder: Bool {
      guard isPattern, !isDynamic, !text.begins(with: "~"), !text.holds("{") else { return false }
      let folders = text.pieces(separatedBy: "/", omittingEmptySubsequences: false).dropLast()
      return folders.allSatisfy {
        !$0.unicodeScalars.contains { "*?[".unicodeScalars.contains($0) }
      }
    }
    /// Whether it names files, and which ones only turns out when it runs.
    package var isUnknownFile: Bool {
      guard isOpen, !isOption, !isAssignment, !isOfOneFolder, !text.holds("://") else {
        return false
      }
      if text.holds("/") { return true }
      return isPattern && text.unicodeScalars.contains(".")
    }
  }
}

extension ShellScan {
  /// A word's text with `*` for what the shell puts there as it runs, and for what it looks for among files.
  static func pattern(of text: String) -> String {
    let scalars = Array(text.unicodeScalars)
    var pattern = String.UnicodeScalarView()
    var index = 0
    func put() { if pattern.last != "*" { pattern.append("*") } }
    while index < scalars.count {
      let scalar = scalars[index]
      index += 1
      switch scalar {
      case "*", "?", "`": put()
      case "[":
        put()
        if let end = scalars[index...].firstIndex(of: "]") { index = end + 1 }
      case "$":
        put()
        guard index < scalars.count else { continue }
        if scalars[index] == "{" {
          index = (scalars[index...].firstIndex(of: "}") ?? scalars.count - 1) + 1
        } else if isOfName(scalars[index]) {
          let isDigit = scalars[index].isASCIIDigit
          index += 1
          while !isDigit, index < scalars.count, isOfName(scalars[index]) { index += 1 }
        } else if "@*#?-$!".unicodeScalars.contains(scalars[index]) {
          index += 1
        }
      default: pattern.append(scalar)
      }
    }
    return String(pattern)
  }

  static func defaults(in text: String) -> [String] {
    text.pieces(separatedBy: "${", omittingEmptySubsequences: false).dropFirst().compactMap {
      let inner = $0.prefixOfScalars { $0 != "}" }
      let rest = inner.dropScalars { isOfName($0) }.dropScalars { $0 == ":" }
      guard let sign = rest.unicodeScalars.first, "-=+".unicodeScalars.contains(sign) else {
        return nil
      }
      let word = String(rest.dropFirstScalars(1))
      return word.isEmpty ? nil : word
    }
  }

  private static func isOfName(_ scalar: Unicode.Scalar) -> Bool {
    scalar.isASCIILetter || scalar.isASCIIDigit || scalar == "_"
  }
}
