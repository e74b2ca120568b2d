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
    case documents([Document])
    /// A command ends.
    case end
    /// A command begins within a word of another, or ends there.
    case open, close
    /// What came before was none: a pattern of a `case`.
    case label
  }

  /// A text that a command is given by `<<`.
  struct Document {
    let text: String
    /// Whether nothing is put into it: its end was quoted.
    let isLiteral: Bool
  }

  private let scalars: [Unicode.Scalar]
  /// Whether it is such a text, in which marks of quotation are signs as others.
  private let isDocument: Bool
  private var index = 0
  private var pending: [Item] = []
  /// Ends of the texts that follow at the next line.
  private var documents: [(end: String, isLiteral: Bool)] = []
  private(set) var comments: [Range<Int>] = []
  /// In how many commands within words the last word began.
  private(set) var depth = 0
  /// Whether what comes next stands within double quotes.
  private var isInQuotes = false
  /// Commands within words that are open: whether in backquotes, and whether their word is in double quotes.
  private var open: [(isBackquoted: Bool, isInQuotes: Bool, isOfWord: Bool)] = []
  private var awaitsDocument = false
  /// Whether a quotation mark, a bracket or a text has no end.
  private(set) var isBroken = false

  private let known: KnownVariables

  init(_ script: String, _ known: KnownVariables, isDocument: Bool = false) {
    scalars = Array(script.unicodeScalars)
    self.known = known
    self.isDocument = isDocument
    isInQuotes = isDocument
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
      case "\\" where index + 1 < scalars.count && scalars[index + 1] == "\n": index += 2
      case "#":
        let start = index
        while index < scalars.count, scalars[index] != "\n" { index += 1 }
        comments.append(start..<index)
      case ")", "`":
        guard let last = open.last, last.isBackquoted == (scalar == "`") else {
          index += 1
          guard scalar == "`" else { return open.isEmpty ? .label : .end }
          open.append((true, false, true))
          return .open
        }
        open.removeLast()
        index += 1
        isInQuotes = last.isInQuotes
        return last.isOfWord ? .close : .end
      case ";", "&", "|", "(":
        index += 1
        if scalar == "(" { open.append((false, false, false)) }
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

  private mutating func takeDocuments() -> [Document] {
    var texts: [Document] = []
    for (end, isLiteral) in documents {
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
      texts.append(Document(text: String(text), isLiteral: isLiteral))
    }
    documents = []
    return texts
  }

  /// - Returns: nil where nothing of it is a word of a command.
  private mutating func word() -> Item? {
    var word = ShellScan.Word()
    var isEnded = false
    depth = open.count
    while index < scalars.count, !isEnded {
      let scalar = scalars[index]
      switch scalar {
      case "\\": takeEscaped(&word)
      case "'" where !isInQuotes:
        word.isQuoted = true
        takeQuoted(&word)
      case "\"" where !(isDocument && open.isEmpty):
        word.isQuoted = true
        isInQuotes.toggle()
        take(&word, raw: 1, text: nil)
      case "$":
        if let variable = known.variable(at: index, of: scalars, isQuoted: isInQuotes) {
          take(&word, raw: variable.end - index, text: nil)
          word.put(variable.name, variable.values)
          continue
        }
        guard let sort = valueSort else {
          take(&word, raw: 1, text: scalar)
          continue
        }
        if sort == .quoted {
          word.isQuoted = true
          take(&word, raw: 1, text: nil)
          if scalars[index] == "'" { takeQuoted(&word, escapes: true) }
          continue
        }
        word.isDynamic = true
        if let end = arithmeticEnd {
          take(&word, raw: end - index, text: "$")
          continue
        }
        if sort == .unknown { word.isUnknown = true }
        let isCommand = index + 1 < scalars.count && scalars[index + 1] == "("
        take(&word, raw: 1, text: "$")
        guard isCommand else { continue }
        // What stands in it is a command of its own.
        take(&word, raw: 1, text: "(")
        open.append((false, isInQuotes, true))
        isInQuotes = false
        pending.append(.open)
        isEnded = true
      case "`" where open.last?.isBackquoted == true:
        // The command that began at the last one ends before it.
        isInQuotes = false
        isEnded = true
      case "`":
        word.isDynamic = true
        word.isUnknown = true
        take(&word, raw: 1, text: "`")
        open.append((true, isInQuotes, true))
        isInQuotes = false
        pending.append(.open)
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
      isBroken = !isDocument
    }
    // The number of the file that a redirection is for.
    if index < scalars.count, scalars[index] == "<" || scalars[index] == ">", !word.isQuoted,
      !word.text.isEmpty, word.text.unicodeScalars.allSatisfy(\.isASCIIDigit), !awaitsDocument
    {
      return nil
    }
    if awaitsDocument {
      awaitsDocument = false
      documents.append(
        (word.text, word.isQuoted || word.raw.unicodeScalars.contains("\\")))
      return nil
    }
    return .word(word)
  }

  private enum ValueSort {
    /// What the script is called with, or a number of the shell's own.
    case given
    case unknown
    /// `$'…'` and `$"…"`.
    case quoted
  }

  /// What the sign here puts in; nil where it stands for itself.
  private var valueSort: ValueSort? {
    guard index + 1 < scalars.count else { return nil }
    var next = scalars[index + 1]
    if next == "{" {
      guard index + 2 < scalars.count else { return nil }
      next = scalars[index + 2]
      if next == "!" { return .unknown }
      if next == "#", index + 3 < scalars.count { next = scalars[index + 3] }
      if next == "}" { return .given }
    } else if next == "'" || next == "\"" {
      return isInQuotes ? nil : .quoted
    }
    if next.isASCIIDigit || "@*#?$!-".unicodeScalars.contains(next) { return .given }
    return next.isASCIILetter || next == "_" || next == "(" ? .unknown : nil
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

  /// A sign behind `\`: within double quotes only some lose it.
  private mutating func takeEscaped(_ word: inout ShellScan.Word) {
    guard index + 1 < scalars.count else { return take(&word, raw: 1, text: nil) }
    let next = scalars[index + 1]
    if isInQuotes, !"$`\"\\\n".unicodeScalars.contains(next) {
      word.text.unicodeScalars.append("\\")
    }
    take(&word, raw: 2, text: next == "\n" ? nil : next)
  }

  /// - Parameter escapes: whether a `\` takes away what the next sign means.
  private mutating func takeQuoted(_ word: inout ShellScan.Word, escapes: Bool = false) {
    take(&word, raw: 1, text: nil)
    while index < scalars.count, scalars[index] != "'" {
      if escapes, scalars[index] == "\\", index + 1 < scalars.count {
        // What a number stands for is not worked out.
        if "xuU0123c".unicodeScalars.contains(scalars[index + 1]) {
          (word.isDynamic, word.isUnknown) = (true, true)
        }
        take(&word, raw: 1, text: nil)
      }
      take(&word, raw: 1, text: scalars[index])
    }
    if index < scalars.count { take(&word, raw: 1, text: nil) } else { isBroken = true }
  }
}
