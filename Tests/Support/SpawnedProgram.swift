public import Glibc

/// A program as a child process, waited for by its number alone.
///
/// Foundation's `Process` learns of an end by a socket that any other child may have inherited: while that
/// one lives, the end is not seen. Signals are blocked by nobody here.
public final class SpawnedProgram: Sendable {
  private let pid: pid_t
  private let input: Int32
  private let output: Int32

  /// - Parameter command: its program must be a path.
  public init?(_ command: [String]) {
    var stdin: [Int32] = [-1, -1]
    var stdout: [Int32] = [-1, -1]
    let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    guard socketpair(AF_UNIX, type, 0, &stdin) == 0, socketpair(AF_UNIX, type, 0, &stdout) == 0
    else { return nil }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, stdin[0], 0)
    posix_spawn_file_actions_adddup2(&actions, stdout[1], 1)
    SpawnedProgram.closeOthers(&actions)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    var words: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
    defer { for word in words { free(word) } }
    var pid: pid_t = 0
    let status = posix_spawn(&pid, command.first ?? "", &actions, &attributes, &words, environ)
    close(stdin[0])
    close(stdout[1])
    guard status == 0 else {
      close(stdin[1])
      close(stdout[0])
      return nil
    }
    self.pid = pid
    input = stdin[1]
    output = stdout[0]
  }

  /// Has a child inherit nothing but its three streams: others wait for the end of what may be open.
  public static func closeOthers(_ actions: inout posix_spawn_file_actions_t) {
    for descriptor in Int32(3)..<1024 { posix_spawn_file_actions_addclose(&actions, descriptor) }
  }

  /// Kills what still runs, and waits for it.
  deinit {
    close(input)
    close(output)
    kill(pid, SIGKILL)
    var status: Int32 = 0
    while waitpid(pid, &status, 0) < 0, errno == EINTR {}
  }

  /// What it has printed by now, at least one byte; empty at its end.
  public func available() -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = read(output, &bytes, bytes.count)
      if count < 0, errno == EINTR { continue }
      return Array(bytes.prefix(max(0, count)))
    }
  }

  /// All that it prints, to its end.
  public func text() -> String {
    var all: [UInt8] = []
    while case let some = available(), !some.isEmpty { all += some }
    return String(decoding: all, as: UTF8.self)
  }
}
