import RunbookModel

/// What a shell script visibly runs and reads, and where that cannot be told from its text.
///
/// It reads the grammar of words, quotes and redirections of POSIX
/// (https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html), as far as names of files go.
/// What it cannot read it says of as not to be told: it makes no promise.
struct ShellScan {
  /// Folders that it changes to, by their literal names, in order.
  private(set) var folders: [String] = []
  /// Files that it runs or reads in as scripts, by their literal names.
  private(set) var scripts: [String] = []
  /// Words by which it runs or reads files that are known only once it runs.
  private(set) var unknown: [String] = []

  private var command: [Word] = []
  /// Whether the next word is only written to.
  private var isTarget = false

  private static let shells: Set = ["sh", "bash", "dash", "ksh", "zsh", "ash"]
  private static let loaders: Set = ["python", "python3", "perl", "ruby", "node", "php", "lua"]
  /// Programs whose operands are a command of their own.
  private static let wrappers: Set = [
    "exec", "command", "env", "nohup", "time", "nice", "sudo", "setsid", "builtin", "timeout",
  ]
  private static let keywords: Set = [
    "if", "then", "else", "elif", "fi", "do", "done", "while", "until", "{", "}", "!", "esac", "(",
  ]
  private static let deepest = 4

  init(_ script: String, depth: Int = 0) {
    var words = ShellWords(script)
    while let item = words.next() {
      switch item {
      case .word(let word):
        if isTarget { isTarget = false } else { command.append(word) }
      case .output: isTarget = true
      case .input: isTarget = false
      case .end:
        isTarget = false
        takeCommand(depth)
      }
    }
    takeCommand(depth)
  }

  private mutating func takeCommand(_ depth: Int) {
    var words = command[...]
    command = []
    while let first = words.first, Self.keywords.contains(first.text) || first.isAssignment {
      words = words.dropFirst()
    }
    for word in words where word.isUnknownFile { say(word.raw) }
    take(words, depth)
  }

  private mutating func take(_ words: ArraySlice<Word>, _ depth: Int) {
    guard let first = words.first else { return }
    guard !first.isDynamic else { return say(first.raw) }
    let operands = words.dropFirst()
    let name = first.text.lastPathPart
    switch name {
    case "for", "case", "select": return
    case "cd", "pushd":
      guard let folder = operands.first(where: { !$0.isOption }) else { return }
      if folder.isOpen { say("\(name) \(folder.raw)") } else { folders.append(folder.text) }
    case ".", "source":
      if let file = operands.first { takeScript(file) }
    case "eval", "xargs":
      say(name)
    case "find" where operands.contains { $0.text.begins(with: "-exec") || $0.text == "-ok" }:
      say("find \(operands.first { $0.text.begins(with: "-exec") }?.text ?? "-ok")")
    case _ where Self.wrappers.contains(name):
      take(
        operands.drop {
          $0.isOption || $0.isAssignment || $0.text.firstScalar?.isASCIIDigit == true
        },
        depth)
    case _ where Self.shells.contains(name): takeShell(operands, depth)
    case _ where Self.loaders.contains(name):
      guard let file = operands.first else { return }
      if file.isOption || file.isOpen {
        say("\(name) \(file.raw)")
      } else {
        say("what \(file.text) loads by itself")
      }
    default:
      if first.text.holds("/") { takeScript(first) }
    }
  }

  private mutating func takeShell(_ operands: ArraySlice<Word>, _ depth: Int) {
    let rest = operands.drop { $0.isOption && !$0.isScriptOption }
    guard let first = rest.first else { return }
    guard first.isScriptOption else { return takeScript(first) }
    guard let script = rest.dropFirst().first else { return }
    guard !script.isDynamic, depth < Self.deepest else { return say("\(first.text) \(script.raw)") }
    let inner = ShellScan(script.text, depth: depth + 1)
    folders += inner.folders
    scripts += inner.scripts
    for one in inner.unknown { say(one) }
  }

  private mutating func takeScript(_ word: Word) {
    if word.isOpen { say(word.raw) } else { scripts.append(word.text) }
  }

  private mutating func say(_ what: String) {
    if !unknown.contains(where: { $0.isIdentical(to: what) }) { unknown.append(what) }
  }

  /// A word as it is written, and as the shell takes it.
  struct Word {
    var raw = ""
    /// Without its quotes.
    var text = ""
    /// Whether a value or a program's output is put into it.
    var isDynamic = false
    /// Whether it is a pattern of names.
    var isPattern = false
    var isQuoted = false

    var isOpen: Bool { isDynamic || isPattern }
    var isOption: Bool { text.begins(with: "-") && text != "-" }
    /// `-c`, also among other letters: `-ec`.
    var isScriptOption: Bool { isOption && !text.begins(with: "--") && text.ends(with: "c") }

    var isAssignment: Bool {
      guard let equals = text.index(ofFirst: "="), !isQuoted || raw.begins(with: text[..<equals])
      else {
        return false
      }
      let name = text[..<equals].unicodeScalars
      return name.first?.isASCIILetter == true || name.first == "_"
        ? name.allSatisfy { $0.isASCIILetter || $0.isASCIIDigit || $0 == "_" } : false
    }

    /// Whether it names files, and which ones only turns out when it runs.
    var isUnknownFile: Bool {
      guard isOpen, !isOption, !isAssignment, !text.holds("://") else { return false }
      if text.holds("/") { return true }
      return isPattern && text.unicodeScalars.contains(".")
    }
  }
}

extension String {
  /// What stands behind the last slash.
  fileprivate var lastPathPart: String {
    pieces(separatedBy: "/").last.map { String($0) } ?? self
  }
}

/// The words of a script, one by one.
private struct ShellWords {
  enum Item {
    case word(ShellScan.Word)
    /// The next word is written to, or read.
    case output, input
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

  init(_ script: String) { scalars = Array(script.unicodeScalars) }

  mutating func next() -> Item? {
    if !pending.isEmpty { return pending.removeFirst() }
    while index < scalars.count {
      if isInQuotes { return word() }
      let scalar = scalars[index]
      switch scalar {
      case " ", "\t", "\r": index += 1
      case "\n":
        index += 1
        skipDocuments()
        return .end
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
    return scalar == ">" ? .output : .input
  }

  private mutating func skipDocuments() {
    for end in documents {
      while index < scalars.count {
        var line = String.UnicodeScalarView()
        while index < scalars.count, scalars[index] != "\n" {
          line.append(scalars[index])
          index += 1
        }
        index += 1
        if String(line).trimming(where: { $0 == "\t" || $0 == "\r" }) == end { break }
      }
    }
    documents = []
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
        word.isDynamic = true
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
      case " " where !isInQuotes, "\t" where !isInQuotes, "\r" where !isInQuotes,
        "\n" where !isInQuotes, ";" where !isInQuotes, "&" where !isInQuotes,
        "|" where !isInQuotes, "(" where !isInQuotes, ")" where !isInQuotes,
        "<" where !isInQuotes, ">" where !isInQuotes:
        isEnded = true
      default: take(&word, raw: 1, text: scalar)
      }
    }
    if index >= scalars.count { isInQuotes = false }
    if awaitsDocument {
      awaitsDocument = false
      documents.append(word.text)
      return nil
    }
    return .word(word)
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
    if index < scalars.count { take(&word, raw: 1, text: nil) }
  }
}
