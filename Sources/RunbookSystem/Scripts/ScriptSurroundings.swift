import Glibc
package import RunbookModel

/// Variables of the environment that an approval of a script binds, whatever the script.
package enum BoundVariables {
  /// - Parameter name: of a variable that no script names.
  package static func contain(_ name: String) -> Bool { !ScriptSurroundings.isOfTerminal(name) }
}

/// What decides what a script does besides its own text: the files and programs that it names, those that
/// scripts among them name in turn, and the variables that it reads.
///
/// | a file is bound that                                                    |
/// | ------------------------------------------------------------------------ |
/// | a word of the script names, from its folder or one that a `cd` names, quoted or not, also by a variable that is given to it |
/// | it reads from (`< FILE`), or that psql or bash reads when it starts      |
/// | `PATH` leads to by a word, also one that the script sets                 |
/// | is read in (`.`, `source`) or run as a script, by its literal name       |
/// | is named in the same ways in such a script of the folder, and so on      |
///
/// A log and a file with a process's number are not: they are others at each look. They, and what else the script
/// visibly runs or reads, are in `unbound`.
package struct ScriptSurroundings {
  package let script: String
  package let command: [String]
  package let workingDirectory: String
  /// Of the step's processes.
  package let environment: [String: String]
  /// Standard input.
  package let input: String

  package init(
    script: String, command: [String], workingDirectory: String, environment: [String: String],
    input: String
  ) {
    self.script = script
    self.command = command
    self.workingDirectory = workingDirectory
    self.environment = environment
    self.input = input
  }

  /// Variables that say where and how a person sits, and not what a program does: another terminal has
  /// others. The first are the shell's own, which sets them anew.
  private static let ofShells = ["PWD", "OLDPWD", "SHLVL", "_"]
  /// Whole names: of what only begins alike, programs make what they like.
  private static let ofTerminals: Set = [
    "COLUMNS", "LINES", "COLORTERM", "LS_COLORS", "DISPLAY", "WINDOWID", "STY", "MAIL",
    "INVOCATION_ID", "JOURNAL_STREAM", "MANAGERPID", "SYSTEMD_EXEC_PID", "GPG_TTY", "PS1", "PS2",
    "TERM", "TERM_PROGRAM", "TERM_PROGRAM_VERSION", "TERM_SESSION_ID", "TERMINATOR_UUID",
    "TERMINATOR_DBUS_NAME", "TERMINATOR_DBUS_PATH", "TERMINAL_EMULATOR",
    "SSH_CLIENT", "SSH_CONNECTION", "SSH_TTY", "SSH_AUTH_SOCK", "SSH_AGENT_PID", "SSH_ASKPASS",
    "XDG_SESSION_ID", "XDG_SESSION_TYPE", "XDG_SESSION_CLASS", "XDG_SESSION_DESKTOP",
    "XDG_SESSION_PATH", "XDG_SEAT", "XDG_SEAT_PATH", "XDG_VTNR", "XDG_RUNTIME_DIR",
    "XDG_CURRENT_DESKTOP", "XDG_MENU_PREFIX", "XDG_GREETER_DATA_DIR", "XDG_ACTIVATION_TOKEN",
    "TMUX", "TMUX_PANE", "TMUX_PLUGIN_MANAGER_PATH", "DBUS_SESSION_BUS_ADDRESS",
    "DBUS_STARTER_ADDRESS", "DBUS_STARTER_BUS_TYPE", "VTE_VERSION", "WAYLAND_DISPLAY",
    "VSCODE_IPC_HOOK_CLI", "VSCODE_GIT_ASKPASS_NODE", "VSCODE_GIT_ASKPASS_EXTRA_ARGS",
    "VSCODE_GIT_ASKPASS_MAIN", "VSCODE_GIT_IPC_HANDLE", "VSCODE_INJECTION", "VSCODE_NONCE",
    "VSCODE_PID", "VSCODE_CWD", "VSCODE_NLS_CONFIG",
    "GNOME_TERMINAL_SCREEN", "GNOME_TERMINAL_SERVICE", "GNOME_DESKTOP_SESSION_ID",
    "GNOME_SETUP_DISPLAY", "KDE_FULL_SESSION", "KDE_SESSION_UID", "KDE_SESSION_VERSION",
    "KDE_APPLICATIONS_AS_SCOPE", "KONSOLE_DBUS_SERVICE", "KONSOLE_DBUS_SESSION",
    "KONSOLE_DBUS_WINDOW", "KONSOLE_VERSION", "KONSOLE_PROFILE_NAME",
    "LESS", "LESSOPEN", "LESSCLOSE", "LESSHISTFILE", "HISTFILE", "HISTSIZE", "HISTFILESIZE",
    "HISTCONTROL", "HISTIGNORE", "HISTTIMEFORMAT",
    "SUDO_USER", "SUDO_UID", "SUDO_GID", "SUDO_COMMAND", "SUDO_HOME",
    "MEMORY_PRESSURE_WATCH", "MEMORY_PRESSURE_WRITE",
  ]
  /// This program's own: what it is told by them is in its plan, and what it says by them in its journal.
  private static let own: Set = [
    "RUNBOOK_STATE", "RUNBOOK_PATH", "RUNBOOK_SANDBOX_DIR", "RUNBOOK_RUN", "RUNBOOK_STEP",
    "RUNBOOK_ATTEMPT",
  ]

  package var all: [Surrounding] {
    let reading = reading
    return fixed + ProcessPlace.all + variables(named: reading.words) + reading.files
  }

  /// Of a script that only looks, as the `settle:` of a step does, perhaps from another shell: of the variables those that
  /// it names, by which its programs are found and do what they do; all of them where it runs what is not read.
  package var ofProbe: [Surrounding] {
    let reading = reading
    let variables = variables(named: reading.words)
    // What it is to look at is on one machine.
    let fixed = fixed + [ProcessPlace.host]
    guard !reading.isOpaque else { return fixed + variables + reading.files }
    let programs = reading.programs.compactMap {
      $0.pieces { !ScriptText.isOfName($0) }.first.map { String($0).lowercased() }
    }
    let kept = variables.filter { one in
      let name = String(one.name.dropping(prefix: Self.variable))
      return reading.words.contains(ExactText(name))
        || Self.leading.contains { name.begins(with: $0) }
        || name.lowercased().ends(with: "_proxy")
        || programs.contains { $0.utf8.count > 1 && name.lowercased().begins(with: $0) }
    }
    return fixed + kept + reading.files
  }

  private var fixed: [Surrounding] {
    [
      Surrounding(name: "standard input", content: input),
      Surrounding(name: "the folder", content: workingDirectory),
      Surrounding(name: "the interpreter", content: command.joined(separator: "\0")),
    ]
  }

  /// Variables that the script, and those that it runs, read by name: as `$NAME` in a shell's, as a word in another's.
  /// What they read by name is given to them where they are; `PATH` leads to what is bound by its bytes, or is the
  /// system's. Names that are not set are among them.
  package var read: [String] {
    let reading = reading
    var names = Set(reading.references.map(\.text).map(String.init))
    if reading.isOpaque {
      names.formUnion(environment.keys.filter { reading.loose.contains(ExactText($0)) })
    }
    if !reading.words.isDisjoint(with: Self.programsOfPostgres) { names.formUnion(Self.places) }
    return names.filter {
      !Self.ofShells.contains($0) && $0 != "TERM" && $0 != "PATH" && !Self.own.contains($0)
    }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  private static let variable = "environment "

  /// How variables begin that decide which programs run, where they look, and what they say.
  private static let leading = [
    "PATH", "HOME", "LD_", "BASH_ENV", "ENV", "IFS", "CDPATH", "PG", "LC_", "LANG", "TZ", "SSL_",
    "GIT_", "GOOGLE_", "CLOUDSDK_",
  ]

  private static let programsOfPostgres = Set(
    [
      "psql", "pg_dump", "pg_dumpall", "pg_restore", "pg_isready", "pg_basebackup", "pg_amcheck",
      "vacuumdb", "reindexdb", "createdb", "dropdb",
    ].map { ExactText($0) })

  /// By which they are led: https://www.postgresql.org/docs/current/libpq-envars.html
  private static let places = [
    "PGHOST", "PGHOSTADDR", "PGPORT", "PGDATABASE", "PGUSER", "PGSERVICE", "PGSERVICEFILE",
    "PGOPTIONS", "PGTARGETSESSIONATTRS", "PGSYSCONFDIR",
  ]

  fileprivate static func isOfTerminal(_ name: String) -> Bool {
    ofShells.contains(name) || ofTerminals.contains(name) || own.contains(name)
      || name.begins(with: "RUNBOOK_INPUT_")
  }

  /// All but those of a person's terminal, unless the script, or one that it runs, names them.
  private func variables(named words: Set<ExactText>) -> [Surrounding] {
    environment.keys.filter { name in
      !Self.ofShells.contains(name)
        // As a word of its own it is the signal's name far more often than the terminal's.
        && (words.contains(ExactText(name)) && name != "TERM"
          || !Self.isOfTerminal(name))
    }.sorted().map { Surrounding(name: Self.variable + $0, content: environment[$0] ?? "") }
  }

  /// What the script and those that it runs visibly run or read, and what is not bound: for people.
  package var unbound: [String] { reading.unbound }

  /// Beyond these, what a script leads to is not bound.
  private static let (mostFiles, deepest) = (200, 8)

  private var reading: ScriptReading {
    var reading = ScriptReading(
      folders: [workingDirectory], searchPaths: [environment["PATH"] ?? ""])
    let shell = command.first.map { ScriptText.isShell($0) } ?? false
    var names = interpreterNames
    // A bash that runs a script reads it first.
    if let file = environment["BASH_ENV"] { names.append(file) }
    read(script, isShell: shell, extra: names, depth: 0, &reading)
    return reading
  }

  private func read(
    _ text: String, isShell: Bool, extra: [String], depth: Int, _ reading: inout ScriptReading
  ) {
    var scripts: [String] = []
    var code: Set<ExactText> = []
    var given = extra
    // What a program may be run by, and what else may be a file's name.
    var commands = extra
    var names: [String] = []
    var isForPSQL = false
    for word in text.pieces(whereSeparator: { !ScriptText.isOfName($0) }) {
      reading.words.insert(ExactText(String(word)))
      if !isShell { reading.loose.insert(ExactText(String(word))) }
    }
    if isShell {
      reading.references.formUnion(ScriptText.references(in: text))
      let scan = ShellScan(text, environment: environment)
      reading.programs.formUnion(scan.programs)
      if !scan.unknown.isEmpty { reading.isOpaque = true }
      reading.searchPaths += scan.searchPaths
      for target in scan.targets.map(atHome) {
        for folder in reading.folders {
          reading.targets.insert(ExactText(target.resolved(in: folder)))
        }
      }
      for folder in scan.folders where reading.folders.count < Self.mostFiles {
        for base in reading.folders {
          let path = atHome(folder).resolved(in: base)
          if !reading.folders.contains(where: { $0.isIdentical(to: path) }) {
            reading.folders.append(path)
          }
        }
      }
      for one in scan.unknown { reading.say(one) }
      scripts = scan.scripts.map(atHome)
      code = Set((scripts + scan.loaded.map(atHome)).map(ExactText.init))
      commands += scan.commands.map(atHome)
      // A text of several words may be a command, or what a program reads.
      names +=
        scan.words.map(atHome)
        + scan.texts.filter { $0.holds(" ") || $0.holds("\n") }.flatMap(ScriptText.names(in:))
      for pattern in scan.patterns.map(atHome) {
        given += matches(of: pattern, reading)
      }
      for glob in scan.globs.map(atHome) {
        let found = matches(of: ShellScan.pattern(of: glob), isWritten: true, reading)
        given += found
        for folder in found where ScriptFiles.isFolder(folder, in: reading.folders) {
          reading.say("what the folder \(relative(folder)) holds")
        }
      }
      given += (scan.operands + scan.inputs).map(atHome)
      if scan.programs.contains("psql") {
        commands += psqlFiles
        isForPSQL = true
        for one in scan.texts.flatMap(PSQLText.loose(in:)) { reading.say(one) }
      }
      for folder in scan.operands.map(atHome)
      where ScriptFiles.isFolder(folder, in: reading.folders) {
        reading.say("what the folder \(folder) holds")
      }
    } else {
      commands += ScriptText.quoted(in: text)
      names += ScriptText.names(in: text)
      reading.isOpaque = true
      reading.say("what a script that is no shell's loads by itself")
    }
    var found: [(name: String, path: String)] = []
    for name in given {
      found += files(of: name, reading).map { (name, $0) }
    }
    // Another word without a dot or a slash names a table or the like more often than a file of the folder.
    for name in names where name.holds("/") || name.holds(".") {
      found += files(of: name, reading).map { (name, $0) }
    }
    for name in commands {
      found += paths(of: name, reading).map { (name, $0) }
    }
    for name in scripts {
      found += reading.folders.map { (name, name.resolved(in: $0)) }
    }
    for (name, path) in found {
      guard reading.seen.insert(ExactText(path)).inserted,
        let content = FileContent.mark(of: path)
      else { continue }
      guard !ScriptFiles.isWrittenOn(path), !reading.targets.contains(ExactText(path)) else {
        reading.say(name)
        continue
      }
      guard reading.files.count < Self.mostFiles else {
        return reading.say("more files than are looked at")
      }
      reading.files.append(
        Surrounding(
          name: "file \(shown(name, path, reading))", content: content, file: path,
          isData: !code.contains(ExactText(name)) && access(path, X_OK) != 0))
      if FileContent.isByTimes(path) {
        reading.say("all of \(path), which counts by its size and times")
      }
      let isSQL = isForPSQL && !ScriptFiles.isOfTheSystem(path) && !code.contains(ExactText(name))
      for one in ScriptText.commandsOfPSQL(at: path, isGiven: isSQL) {
        reading.say("\(one) in \(name)")
      }
      guard !ScriptFiles.isOfTheSystem(path) else { continue }
      reading.words.formUnion(variables(in: path))
      guard let script = ScriptText.script(at: path, scripts.contains(name)) else {
        if access(path, X_OK) == 0 { reading.isOpaque = true }
        continue
      }
      guard depth < Self.deepest else {
        reading.isOpaque = true
        reading.say("what \(name) runs")
        continue
      }
      read(script.text, isShell: script.isShell, extra: [], depth: depth + 1, &reading)
    }
  }

  /// The variables of the environment that a file names, whoever reads it and by whatever signs.
  private func variables(in path: String) -> Set<ExactText> {
    guard let bytes = FileContent.bytes(of: path, most: ScriptText.largest), !bytes.contains(0)
    else { return [] }
    let words = String(decoding: bytes, as: UTF8.self).pieces { !ScriptText.isOfName($0) }
    return Set(words.map(String.init).filter { environment[$0] != nil }.map(ExactText.init))
  }

  /// The files that a pattern may lead to, with their paths from the script's folders. `*` stands in it for whatever
  /// the script puts there.
  ///
  /// - Parameter isWritten: whether it stands so in the script.
  private func matches(
    of pattern: String, isWritten: Bool = false, _ reading: ScriptReading
  ) -> [String] {
    let parts = pattern.pieces(separatedBy: "/", omittingEmptySubsequences: false).map(String.init)
    guard let last = parts.last, isWritten || last.unicodeScalars.contains(where: { $0 != "*" })
    else { return [] }
    // What stands first may be any folder: that of the script above all.
    var folder = parts.dropLast()
    if !isWritten, folder.first == "*" { folder = folder.dropFirst() }
    guard !folder.contains(where: { $0.unicodeScalars.contains("*") }) else { return [] }
    let base = folder.joined(separator: "/")
    let isAbsolute = base.begins(with: "/") || parts.count > 1 && folder.first == ""
    return (isAbsolute ? ["/"] : reading.folders).flatMap { root -> [String] in
      let path = isAbsolute ? base : base.isEmpty ? root : "\(root)/\(base)"
      guard !ScriptFiles.isOfTheSystem(path + "/") else { return [] }
      return Folder.names(in: path)
        .filter { fnmatch(last, $0, FNM_PERIOD | FNM_NOESCAPE) == 0 }.sorted()
        .map { "\(path)/\($0)" }
    }
  }

  /// A path of the script's own folder as it is from there.
  private func relative(_ path: String) -> String {
    String(path.dropping(prefix: workingDirectory + "/"))
  }

  /// The name as it is written where it leads there from the script's own folder, else the path.
  private func shown(_ name: String, _ path: String, _ reading: ScriptReading) -> String {
    let isOwn =
      !name.holds("/") && ScriptFiles.isOfTheSystem(path)
      || name.resolved(in: workingDirectory).isIdentical(to: path)
    let isTaken = reading.files.contains { $0.name.isIdentical(to: "file \(name)") }
    return isOwn && !isTaken ? name : path
  }

  /// A name that begins with the account's folder, as a path.
  private func atHome(_ name: String) -> String {
    guard name.begins(with: ShellScan.home) else { return name }
    return (environment["HOME"] ?? "~") + String(name.dropping(prefix: ShellScan.home))
  }

  /// What psql reads unasked: https://www.postgresql.org/docs/current/app-psql.html#APP-PSQL-FILES
  private var psqlFiles: [String] {
    let home = environment["HOME"] ?? ""
    let own = [
      ("PSQLRC", ".psqlrc"), ("PGSERVICEFILE", ".pg_service.conf"), ("PGPASSFILE", ".pgpass"),
    ]
    let system = environment["PGSYSCONFDIR"].map { ["\($0)/pg_service.conf"] } ?? []
    return (own.map { environment[$0.0] ?? "\(home)/\($0.1)" } + system).filter {
      $0.begins(with: "/")
    }
  }

  /// Words of the interpreter's command that may name a file.
  private var interpreterNames: [String] {
    command.filter { !$0.begins(with: "-") && !$0.isIdentical(to: script) }
  }

  /// Where a word may lead to; empty where it names no file.
  private func paths(of name: String, _ reading: ScriptReading) -> [String] {
    if name.begins(with: "/") || name.holds("/") || name.holds(".") {
      let files = files(of: name, reading)
      if !files.isEmpty || name.holds("/") { return files }
    }
    return reading.searchPaths.compactMap { path in
      path.pieces(separatedBy: ":").map { "\($0)/\(name)".resolved(in: workingDirectory) }
        .first { access($0, X_OK) == 0 }
    }
  }

  /// The files of that name that are there.
  private func files(of name: String, _ reading: ScriptReading) -> [String] {
    guard !name.isEmpty else { return [] }
    if name.begins(with: "/") {
      guard access(name, F_OK) != 0 else { return [name] }
      // What stands before it in the script may be a folder that a program has printed.
      return reading.folders.map { $0 + name }.filter { access($0, F_OK) == 0 }
    }
    return reading.folders.map { name.resolved(in: $0) }.filter { access($0, F_OK) == 0 }
  }
}
