import RunbookModel

/// The words of a script, one by one.
struct ShellWords {
  enum Item {
    case word(ShellScan.Word)
    /// The next word is written to, or read.
    case output, input
    /// The next word is no file.
    case other
    /// A line ends, and with it the texts that its commands are given.
    case documents([String])
    /// A command ends, or another begins within it.
    case end
  }

  private let scalars: [Unicode.Scalar]
  private var index = 0
  private var pending: [Item] = []
  /// Ends of the texts that follow at the next line.
  private var documents: [String] = []
  /// Whether what comes next stands within double quotes.
  private var isInQuotes = false
  /// Commands within words that are open: whether in backquotes, and whether their word is in double quotes.
  private var open: [(isBackquoted: Bool, isInQuotes: Bool)] = []
  private var awaitsDocument = false
  /// Whether a quotation mark, a bracket or a text has no end.
  private(set) var isBroken = false

  private let known: KnownVariables

  init(_ script: String, _ known: KnownVariables) {
    scalars = Array(script.unicodeScalars)
    self.known = known
  }

  mutating func next() -> Item? {
    if !pending.isEmpty { return pending.removeFirst() }
    while index < scalars.count {
      if isInQuotes { return word() }
      let scalar = scalars[index]
      switch scalar {
      case " ", "\t", "\r": index += 1
      case "\n":
        index += 1
        return .documents(takeDocuments())
      case "#":
        while index < scalars.count, scalars[index] != "\n" { index += 1 }
      case ")", "`":
        guard let last = open.last, last.isBackquoted == (scalar == "`") else {
          if scalar == "`" { open.append((true, false)) }
          index += 1
          return .end
        }
        open.removeLast()
        index += 1
        isInQuotes = last.isInQuotes
        return .end
      case ";", "&", "|", "(":
        index += 1
        if scalar == "(" { open.append((false, false)) }
        return .end
      case "<", ">": return redirection(scalar)
      default:
        if let item = word() { return item }
      }
    }
    if !open.isEmpty || !documents.isEmpty { isBroken = true }
    return nil
  }

  private mutating func redirection(_ scalar: Unicode.Scalar) -> Item? {
    var sign = ""
    while index < scalars.count, "<>&|-".unicodeScalars.contains(scalars[index]) {
      sign.unicodeScalars.append(scalars[index])
      index += 1
    }
    if sign.begins(with: "<<"), !sign.begins(with: "<<<") {
      awaitsDocument = true
      return next()
    }
    if sign.begins(with: "<<<") || sign.ends(with: "&") { return .other }
    return scalar == ">" ? .output : .input
  }

  private mutating func takeDocuments() -> [String] {
    var texts: [String] = []
    for end in documents {
      var text = String.UnicodeScalarView()
      var isEnded = false
      while index < scalars.count, !isEnded {
        var line = String.UnicodeScalarView()
        while index < scalars.count, scalars[index] != "\n" {
          line.append(scalars[index])
          index += 1
        }
        index += 1
        isEnded = String(line).trimming(where: { $0 == "\t" || $0 == "\r" }) == end
        if !isEnded {
          text += line
          text.append("\n")
        }
      }
      if !isEnded { isBroken = true }
      texts.append(String(text))
    }
    documents = []
    return texts
  }

  /// - Returns: nil where nothing of it is a word of a command.
  private mutating func word() -> Item? {
    var word = ShellScan.Word()
    var isEnded = false
    while index < scalars.count, !isEnded {
      let scalar = scalars[index]
      switch scalar {
      case "\\":
        take(&word, raw: 2, text: index + 1 < scalars.count ? scalars[index + 1] : nil)
      case "'":
        word.isQuoted = true
        takeQuoted(&word)
      case "\"":
        word.isQuoted = true
        isInQuotes.toggle()
        take(&word, raw: 1, text: nil)
      case "$":
        if let variable = known.variable(at: index, of: scalars, isQuoted: isInQuotes) {
          take(&word, raw: variable.end - index, text: nil)
          word.text += variable.value
          continue
        }
        word.isDynamic = true
        if let end = arithmeticEnd {
          take(&word, raw: end - index, text: "$")
          continue
        }
        let isCommand = index + 1 < scalars.count && scalars[index + 1] == "("
        take(&word, raw: 1, text: "$")
        guard isCommand else { continue }
        // What stands in it is a command of its own.
        take(&word, raw: 1, text: "(")
        open.append((false, isInQuotes))
        isInQuotes = false
        pending.append(.end)
        isEnded = true
      case "`" where open.last?.isBackquoted == true:
        // The command that began at the last one ends before it.
        isInQuotes = false
        isEnded = true
      case "`":
        word.isDynamic = true
        take(&word, raw: 1, text: "`")
        open.append((true, isInQuotes))
        isInQuotes = false
        pending.append(.end)
        isEnded = true
      case "*" where !isInQuotes, "?" where !isInQuotes, "[" where !isInQuotes:
        word.isPattern = word.isPattern || !isTest
        take(&word, raw: 1, text: scalar)
      case "," where !isInQuotes && word.isInBraces:
        word.isPattern = true
        take(&word, raw: 1, text: scalar)
      case "{" where !isInQuotes:
        // In `${NAME}` it is none of names.
        if word.raw.unicodeScalars.last != "$" { word.isInBraces = true }
        take(&word, raw: 1, text: scalar)
      case " " where !isInQuotes, "\t" where !isInQuotes, "\r" where !isInQuotes,
        "\n" where !isInQuotes, ";" where !isInQuotes, "&" where !isInQuotes,
        "|" where !isInQuotes, "(" where !isInQuotes, ")" where !isInQuotes,
        "<" where !isInQuotes, ">" where !isInQuotes:
        isEnded = true
      default: take(&word, raw: 1, text: scalar)
      }
    }
    if index >= scalars.count, isInQuotes {
      isInQuotes = false
      isBroken = true
    }
    // The number of the file that a redirection is for.
    if index < scalars.count, scalars[index] == "<" || scalars[index] == ">", !word.isQuoted,
      !word.text.isEmpty, word.text.unicodeScalars.allSatisfy(\.isASCIIDigit), !awaitsDocument
    {
      return nil
    }
    if awaitsDocument {
      awaitsDocument = false
      documents.append(word.text)
      return nil
    }
    return .word(word)
  }

  /// Where the arithmetic ends that begins here; nil where none does, or it may be commands.
  private var arithmeticEnd: Int? {
    guard index + 2 < scalars.count, scalars[index + 1] == "(", scalars[index + 2] == "(" else {
      return nil
    }
    var depth = 0
    for end in (index + 1)..<scalars.count {
      let scalar = scalars[end]
      if scalar == "(" { depth += 1 }
      if scalar == ")" { depth -= 1 }
      if depth == 0 { return scalars[end - 1] == ")" ? end + 1 : nil }
      let isArithmetic =
        scalar.isASCIILetter || scalar.isASCIIDigit
        || "_ +-*%<>=!&|^?:,$()".unicodeScalars.contains(scalar)
      guard isArithmetic else { return nil }
    }
    return nil
  }

  /// Whether the bracket that begins here is the program `[`.
  private var isTest: Bool {
    scalars[index] == "["
      && (index + 1 >= scalars.count || [" ", "["].contains(scalars[index + 1]))
  }

  private mutating func take(
    _ word: inout ShellScan.Word, raw count: Int, text: Unicode.Scalar?
  ) {
    for scalar in scalars[index..<min(index + count, scalars.count)] {
      word.raw.unicodeScalars.append(scalar)
    }
    if let text { word.text.unicodeScalars.append(text) }
    index += count
  }

  private mutating func takeQuoted(_ word: inout ShellScan.Word) {
    take(&word, raw: 1, text: nil)
    while index < scalars.count, scalars[index] != "'" {
      take(&word, raw: 1, text: scalars[index])
    }
    if index < scalars.count { take(&word, raw: 1, text: nil) } else { isBroken = true }
  }
}

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
      // `@FILE`: what is in the file (curl, http, jq's like).
      return names + names.filter { $0.begins(with: "@") }.map { String($0.dropping(prefix: "@")) }
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
