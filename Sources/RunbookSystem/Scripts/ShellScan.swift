import RunbookModel

/// What a shell script visibly runs and reads, and where that cannot be told from its text.
///
/// It reads the grammar of words, quotes and redirections of POSIX
/// (https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html), as far as names of files go.
/// What it cannot read it says of as not to be told: it makes no promise.
package struct ShellScan {
  /// Folders that it changes to, by their literal names, in order.
  package private(set) var folders: [String] = []
  /// Files that it runs or reads in as scripts, by their literal names.
  package private(set) var scripts: [String] = []
  /// Files that programs run which are no shells, by their literal names.
  package private(set) var loaded: [String] = []
  /// Words by which it runs or reads files that are known only once it runs.
  package private(set) var unknown: [String] = []
  /// Its words as the shell takes them, without quotes, but for what is only written to: a file may have such a name.
  package private(set) var words: [String] = []
  /// Those of them that a program is given which may read them: files and whole folders.
  package private(set) var operands: [String] = []
  /// Files that it writes to itself.
  package private(set) var targets: [String] = []
  /// The files that programs have as their standard input.
  package private(set) var inputs: [String] = []
  /// Names of files that hold what it puts in as it runs, with `*` for that.
  package private(set) var patterns: [String] = []
  /// The programs that it runs, by their last names.
  package private(set) var programs: Set<String> = []
  /// Where it looks for programs from then on: what it sets `PATH` to, as written.
  package private(set) var searchPaths: [String] = []

  private var command: [Word] = []
  /// What the command reads from its standard input.
  private var input: [Word] = []
  /// A shell that runs what its input gives it, where that is not known yet.
  private var reader: String?
  private var role = Role.word
  /// The variables that it is given and does not set itself, with their values.
  private let known: KnownVariables

  /// What the next word is.
  private enum Role {
    case word
    /// A file that is only written to.
    case target
    /// A file that is read.
    case input
    /// No file: a number of an open one, or a text.
    case none
  }

  private static let shells: Set = ["sh", "bash", "dash", "ksh", "zsh", "ash"]
  private static let loaders: Set = ["python", "python3", "perl", "ruby", "node", "php", "lua"]
  /// Programs whose operands are a command of their own.
  private static let wrappers: Set = [
    "exec", "command", "env", "nohup", "time", "nice", "sudo", "setsid", "builtin", "timeout",
  ]
  /// Programs that run what is not in the script: elsewhere, or by a file that they find by themselves.
  private static let runners: Set = [
    "ssh", "su", "parallel", "make", "docker", "podman", "kubectl", "ansible", "ansible-playbook",
    "terraform", "run-parts", "npm", "at", "batch", "alias", "watch",
  ]
  /// Programs that read no folder that they are given, or give no more than its names.
  private static let folderless: Set = [
    "cd", "pushd", "popd", "mkdir", "rmdir", "rm", "ls", "test", "[", "[[", "echo", "printf",
    "chmod",
    "chown", "chgrp", "du", "df", "touch", "tee", "truncate", "mkfifo", "stat", "mktemp", "export",
    "readonly", "local", "unset",
    "basename", "dirname", "realpath", "for", "case", "select", "return", "exit", "kill", "sleep",
    "pg_ctl", "initdb", "expr", "let", "set", "trap",
  ]
  /// Programs whose last operand is where they write to.
  private static let copiers: Set = ["cp", "mv", "ln", "install", "rsync", "scp"]
  private static let keywords: Set = [
    "if", "then", "else", "elif", "fi", "do", "done", "while", "until", "{", "}", "!", "esac", "(",
  ]
  private static let deepest = 4

  /// - Parameter environment: what it is given; a variable that the script may set counts as not known.
  package init(_ script: String, environment: [String: String] = [:], depth: Int = 0) {
    self.init(script, KnownVariables(environment, in: script), depth)
  }

  private init(_ script: String, _ known: KnownVariables, _ depth: Int) {
    self.known = known
    var text = ShellWords(script, known)
    while let item = text.next() {
      switch item {
      case .word(let word):
        switch role {
        case .word: command.append(word)
        case .input: input.append(word)
        case .target: if !word.isOpen { targets.append(word.path) }
        case .none: break
        }
        role = .word
      case .output: role = .target
      case .input: role = .input
      case .other: role = .none
      case .end:
        role = .word
        takeCommand(depth)
      case .documents(let texts):
        role = .word
        takeCommand(depth)
        takeInput(texts, depth)
      }
    }
    takeCommand(depth)
    takeInput([], depth)
    if text.isBroken { say("all that follows a quotation mark or a bracket without its end") }
  }

  private mutating func takeCommand(_ depth: Int) {
    for word in command + input {
      if word.isOpen { patterns += word.patterns } else { self.words += word.names }
      self.words += word.defaults
    }
    for word in input {
      if word.isOpen { say("< \(word.raw)") } else { inputs.append(word.path) }
    }
    var words = command[...]
    command = []
    while let first = words.first, Self.keywords.contains(first.text) || first.isAssignment {
      takeAssignment(first)
      words = words.dropFirst()
    }
    let name = words.first?.text.lastPathPart ?? ""
    for word in words where word.isUnknownFile { say(word.raw) }
    let isPlain = ["", "[", "[[", "test", "echo", "printf", "expr", "let", "export", "case"]
      .contains(name)
    for word in words.dropFirst()
    where word.isPattern && !word.isDynamic && !word.isOfOneFolder && !isPlain {
      say(word.raw)
    }
    for word in words.dropFirst() where word.isDynamic && word.isNameInPart && !isPlain {
      say(word.raw)
    }
    if name == "tee" { targets += words.dropFirst().filter { !$0.isOpen }.map(\.path) }
    if !Self.folderless.contains(name) {
      var given = words.dropFirst().filter { !$0.isOpen }
      if Self.copiers.contains(name) { given = Array(given.dropLast()) }
      operands += given.flatMap(\.names)
    }
    take(words, depth)
    input = []
  }

  /// Other programs may be meant from there on.
  private mutating func takeAssignment(_ word: Word) {
    guard let (name, value) = word.text.halves(at: "="), name == "PATH" else { return }
    searchPaths.append(String(value))
    let own = value.pieces(separatedBy: ":").filter { $0 != "$PATH" && $0 != "${PATH}" }
    if own.contains(where: { $0.holds("$") || $0.holds("`") }) { say(word.raw) }
  }

  /// What a shell reads that runs its input: texts of the script itself, or nothing that is seen.
  private mutating func takeInput(_ texts: [String], _ depth: Int) {
    guard let name = reader else { return }
    reader = nil
    guard !texts.isEmpty, depth < Self.deepest else {
      return say("what \(name) reads from its input")
    }
    for text in texts { take(ShellScan(text, known, depth + 1)) }
  }

  private mutating func take(_ inner: ShellScan) {
    folders += inner.folders
    scripts += inner.scripts
    loaded += inner.loaded
    words += inner.words
    patterns += inner.patterns
    operands += inner.operands
    inputs += inner.inputs
    targets += inner.targets
    programs.formUnion(inner.programs)
    searchPaths += inner.searchPaths
    for one in inner.unknown { say(one) }
  }

  private mutating func take(_ words: ArraySlice<Word>, _ depth: Int) {
    guard let first = words.first else { return }
    guard !first.isDynamic else { return say(first.raw) }
    let operands = words.dropFirst()
    let name = first.text.lastPathPart
    programs.insert(name)
    switch name {
    case "for", "case", "select": return
    case "trap":
      guard let code = operands.first(where: { !$0.isOption }) else { return }
      if code.isDynamic || depth >= Self.deepest { return say("trap \(code.raw)") }
      take(ShellScan(code.text, known, depth + 1))
    case _ where Self.runners.contains(name): say("what \(name) runs")
    case "cd", "pushd":
      guard let folder = operands.first(where: { !$0.isOption }) else {
        if name == "cd" { folders.append(Self.home) }
        return
      }
      if folder.isOpen { say("\(name) \(folder.raw)") } else { folders.append(folder.path) }
    case "export", "readonly", "local", "declare", "typeset":
      for word in operands where word.isAssignment { takeAssignment(word) }
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
    case _ where Self.shells.contains(name): takeShell(name, operands, depth)
    case _ where Self.loaders.contains(name):
      guard let file = operands.first else { return }
      if file.isOption || file.isOpen {
        say("\(name) \(file.raw)")
      } else {
        loaded.append(file.path)
        say("what \(file.text) loads by itself")
      }
    default:
      if first.text.holds("/") { takeScript(first) }
    }
  }

  private mutating func takeShell(_ name: String, _ operands: ArraySlice<Word>, _ depth: Int) {
    var rest = operands
    var readsInput = false
    while let option = rest.first, option.isOption || option.text.begins(with: "+") {
      if option.isScriptOption { break }
      rest = rest.dropFirst()
      let isLong = option.text.begins(with: "--")
      if !isLong, option.text.unicodeScalars.contains("s") { readsInput = true }
      // Such an option's value is the next word.
      let takesValue =
        isLong
        ? ["--rcfile", "--init-file"].contains(option.text)
        : option.text.ends(with: "o") || option.text.ends(with: "O")
      if takesValue { rest = rest.dropFirst() }
    }
    guard let first = rest.first, !readsInput, first.text != "-" else {
      if let input = input.last {
        // What is open of it is said with the other words.
        if !input.isOpen { takeScript(input) }
        return
      }
      reader = name
      return
    }
    guard first.isScriptOption else { return takeScript(first) }
    guard let script = rest.dropFirst().first else { return }
    guard !script.isDynamic, depth < Self.deepest else { return say("\(first.text) \(script.raw)") }
    take(ShellScan(script.text, known, depth + 1))
  }

  private mutating func takeScript(_ word: Word) {
    if word.isOpen { say(word.raw) } else { scripts.append(word.path) }
  }

  private mutating func say(_ what: String) {
    if !unknown.contains(where: { $0.isIdentical(to: what) }) { unknown.append(what) }
  }

  /// A word's text with `*` for what the shell puts there as it runs, and for what it looks for among files.
  fileprivate static func pattern(of text: String) -> String {
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

  fileprivate static func defaults(in text: String) -> [String] {
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

  /// Stands for the account's folder in a word.
  package static let home = "\u{0}HOME"

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

/// The variables that a script is given and nowhere sets: what it makes of them can be told before it runs.
private struct KnownVariables {
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
