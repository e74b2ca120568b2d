import CLinux
import Glibc
import SystemPackage

/// The descriptors that a child process and its keeper are started with.
struct SpawnFiles {
  /// The ends that this process reads.
  private(set) var output: CInt = -1
  private(set) var error: CInt = -1
  private(set) var report: CInt = -1
  private var keeperReport: CInt = -1
  private var keeperMark: CInt = -1
  private var childInput: CInt = -1
  private var childOutput: CInt = -1
  private var childError: CInt = -1
  private var childScript: CInt = -1

  /// `F_SETPIPE_SZ` of fcntl(2), which Swift does not import.
  private static let setPipeSize: CInt = 1031

  /// The child's descriptor of the script.
  private static let scriptNumber: CInt = 3

  mutating func open(
    input: [UInt8], script: [UInt8]?, mark: [String: String]
  ) throws(Errno) {
    childInput =
      input.isEmpty
      ? try Self.lifted(Glibc.open("/dev/null", O_RDONLY | O_CLOEXEC))
      : try Self.memoryFile(input)
    if let script { childScript = try Self.memoryFile(script) }
    (output, childOutput) = try Self.pipe()
    (error, childError) = try Self.pipe()
    (report, keeperReport) = try Self.pipe(isLarge: false)
    keeperMark = try Self.memoryFile(KeeperMark.content(mark), name: KeeperMark.name)
  }

  /// Starts the program below a keeper, as a session's leader, with all signals as they are by default.
  ///
  /// - Parameter letsGo: whether the keeper ends with the program where this process is gone by then.
  /// - Returns: the keeper's number.
  func spawn(
    path: String, arguments: [String], environment: [String: String], workingDirectory: String?,
    letsGo: Bool
  ) throws(Errno) -> CInt {
    var arguments: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) }
    arguments.append(nil)
    var variables: [UnsafeMutablePointer<CChar>?] = environment.map {
      strdup("\($0.key)=\($0.value)")
    }
    variables.append(nil)
    defer {
      for text in arguments { free(text) }
      for text in variables { free(text) }
    }
    var descriptors = [childInput, childOutput, childError]
    if childScript >= 0 { descriptors.append(childScript) }
    var keeper: CInt = 0
    let status = runbook_keep(
      &keeper, path, arguments, variables, workingDirectory, descriptors, CInt(descriptors.count),
      keeperReport, keeperMark, letsGo ? 1 : 0)
    guard status == 0 else { throw Errno(rawValue: status) }
    return keeper
  }

  /// Closes what only the child and its keeper need; a second time does nothing.
  mutating func closeChildEnds() {
    let ends = [childInput, childOutput, childError, childScript, keeperReport, keeperMark]
    for descriptor in ends where descriptor >= 0 { close(descriptor) }
    (childInput, childOutput, childError) = (-1, -1, -1)
    (childScript, keeperReport, keeperMark) = (-1, -1, -1)
  }

  mutating func closeParentEnds() {
    for descriptor in [output, error, report] where descriptor >= 0 { close(descriptor) }
  }

  private static func pipe(
    isLarge: Bool = true
  ) throws(Errno) -> (read: CInt, write: CInt) {
    var ends: [CInt] = [-1, -1]
    let status = runbook_pipe(&ends)
    guard status == 0 else { throw Errno(rawValue: status) }
    // A program that prints much waits less for us; where the system refuses, it has the usual size.
    if isLarge { _ = fcntl(ends[0], setPipeSize, 1 << 20) }
    return (try lifted(ends[0]), try lifted(ends[1]))
  }

  /// A file in memory that is read from its start: unlike a pipe it needs nobody who feeds it, and
  /// cannot raise SIGPIPE.
  private static func memoryFile(
    _ bytes: [UInt8], name: String = "runbook"
  ) throws(Errno) -> CInt {
    let descriptor = try lifted(runbook_memory_file(name))
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      guard count > 0 else {
        let problem = Errno.last
        if problem == .interrupted { continue }
        close(descriptor)
        throw problem
      }
      rest = rest.dropFirst(count)
    }
    lseek(descriptor, 0, SEEK_SET)
    return descriptor
  }

  /// The descriptor, or another of the same file whose number is none of the child's.
  private static func lifted(_ descriptor: CInt) throws(Errno) -> CInt {
    guard descriptor >= 0 else { throw Errno.last }
    guard descriptor <= scriptNumber else { return descriptor }
    let other = fcntl(descriptor, F_DUPFD_CLOEXEC, scriptNumber + 1)
    let problem = Errno.last
    close(descriptor)
    guard other >= 0 else { throw problem }
    return other
  }
}
