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

  /// Stands for the account's folder in a word.
  package static let home = "\u{0}HOME"
}

extension String {
  /// What stands behind the last slash.
  fileprivate var lastPathPart: String {
    pieces(separatedBy: "/").last.map { String($0) } ?? self
  }
}
