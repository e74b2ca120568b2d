import Glibc

extension Watchdog {
  /// `POSIX_SPAWN_SETSID`, which the Glibc module does not show: `bits/spawn.h`.
  private static let setSession: Int16 = 0x80

  /// Starts a program as a session's leader, with all signals
  /// as they are by default.
  static func spawn(
    _ command: [String], environment: [String: String], input: CInt
  ) throws(SystemProblem) -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    sigfillset(&signals)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setflags(
      &attributes,
      Int16(POSIX_SPAWN_SETSIGMASK) | Int16(POSIX_SPAWN_SETSIGDEF) | setSession)

    var arguments: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) }
    arguments.append(nil)
    var variables: [UnsafeMutablePointer<CChar>?] = environment.map {
      strdup("\($0.key)=\($0.value)")
    }
    variables.append(nil)
    defer {
      for text in arguments { free(text) }
      for text in variables { free(text) }
    }
    var pid: pid_t = 0
    let status = posix_spawn(
      &pid, command.first ?? "", &actions, &attributes, arguments, variables)
    guard status == 0 else { throw SystemProblem(status) }
    return pid
  }
}
