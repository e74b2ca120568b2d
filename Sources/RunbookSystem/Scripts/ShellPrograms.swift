import RunbookModel

/// What is known of programs that scripts run: which run others, and how their operands read.
enum ShellPrograms {
  static let shells: Set = ["sh", "bash", "dash", "ksh", "mksh", "zsh", "ash", "rbash"]
  static let loaders: Set = [
    "python", "python3", "python2", "pypy3", "perl", "ruby", "node", "nodejs", "php", "lua",
    "Rscript", "tclsh", "expect", "java", "deno", "bun",
  ]
  static let keywords: Set = [
    "if", "then", "else", "elif", "fi", "do", "done", "while", "until", "{", "}", "!", "esac", "(",
  ]

  /// Programs whose operands are a command of their own.
  struct Wrapper {
    /// Options that take a value, by their letters and by their names.
    var valued = ""
    var named: Set<String> = []
    /// Operands before the command.
    var operands = 0
    /// Letters of options whose value is a command's text.
    var texts = ""
  }

  static let wrappers: [String: Wrapper] = [
    "exec": Wrapper(valued: "a"), "command": Wrapper(), "builtin": Wrapper(), "nohup": Wrapper(),
    "setsid": Wrapper(), "time": Wrapper(valued: "fo", named: ["--format", "--output"]),
    "nice": Wrapper(valued: "n", named: ["--adjustment"]),
    "ionice": Wrapper(
      valued: "cnpPu", named: ["--class", "--classdata", "--pid", "--pgid", "--uid"]),
    "sudo": Wrapper(
      valued: "ughpCrtTUDRac",
      named: [
        "--user", "--group", "--host", "--prompt", "--close-from", "--role", "--type",
        "--command-timeout", "--other-user", "--chdir", "--chroot",
      ]), "doas": Wrapper(valued: "uCa"),
    "runuser": Wrapper(
      valued: "ugGsw", named: ["--user", "--group", "--supp-group", "--shell"], texts: "c"),
    "su": Wrapper(valued: "gGsw", named: ["--group", "--supp-group", "--shell"], texts: "c"),
    "env": Wrapper(valued: "uC", named: ["--unset", "--chdir"], texts: "S"),
    "timeout": Wrapper(valued: "sk", named: ["--signal", "--kill-after"], operands: 1),
    "stdbuf": Wrapper(valued: "ioe", named: ["--input", "--output", "--error"]),
    "flock": Wrapper(
      valued: "wE", named: ["--timeout", "--wait", "--conflict-exit-code"], operands: 1, texts: "c"),
    "taskset": Wrapper(operands: 1),
    "chrt": Wrapper(valued: "TPD", operands: 1),
    "numactl": Wrapper(
      valued: "iNCmp",
      named: ["--interleave", "--cpunodebind", "--physcpubind", "--membind", "--preferred"]),
    "setpriv": Wrapper(
      named: [
        "--reuid", "--regid", "--groups", "--inh-caps", "--ambient-caps", "--bounding-set",
        "--securebits", "--pdeathsig", "--selinux-label", "--apparmor-profile", "--ruid", "--euid",
        "--rgid", "--egid",
      ]), "unshare": Wrapper(valued: "SGR"), "prlimit": Wrapper(), "choom": Wrapper(valued: "n"),
    "pkexec": Wrapper(named: ["--user"]), "gosu": Wrapper(operands: 1),
    "su-exec": Wrapper(operands: 1), "setuidgid": Wrapper(operands: 1),
    "envdir": Wrapper(operands: 1), "faketime": Wrapper(valued: "f", operands: 1),
    "chpst": Wrapper(valued: "uUbenodpfmclra/"), "strace": Wrapper(valued: "opeEsSaPuOIbX"),
    "ltrace": Wrapper(valued: "opeEsSaPuOlnxFAD"), "unbuffer": Wrapper(), "chronic": Wrapper(),
    "script": Wrapper(valued: "BIOTmE", texts: "c"), "busybox": Wrapper(), "toybox": Wrapper(),
    "dumb-init": Wrapper(), "tini": Wrapper(valued: "pe"), "catchsegv": Wrapper(),
    "dbus-run-session": Wrapper(), "xvfb-run": Wrapper(valued: "nefspw"), "fakeroot": Wrapper(),
    "eatmydata": Wrapper(), "linux32": Wrapper(), "linux64": Wrapper(),
    "setarch": Wrapper(operands: 1), "not": Wrapper(),
  ]

  /// Programs that run what is not in the script: elsewhere, or by a file that they find by themselves.
  static let runners: Set = [
    "ssh", "su", "parallel", "make", "docker", "podman", "kubectl", "ansible", "ansible-playbook",
    "terraform", "run-parts", "npm", "at", "batch", "alias", "watch", "chroot", "nsenter",
    "systemd-run", "systemd-nspawn", "machinectl", "bwrap", "firejail", "lxc", "nerdctl", "npx",
    "yarn", "pnpm", "gmake", "ninja", "just", "rake", "entr", "inotifywait", "crontab", "screen",
    "tmux", "helm", "pssh", "salt", "fab", "cap", "doctl", "heroku", "fly", "complete", "enable",
  ]

  /// Programs that read no file that they are given and run none: what they are given need not be told.
  static let plain: Set = [
    "", ":", "[", "[[", "test", "true", "false", "echo", "printf", "expr", "let", "export", "case",
    "for", "select", "readonly", "local", "declare", "typeset", "unset", "return", "exit", "break",
    "continue", "shift", "wait", "ulimit", "umask", "getopts", "read", "hash", "type", "which",
    "jobs", "fg", "bg", "cd", "pushd", "popd", "pwd", "mkdir", "rmdir", "rm", "unlink", "ls",
    "touch",
    "chmod", "chown", "chgrp", "du", "df", "stat", "mktemp", "mkfifo", "truncate", "basename",
    "dirname", "realpath", "readlink", "kill", "pkill", "pgrep", "killall", "sleep", "seq", "date",
    "hostname", "id", "whoami", "uname", "logger", "systemctl", "service", "journalctl", "ps",
    "pg_ctl", "pg_isready", "initdb", "createdb", "dropdb", "createuser", "dropuser", "ping",
    "apt", "apt-get", "apk", "dnf", "yum", "tput", "stty", "sync", "mount", "umount", "useradd",
    "usermod", "groupadd", "man", "times", "yes", "trap",
  ]

  /// Programs whose first operand is a program or a pattern of their own, and no file.
  static let patterned: Set = [
    "grep", "egrep", "fgrep", "zgrep", "rg", "sed", "awk", "gawk", "mawk", "jq", "yq", "tr", "cut",
  ]

  /// Programs that read files, and run nothing that they are given.
  static let readers: Set = patterned.union([
    "cat", "tac", "head", "tail", "wc", "sort", "uniq", "nl", "fold", "paste", "join", "comm",
    "tee",
    "diff", "cmp", "md5sum", "sha1sum", "sha256sum", "sha512sum", "cksum", "gzip", "gunzip", "zcat",
    "bzip2", "xz", "zstd", "base64", "od", "xxd", "hexdump", "strings", "cp", "mv", "ln", "install",
    "rsync", "scp", "dd", "split", "curl", "wget", "psql", "pg_dump", "pg_dumpall", "pg_restore",
    "pg_basebackup", "git", "openssl", "file", "column", "less", "more", "iconv", "patch", "cpio",
    "zip", "unzip", "column", "envsubst", "nc", "column", "dos2unix", "set",
  ])

  /// Options whose value is a text, a name or where something is written to, by program: no file that is read.
  static let texts: [String: (letters: String, names: Set<String>)] = {
    let connection: Set = ["--host", "--port", "--username", "--dbname"]
    let dump: Set = [
      "--file", "--table", "--schema", "--exclude-table", "--exclude-schema", "--jobs", "--format",
      "--compress", "--role", "--exclude-table-data", "--lock-wait-timeout",
    ]
    return [
      "psql": (
        "cdhpUvPFRToL",
        connection.union([
          "--command", "--set", "--variable", "--pset", "--field-separator", "--output",
          "--log-file",
        ])
      ),
      "pg_dump": ("dhpUftTnNjFZ", connection.union(dump)),
      "pg_dumpall": ("dhpUfl", connection.union(["--file", "--database", "--role"])),
      "pg_restore": (
        "dhpUftTnNjFI", connection.union(["--file", "--table", "--schema", "--jobs", "--format"])
      ),
      "curl": (
        "oXHuAemwxr",
        [
          "--output", "--request", "--header", "--user", "--user-agent", "--referer", "--max-time",
          "--write-out", "--proxy", "--range", "--url", "--retry", "--connect-timeout",
        ]
      ), "wget": ("OP", ["--output-document", "--header", "--timeout"]),
      "head": ("nc", ["--lines", "--bytes"]), "tail": ("nc", ["--lines", "--bytes"]),
      "awk": ("vF", []), "gawk": ("vF", []), "mawk": ("vF", []), "cut": ("dfcb", []),
      "sort": ("kto", ["--key", "--field-separator", "--output"]), "grep": ("eABCm", ["--regexp"]),
      "sed": ("e", ["--expression"]), "git": ("cmb", ["--message"]),
    ]
  }()
}

extension ShellPrograms.Wrapper {
  /// The command that a wrapper is given, behind its own options and operands.
  func command(in operands: ArraySlice<ShellScan.Word>) -> ArraySlice<ShellScan.Word> {
    var rest = operands
    while let word = rest.first, word.isOption || word.isAssignment {
      rest = rest.dropFirst()
      guard word.isOption else { continue }
      if word.text == "--" { break }
      if word.text.begins(with: "--") {
        if named.contains(word.text) { rest = rest.dropFirst() }
        continue
      }
      let letters = Array(word.text.unicodeScalars.dropFirst())
      let valued = valued.unicodeScalars
      // What follows its letter is the value of one already.
      if let place = letters.firstIndex(where: { valued.contains($0) }),
        place == letters.endIndex - 1
      {
        rest = rest.dropFirst()
      }
    }
    while let word = rest.first, word.isAssignment { rest = rest.dropFirst() }
    return rest.dropFirst(self.operands)
  }
}
