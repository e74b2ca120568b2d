import CLinux
package import Glibc
import RunbookModel
import RunbookSystem
package import SystemPackage

extension Watchdog {
  /// The program's standard input, output and error.
  private static let descriptorCount: CInt = 3

  /// Starts a program as a session's leader, without output.
  package static func spawn(
    _ command: [String], environment: [String: String], input: CInt
  ) throws(Errno) -> pid_t {
    let source = fcntl(input, F_DUPFD_CLOEXEC, descriptorCount)
    guard source >= 0 else { throw Errno.last }
    defer { close(source) }
    let null = open("/dev/null", O_WRONLY | O_CLOEXEC)
    guard null >= 0 else { throw Errno.last }
    defer { close(null) }
    let sink = fcntl(null, F_DUPFD_CLOEXEC, descriptorCount)
    guard sink >= 0 else { throw Errno.last }
    defer { close(sink) }

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
    var pid: CInt = 0
    let status = runbook_spawn(
      &pid, command.first ?? "", &arguments, &variables, "/", [source, sink, sink],
      descriptorCount)
    guard status == 0 else { throw Errno(rawValue: status) }
    return pid
  }
}
