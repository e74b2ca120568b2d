import RunbookModel

/// Which of the words that programs are given they write to, and which name files that name others in turn.
enum ProgramOperands {
  /// Options with a value, by program.
  private struct Options {
    var letters = ""
    var names: Set<String> = []
  }

  /// Whose value is written to.
  private static let outputs: [String: Options] = [
    "curl": Options(
      letters: "oDc",
      names: [
        "--output", "--output-dir", "--dump-header", "--cookie-jar", "--trace", "--trace-ascii",
        "--stderr", "--etag-save", "--libcurl", "--hsts",
      ]),
    "wget": Options(
      letters: "OoaP",
      names: [
        "--output-document", "--output-file", "--append-output", "--directory-prefix",
        "--save-cookies",
      ]),
    "psql": Options(letters: "oL", names: ["--output", "--log-file"]),
    "pg_dump": Options(letters: "f", names: ["--file"]),
    "pg_dumpall": Options(letters: "f", names: ["--file"]),
    "pg_restore": Options(letters: "f", names: ["--file"]),
    "pg_basebackup": Options(letters: "D", names: ["--pgdata", "--waldir"]),
    "pg_receivewal": Options(letters: "D", names: ["--directory"]),
    "mysqldump": Options(letters: "r", names: ["--result-file"]),
    "sort": Options(letters: "o", names: ["--output"]),
    "iconv": Options(letters: "o", names: ["--output"]),
    "patch": Options(letters: "or", names: ["--output", "--reject-file"]),
    "gpg": Options(letters: "o", names: ["--output"]),
    "openssl": Options(names: ["-out", "-keyout", "-CAserial"]),
    "unzip": Options(letters: "d"),
    "rsync": Options(names: ["--log-file", "--backup-dir", "--partial-dir", "--temp-dir"]),
    "time": Options(letters: "o", names: ["--output"]),
    "strace": Options(letters: "o", names: ["--output"]),
  ]

  /// Whose value holds names of files that are read.
  private static let lists: [String: Options] = [
    "tar": Options(letters: "T", names: ["--files-from"]),
    "rsync": Options(names: ["--files-from"]),
    "curl": Options(letters: "K", names: ["--config"]),
    "wget": Options(letters: "i", names: ["--input-file"]),
    "xargs": Options(letters: "a", names: ["--arg-file"]),
    "sort": Options(names: ["--files0-from"]), "wc": Options(names: ["--files0-from"]),
    "git": Options(names: ["--pathspec-from-file"]),
  ]

  /// Programs that copy: options whose value is no file, where their folder is named first.
  private static let copiers: [String: Options] = [
    "cp": Options(letters: "S", names: ["--suffix"]),
    "mv": Options(letters: "S", names: ["--suffix"]),
    "ln": Options(letters: "S", names: ["--suffix"]),
    "install": Options(
      letters: "mogS", names: ["--mode", "--owner", "--group", "--suffix", "--strip-program"]),
    "rsync": Options(
      letters: "efBTM",
      names: [
        "--rsh", "--filter", "--exclude", "--include", "--exclude-from", "--include-from",
        "--files-from", "--password-file", "--bwlimit", "--chmod", "--chown", "--rsync-path",
      ]),
    "scp": Options(letters: "cDFiJloPSX"),
  ]

  /// Programs whose second file is written to.
  private static let converters: Set = ["uniq", "xxd", "split", "csplit"]

  /// Marks what a command writes to.
  ///
  /// - Returns: by what it copies, the targets with the names that the copies have there.
  static func mark(_ command: inout [ShellScan.Word]) -> [String] {
    guard let (name, start) = program(of: command), start < command.endIndex else { return [] }
    var written: Set<Int> = []
    if let options = outputs[name] { written.formUnion(values(of: options, name, start, command)) }
    var copies: [String] = []
    let plain = command.indices[start...].filter { !command[$0].isOption }
    switch name {
    case "tee": written.formUnion(plain)
    case "dd":
      written.formUnion(command.indices[start...].filter { command[$0].text.begins(with: "of=") })
    case "zip": if let first = plain.first { written.insert(first) }
    case "tar": written.formUnion(archive(start, command))
    case _ where converters.contains(name): if plain.count > 1 { written.insert(plain[1]) }
    case _ where copiers[name] != nil:
      let (targets, sources) = copying(name, start, command)
      written.formUnion(targets)
      for target in targets where !command[target].isOpen {
        let folder = value(command[target])
        copies += sources.compactMap { source in
          command[source].isOpen
            ? nil : command[source].path.pieces(separatedBy: "/").last.map { "\(folder)/\($0)" }
        }
      }
    default: break
    }
    for index in written { command[index].isWritten = true }
    return copies
  }

  /// Files of a command in which others are named.
  static func lists(of command: [ShellScan.Word]) -> [String] {
    guard let (name, start) = program(of: command), start < command.endIndex,
      let options = lists[name]
    else { return [] }
    return values(of: options, name, start, command).sorted().filter { !command[$0].isOpen }
      .map { value(command[$0]) }
  }

  /// The program that is run in the end, and where what it is given begins.
  private static func program(of command: [ShellScan.Word]) -> (name: String, start: Int)? {
    var words = command[...]
    while let first = words.first {
      if ShellPrograms.keywords.contains(first.text) || first.isAssignment {
        words = words.dropFirst()
        continue
      }
      guard !first.isDynamic else { return nil }
      let name = first.text.pieces(separatedBy: "/").last.map(String.init) ?? first.text
      guard let wrapper = ShellPrograms.wrappers[name] else { return (name, words.startIndex + 1) }
      words = wrapper.command(in: words.dropFirst())
    }
    return nil
  }

  /// The words that are, or hold, the values of options.
  private static func values(
    of options: Options, _ name: String, _ start: Int, _ command: [ShellScan.Word]
  ) -> Set<Int> {
    // What follows the letter of another option with a value is that one's.
    let others = ShellPrograms.texts[name]?.letters ?? ""
    var found: Set<Int> = []
    for index in command.indices[start...] where command[index].isOption {
      let text = command[index].text
      let key = text.halves(at: "=").map { String($0.before) } ?? text
      if options.names.contains(key) {
        found.formUnion(text.holds("=") ? [index] : choices(at: index + 1, command))
        continue
      }
      guard !text.begins(with: "--") else { continue }
      let letters = Array(text.unicodeScalars.dropFirst())
      for (place, letter) in letters.enumerated() {
        if options.letters.unicodeScalars.contains(letter) {
          found.formUnion(
            place < letters.count - 1 ? [index] : choices(at: index + 1, command))
          break
        }
        if others.unicodeScalars.contains(letter) { break }
      }
    }
    return found
  }

  /// A word, and all others that it may be where it is a variable.
  private static func choices(at index: Int, _ command: [ShellScan.Word]) -> [Int] {
    guard index < command.endIndex else { return [] }
    let rest = command.indices[(index + 1)...].prefix {
      command[$0].hasChoices && command[$0].raw.isIdentical(to: command[index].raw)
    }
    return [index] + rest
  }

  private static func copying(
    _ name: String, _ start: Int, _ command: [ShellScan.Word]
  ) -> (targets: [Int], sources: [Int]) {
    let folder =
      name == "rsync" || name == "scp"
      ? [] : values(of: Options(letters: "t", names: ["--target-directory"]), name, start, command)
    let others = copiers[name].map { values(of: $0, name, start, command) } ?? []
    let plain = command.indices[start...].filter {
      !command[$0].isOption && !folder.contains($0) && !others.contains($0)
    }
    if !folder.isEmpty { return (folder.sorted(), plain) }
    let isFolders =
      name == "install"
      && command[start...].contains { $0.text == "-d" || $0.text == "--directory" }
    if isFolders { return (plain, []) }
    guard let last = plain.last else { return ([], []) }
    let targets = plain.filter {
      $0 == last || command[$0].hasChoices && command[$0].raw.isIdentical(to: command[last].raw)
    }
    let sources = plain.filter { !targets.contains($0) }
    return sources.isEmpty ? ([], plain) : (targets, sources)
  }

  /// What `tar` writes: the archive that it makes, or the folder that it unpacks into.
  private static func archive(_ start: Int, _ command: [ShellScan.Word]) -> Set<Int> {
    func holds(_ letters: String, _ names: Set<String>) -> Bool {
      command.indices[start...].contains { index in
        let text = command[index].text
        if text.begins(with: "--") { return names.contains(text) }
        guard command[index].isOption || index == start else { return false }
        return text.unicodeScalars.contains { letters.unicodeScalars.contains($0) }
      }
    }
    if holds("xt", ["--extract", "--get", "--list"]) {
      return values(of: Options(letters: "C", names: ["--directory"]), "tar", start, command)
    }
    guard holds("cru", ["--create", "--append", "--update"]) else { return [] }
    let isBundle = !command[start].isOption && command[start].text.ends(with: "f")
    let archive = Options(letters: "f", names: ["--file"])
    return Set(isBundle ? choices(at: start + 1, command) : [])
      .union(values(of: archive, "tar", start, command))
  }

  /// The file that a word names, or the option's value in it.
  static func value(_ word: ShellScan.Word) -> String {
    guard word.isOption || word.text.begins(with: "of=") else { return word.path }
    if let (_, value) = word.text.halves(at: "=") { return String(value) }
    return String(word.text.dropFirstScalars(2))
  }
}
