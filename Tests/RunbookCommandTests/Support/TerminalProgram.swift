import Foundation
import Glibc
import Testing

/// The built program on a terminal of its own: what it shows is read as it comes, what is typed goes
/// the way of a keyboard, Ctrl-C included.
final class TerminalProgram {
  private let terminal: CInt
  private let pid: pid_t
  /// All that the terminal has shown.
  private(set) var shown = ""
  private var position: String.Index
  private var hasEnded = false

  /// Ctrl-C, which the terminal makes an interrupt of all that runs in its foreground.
  static let interrupt = "\u{03}"

  init(
    _ arguments: [String], in workspace: Workspace, environment: [String: String]
  ) throws {
    let (terminal, name) = try Self.openTerminal()
    self.terminal = terminal
    let all = workspace.environment(["TERM": "xterm"]).merging(environment) { $1 }
    pid = try Self.spawn(arguments, on: name, in: workspace.folder, environment: all)
    position = shown.startIndex
  }

  deinit {
    if !hasEnded {
      kill(pid, SIGKILL)
      waitpid(pid, nil, 0)
    }
    close(terminal)
  }

  func type(_ text: String) throws {
    let bytes = Array(text.utf8)
    try #require(write(terminal, bytes, bytes.count) == bytes.count)
  }

  /// Reads on until the terminal has shown a text after what was awaited before.
  func await(_ text: String) throws {
    while true {
      if let range = shown[position...].range(of: text) {
        position = range.upperBound
        return
      }
      try #require(readMore(), "\(text) was not shown:\n\(shown)")
    }
  }

  func signal(_ number: CInt) { kill(pid, number) }

  /// Reads to the end of what it shows, and gives its exit status; a signal's number, negative, where
  /// one ended it.
  func end() -> Int32 {
    while readMore() {}
    var status: CInt = 0
    while waitpid(pid, &status, 0) < 0, errno == EINTR {}
    hasEnded = true
    return status & 0x7F == 0 ? (status >> 8) & 0xFF : -(status & 0x7F)
  }

  /// A program that waits for something else than the test does would keep it for ever.
  private static let patience: CInt = 60_000

  /// - Returns: whether there was more; false once nobody has the terminal open any more, or nothing comes.
  private func readMore() -> Bool {
    var input = pollfd(fd: terminal, events: Int16(POLLIN), revents: 0)
    var state = poll(&input, 1, Self.patience)
    while state < 0, errno == EINTR { state = poll(&input, 1, Self.patience) }
    guard state > 0 else {
      kill(pid, SIGKILL)
      return false
    }
    var bytes = [UInt8](repeating: 0, count: 4096)
    var count = read(terminal, &bytes, bytes.count)
    while count < 0, errno == EINTR { count = read(terminal, &bytes, bytes.count) }
    guard count > 0 else { return false }
    let seen = shown.distance(from: shown.startIndex, to: position)
    pending += bytes[..<count]
    // A character may be cut in two between one reading and the next.
    let whole = String(decoding: pending, as: UTF8.self)
    shown = whole
    position = whole.index(whole.startIndex, offsetBy: seen)
    return true
  }

  private var pending: [UInt8] = []

  /// A new terminal's far end, and the name of its near one: pty(7), ioctl_tty(2).
  ///
  /// Glibc's functions for it, and some constants, are not imported into Swift.
  private static func openTerminal() throws -> (CInt, String) {
    let (unlock, number): (UInt, UInt) = (0x4004_5431, 0x8004_5430)
    let terminal = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
    try #require(terminal >= 0)
    var isLocked: CInt = 0
    var index: CInt = 0
    try #require(ioctl(terminal, unlock, &isLocked) == 0 && ioctl(terminal, number, &index) == 0)
    return (terminal, "/dev/pts/\(index)")
  }

  /// `POSIX_SPAWN_SETSID` of <spawn.h>.
  private static let setsid: CInt = 0x80

  /// Starts the program as the leader of a session, so that the terminal that it opens first becomes
  /// the one that controls it.
  private static func spawn(
    _ arguments: [String], on terminal: String, in folder: String, environment: [String: String]
  ) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, terminal, O_RDWR, 0)
    posix_spawn_file_actions_adddup2(&actions, 0, 1)
    posix_spawn_file_actions_adddup2(&actions, 0, 2)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // Neither ignored nor blocked signals of the tests' process are taken over.
    var signals = sigset_t()
    sigfillset(&signals)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    posix_spawnattr_setflags(
      &attributes, Int16(setsid | CInt(POSIX_SPAWN_SETSIGDEF) | CInt(POSIX_SPAWN_SETSIGMASK)))
    let env = "/usr/bin/env"
    var words =
      ([env, "-C", folder, RunningProgram.path] + arguments).map { strdup($0) } + [nil]
    var variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for text in words + variables { free(text) } }
    var pid: pid_t = 0
    let status = posix_spawn(&pid, env, &actions, &attributes, &words, &variables)
    try #require(status == 0, "\(String(cString: strerror(status)))")
    return pid
  }
}
