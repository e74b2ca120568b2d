import CLinux
import Glibc
import RunbookModel
import SystemPackage

/// A program that was started below a keeper, and the descriptors by which it is watched.
///
/// Not `Sendable`: it belongs to the thread that watches it. The program is its session's and its group's
/// leader; the keeper, of which C's `runbook_keep` tells, is this process's child.
struct SpawnedChild {
  let keeper: pid_t
  /// The keeper's where the program ended that before it could tell the program's.
  let pid: pid_t
  /// Readable when the keeper has something to report, and at its end.
  let report: CInt
  let output: CInt
  let error: CInt

  /// - Throws: `unreachable` when the program could not be started.
  init(_ process: ChildProcess) throws(StepFailure) {
    guard let program = process.command.first, !program.isEmpty else {
      throw StepFailure(.invalid, "a command without a program")
    }
    let environment = process.environment.merging(process.mark) { _, mark in mark }
    var files = SpawnFiles()
    defer { files.closeChildEnds() }
    do throws(Errno) {
      try files.open(input: process.input, script: process.script, mark: process.mark)
      keeper = try files.spawn(
        path: Self.path(of: program, in: environment), arguments: process.command,
        environment: environment, workingDirectory: process.workingDirectory,
        letsGo: process.leavesRunning)
      files.closeChildEnds()
      pid = try Self.start(keeper, files.report)
    } catch {
      files.closeParentEnds()
      throw StepFailure(
        .unreachable, "cannot start `\(program)`: \(error.description)",
        hint: process.workingDirectory.map { "it was to run in \($0)" })
    }
    output = files.output
    error = files.error
    report = files.report
  }

  /// Waits for the keeper's word on the program's start.
  private static func start(_ keeper: pid_t, _ report: CInt) throws(Errno) -> pid_t {
    var mayRun = false
    var number = ESRCH
    while let word = Report.await(from: report, of: keeper) {
      switch word {
      case .begins: mayRun = true
      case .started(let pid): return pid
      case .notStarted(let problem):
        number = problem
        mayRun = false
      case .ended: break
      }
    }
    // What may have begun is watched, and its end is not known.
    if mayRun { return keeper }
    Report.reap(keeper)
    throw Errno(rawValue: number)
  }

  /// What a keeper says.
  enum Report {
    case begins
    case started(pid_t)
    case notStarted(CInt)
    /// The program's status, as waitpid(2) gives it.
    case ended(CInt)

    /// - Returns: nil where nothing is to be read, with EAGAIN, or the keeper has ended.
    static func read(from descriptor: CInt) -> Report? {
      var report = runbook_report()
      errno = 0
      var count = Glibc.read(descriptor, &report, MemoryLayout<runbook_report>.size)
      while count < 0, errno == EINTR {
        count = Glibc.read(descriptor, &report, MemoryLayout<runbook_report>.size)
      }
      guard count == MemoryLayout<runbook_report>.size else {
        if count >= 0 { errno = 0 }
        return nil
      }
      switch Int(report.kind) {
      case RUNBOOK_BEGINS: return .begins
      case RUNBOOK_ENDED: return .ended(report.value)
      default: break
      }
      return report.value > 0 ? .started(report.value) : .notStarted(-report.value)
    }

    private static let patience: CInt = 100

    /// Waits for the next; a keeper that the program stopped before it could report is woken.
    ///
    /// - Returns: nil where the keeper has ended.
    static func await(from descriptor: CInt, of keeper: pid_t) -> Report? {
      while true {
        var item = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        if poll(&item, 1, patience) == 0 { kill(keeper, SIGCONT) }
        if let report = read(from: descriptor) { return report }
        if errno != EAGAIN { return nil }
      }
    }

    /// - Returns: the signal that ended the keeper; nil where it ended by itself.
    @discardableResult
    static func reap(_ keeper: pid_t) -> CInt? {
      var status: CInt = 0
      while waitpid(keeper, &status, 0) < 0, errno == EINTR {}
      return status & 0x7F == 0 ? nil : status & 0x7F
    }
  }

  /// The first executable file of that name in `PATH`, else the name itself.
  private static func path(of program: String, in environment: [String: String]) -> String {
    guard !program.holds("/") else { return program }
    let search = environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"
    for folder in search.pieces(separatedBy: ":") {
      let candidate = "\(folder)/\(program)"
      if access(candidate, X_OK) == 0 { return candidate }
    }
    return program
  }
}
