import Glibc
import RunbookEngine
import RunbookModel

/// What decides what a script does besides its own text: the files and programs that it names, and the
/// variables that it reads.
struct ScriptSurroundings {
  let script: String
  let command: [String]
  let workingDirectory: String
  /// Of the step's processes.
  let environment: [String: String]
  /// Standard input.
  let input: String

  /// Variables that say where and how a person sits, and not what a program does: another terminal has
  /// others. The first are the shell's own, which sets them anew.
  private static let ofShells = ["PWD", "OLDPWD", "SHLVL", "_"]
  private static let ofTerminals = [
    "COLUMNS", "LINES", "COLORTERM", "LS_COLORS", "DISPLAY", "WINDOWID", "STY", "MAIL",
    "INVOCATION_ID",
    "JOURNAL_STREAM", "MANAGERPID", "SYSTEMD_EXEC_PID", "GPG_TTY", "PS1", "PS2",
  ]
  private static let beginningsOfTerminals = [
    "TERM", "SSH_", "XDG_", "TMUX", "DBUS_", "VTE_", "WAYLAND_", "VSCODE_", "GNOME_", "KDE_",
    "KONSOLE_",
    "LESS", "HIST", "SUDO_", "MEMORY_PRESSURE_", "RUNBOOK_",
  ]

  var all: [Surrounding] {
    [
      Surrounding(name: "standard input", content: input),
      Surrounding(name: "the folder", content: workingDirectory),
      Surrounding(name: "the interpreter", content: command.joined(separator: "\0")),
    ] + variables + files
  }

  /// All but those of a person's terminal, unless the script names them.
  private var variables: [Surrounding] {
    let words = Set(script.pieces { !Self.isOfName($0) }.map(ExactText.init))
    return environment.keys.filter { name in
      !Self.ofShells.contains(name)
        && (words.contains(ExactText(name)) && !name.begins(with: "TERM")
          || !Self.ofTerminals.contains(name)
            && !Self.beginningsOfTerminals.contains { name.begins(with: $0) })
    }.sorted().map { Surrounding(name: "environment \($0)", content: environment[$0] ?? "") }
  }

  private var files: [Surrounding] {
    var seen = Set<ExactText>()
    return names.compactMap { name in
      guard seen.insert(ExactText(name)).inserted, let path = path(of: name),
        let content = FileContent.mark(of: path)
      else { return nil }
      return Surrounding(name: "file \(name)", content: content)
    }
  }

  /// Words of the script and its interpreter that may name a file; none that is only written to.
  private var names: [String] {
    var names = command.filter { !$0.begins(with: "-") && !$0.isIdentical(to: script) }
    var isTarget = false
    for word in script.pieces(whereSeparator: Self.endsWord) {
      if word.ends(with: ">") {
        isTarget = true
        continue
      }
      if !isTarget { names.append(String(word.dropScalars { $0 == "<" })) }
      isTarget = false
    }
    return names
  }

  /// - Returns: nil where there is no such file.
  private func path(of name: String) -> String? {
    guard !name.isEmpty else { return nil }
    if name.holds("/") { return name.resolved(in: workingDirectory) }
    let here = name.resolved(in: workingDirectory)
    // A word without a dot or a slash names a table or the like more often than a file of the folder.
    if name.holds("."), access(here, F_OK) == 0 { return here }
    let folders = environment["PATH"]?.pieces(separatedBy: ":") ?? []
    return folders.map { "\($0)/\(name)" }.first { access($0, X_OK) == 0 }
  }

  private static func isOfName(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "a"..."z", "A"..."Z", "0"..."9", "_": true
    default: false
    }
  }

  private static func endsWord(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case " ", "\t", "\n", "\r", ";", "|", "=", "&", "(", ")", "\"", "'", "`", "$", "{", "}": true
    default: false
    }
  }
}
