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
  /// Patterns of the names of files of one folder that a program is given.
  package private(set) var globs: [String] = []
  /// Names by which a program is, or may be, run.
  package private(set) var commands: [String] = []
  /// All that is a text to the shell: words without their quotes, and what commands are given by `<<`.
  package private(set) var texts: [String] = []
  /// The programs that it runs, by their last names.
  package private(set) var programs: Set<String> = []
  /// Where it looks for programs from then on: what it sets `PATH` to, as written.
  package private(set) var searchPaths: [String] = []

  private var command: [Word] = []
  /// Those that the command stands within.
  private var around: [(command: [Word], input: [Word], role: Role)] = []
  /// What the command reads from its standard input.
  private var input: [Word] = []
  /// A shell that runs what its input gives it, where that is not known yet.
  private var reader: String?
  private var role = Role.word
  /// The variables whose values can be told.
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

  private static let deepest = 4

  /// - Parameter environment: what it is given; a variable that the script may set counts as not known.
  package init(_ script: String, environment: [String: String] = [:], depth: Int = 0) {
    self.init(script, KnownVariables(environment, in: script), depth)
  }

  private init(_ script: String, _ known: KnownVariables, _ depth: Int, isDocument: Bool = false) {
    self.known = known
    var text = ShellWords(script, known, isDocument: isDocument)
    while let item = text.next() {
      switch item {
      case .word(let word):
        // A text's own words are none of a command.
        guard !isDocument || text.depth > 0 else { continue }
        take(word)
      case .output: role = .target
      case .input: role = .input
      case .other: role = .none
      case .end:
        role = .word
        takeCommand(depth)
      case .open:
        around.append((command, input, role))
        (command, input, role) = ([], [], .word)
      case .close:
        takeCommand(depth)
        (command, input, role) = around.popLast() ?? ([], [], .word)
      case .label:
        role = .word
        command = []
      case .documents(let documents):
        role = .word
        takeCommand(depth)
        take(documents, depth)
      }
    }
    takeCommand(depth)
    while let outer = around.popLast() {
      (command, input, role) = outer
      takeCommand(depth)
    }
    take([], depth)
    if text.isBroken { say("all that follows a quotation mark or a bracket without its end") }
  }

  private mutating func take(_ word: Word) {
    // The end of a quotation behind a command within it is no word.
    if word.isRest, role == .word, command.last?.isDynamic == true { return }
    switch role {
    case .word where command.isEmpty && word.hasChoices:
      command += known.expanded(word).count == 1 ? known.expanded(word) : [word.asUnknown]
    case .word: command += known.expanded(word)
    case .input: input += known.expanded(word)
    case .target: targets += known.expanded(word).filter { !$0.isOpen }.map(\.path)
    case .none: texts.append(word.text)
    }
    role = .word
  }

  private mutating func takeCommand(_ depth: Int) {
    let copies = ProgramOperands.mark(&command)
    let written = command.filter(\.isWritten)
    targets += copies + written.filter { !$0.isOpen }.map(ProgramOperands.value)
    for list in ProgramOperands.lists(of: command) { say("what \(list) names") }
    texts += written.map(\.text)
    for word in command + input where !word.isWritten {
      if word.isOpen, !word.isPattern || word.isDynamic {
        patterns += word.patterns
      } else if !word.isOpen {
        self.words += word.names
      }
      self.words += word.defaults
      texts.append(word.text)
    }
    for word in input {
      if word.isOpen { say("< \(word.raw)") } else { inputs.append(word.path) }
    }
    var words = command[...]
    command = []
    while let first = words.first,
      ShellPrograms.keywords.contains(first.text) || first.isAssignment
    {
      takeAssignment(first)
      words = words.dropFirst()
    }
    let name = words.first?.text.lastPathPart ?? ""
    for word in words where word.isUnknownFile && !word.isWritten { say(word.raw) }
    let isPlain = ShellPrograms.plain.contains(name)
    for word in words.dropFirst()
    where word.isPattern && !word.isDynamic && !word.isOfOneFolder && !isPlain && !word.isWritten {
      say(word.raw)
    }
    for word in words.dropFirst()
    where word.isDynamic && word.isNameInPart && !isPlain && !word.isWritten {
      say(word.raw)
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

  /// What a shell reads that runs its input: texts of the script itself, or nothing that is seen. Of any text the
  /// commands run that stand in it.
  private mutating func take(_ documents: [ShellWords.Document], _ depth: Int) {
    for one in documents {
      texts.append(one.text)
      if !one.isLiteral, depth < Self.deepest {
        take(ShellScan(one.text, known, depth + 1, isDocument: true))
      }
    }
    guard let name = reader else { return }
    reader = nil
    guard !documents.isEmpty, depth < Self.deepest else {
      return say("what \(name) reads from its input")
    }
    for one in documents { take(ShellScan(one.text, known, depth + 1)) }
  }

  private mutating func take(_ inner: ShellScan) {
    folders += inner.folders
    scripts += inner.scripts
    loaded += inner.loaded
    words += inner.words
    patterns += inner.patterns
    globs += inner.globs
    operands += inner.operands
    inputs += inner.inputs
    targets += inner.targets
    commands += inner.commands
    texts += inner.texts
    programs.formUnion(inner.programs)
    searchPaths += inner.searchPaths
    for one in inner.unknown { say(one) }
  }

  private mutating func take(_ words: ArraySlice<Word>, _ depth: Int) {
    guard let first = words.first else { return }
    let operands = words.dropFirst()
    guard !first.isDynamic else {
      say(first.raw)
      takeOperands(operands, of: "")
      return takeWithin(operands, depth)
    }
    let name = first.text.lastPathPart
    programs.insert(name)
    commands.append(first.path)
    if !ShellPrograms.plain.contains(name), name != "eval" { takeOperands(operands, of: name) }
    switch name {
    case "for", "case", "select": return
    case "trap":
      guard let code = operands.first(where: { !$0.isOption }) else { return }
      if code.isDynamic || depth >= Self.deepest { return say("trap \(code.raw)") }
      take(ShellScan(code.text, known, depth + 1))
    case _ where ShellPrograms.runners.contains(name):
      say("what \(name) runs")
      if let wrapper = ShellPrograms.wrappers[name] { takeTexts(of: wrapper, operands, depth) }
      takeWithin(operands, depth)
    case "cd", "pushd":
      guard let folder = operands.first(where: { !$0.isOption }) else {
        if name == "cd" { folders.append(Self.home) }
        return
      }
      if folder.isOpen { say("\(name) \(folder.raw)") } else { folders.append(folder.path) }
    case "export", "readonly", "local", "declare", "typeset":
      for word in operands where word.isAssignment { takeAssignment(word) }
    case ".", "source":
      takeScript(operands)
    case "eval", "xargs":
      say(name)
      takeWithin(operands, depth)
    case "find" where operands.contains { $0.text.begins(with: "-exec") || $0.text == "-ok" }:
      say("find \(operands.first { $0.text.begins(with: "-exec") }?.text ?? "-ok")")
      takeWithin(operands, depth)
    case _ where ShellPrograms.wrappers[name] != nil:
      guard let wrapper = ShellPrograms.wrappers[name] else { return }
      takeTexts(of: wrapper, operands, depth)
      if name == "command", operands.first.map({ ["-v", "-V"].contains($0.text) }) == true {
        return
      }
      take(wrapper.command(in: operands), depth)
    case _ where ShellPrograms.shells.contains(name): takeShell(name, operands, depth)
    case _ where ShellPrograms.loaders.contains(name):
      guard let file = operands.first else { return }
      if file.isOption || file.isOpen {
        say("\(name) \(file.raw)")
      } else {
        loaded.append(file.path)
        say("what \(file.text) loads by itself")
      }
    default:
      if first.text.holds("/") { takeScript(first) }
      guard !ShellPrograms.plain.contains(name), !ShellPrograms.readers.contains(name) else {
        return
      }
      takeWithin(operands, depth)
    }
  }

  /// What a program that may run others is given: where one stands among it that runs or reads files, it is taken for
  /// run.
  private mutating func takeWithin(_ operands: ArraySlice<Word>, _ depth: Int) {
    commands += operands.filter {
      !$0.isOpen && !$0.isOption && !$0.isAssignment && !$0.isWritten
    }.map(\.path)
    let start = operands.indices.first { index in
      let name = operands[index].text.lastPathPart
      return index + 1 < operands.endIndex && !operands[index].isDynamic
        && (ShellPrograms.shells.contains(name) || ShellPrograms.loaders.contains(name)
          || ShellPrograms.wrappers[name] != nil || ["psql", "xargs", "eval"].contains(name))
    }
    guard let start else { return }
    take(operands[start...], depth)
  }

  /// Commands that are given as a text: `flock FILE -c 'sh fix'`.
  private mutating func takeTexts(
    of wrapper: ShellPrograms.Wrapper, _ operands: ArraySlice<Word>, _ depth: Int
  ) {
    guard !wrapper.texts.isEmpty else { return }
    for (word, text) in zip(operands, operands.dropFirst())
    where wrapper.texts.unicodeScalars.contains(where: { word.text == "-\($0)" })
      || word.text == "--command" || word.text == "--split-string"
    {
      guard !text.isDynamic, depth < Self.deepest else {
        say("\(word.text) \(text.raw)")
        continue
      }
      take(ShellScan(text.text, known, depth + 1))
    }
  }

  /// What a program is given that may read it. What of it turns out only when it runs is said, unless it can be no
  /// file: what an option that takes a text, or a program that takes a pattern, is given.
  private mutating func takeOperands(_ all: ArraySlice<Word>, of name: String) {
    let given = all.filter { !$0.isWritten }
    let letters = ShellPrograms.texts[name]?.letters ?? ""
    let names = ShellPrograms.texts[name]?.names ?? []
    operands += given.filter { !$0.isOpen }.flatMap(\.names)
    globs += given.filter { $0.isPattern && $0.isOfOneFolder }.map(\.path)
    var hasPattern =
      !ShellPrograms.patterned.contains(name)
      || given.contains { ["-f", "-e", "--file", "--regexp", "--from-file"].contains($0.text) }
    var isText = false
    for word in given {
      if isText {
        isText = false
        continue
      }
      if word.isOption {
        let isNamed = word.text.begins(with: "--")
        let key = word.text.halves(at: "=").map { String($0.before) } ?? word.text
        let isOfText =
          isNamed
          ? names.contains(key)
          : word.text.unicodeScalars.dropFirst().contains { letters.unicodeScalars.contains($0) }
        isText =
          isOfText
          && (isNamed
            ? !word.text.holds("=")
            : word.text.unicodeScalars.last.map { letters.unicodeScalars.contains($0) } == true)
        if !isOfText, word.isUnknownName { say(word.raw) }
        continue
      }
      guard hasPattern else {
        hasPattern = true
        continue
      }
      if word.isUnknownName { say(word.raw) }
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
    guard first.isScriptOption else { return takeScript(rest) }
    guard let script = rest.dropFirst().first else { return }
    guard !script.isDynamic, depth < Self.deepest else { return say("\(first.text) \(script.raw)") }
    take(ShellScan(script.text, known, depth + 1))
  }

  /// The first of them, and all that it may be where it is a variable.
  private mutating func takeScript(_ words: ArraySlice<Word>) {
    guard let first = words.first else { return }
    takeScript(first)
    let others = words.dropFirst().prefix { $0.hasChoices && $0.raw.isIdentical(to: first.raw) }
    for one in others { takeScript(one) }
  }

  private mutating func takeScript(_ word: Word) {
    if word.isOpen { say(word.raw) } else { scripts.append(word.path) }
  }

  private mutating func say(_ what: String) {
    // What a command within it is, is looked at by itself.
    let what = what.ends(with: "$(") ? what + "…)" : what
    if !unknown.contains(where: { $0.isIdentical(to: what) }) { unknown.append(what) }
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
