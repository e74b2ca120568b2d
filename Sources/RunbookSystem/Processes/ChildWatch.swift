import Glibc
import RunbookModel

/// Watches one process to its end: reads its output, heeds its time, and sees that nothing of it is
/// left. Blocks the thread that it runs on.
///
/// | stage | what is awaited | then |
/// | --- | --- | --- |
/// | running | the end of the process, the timeout, a cancellation | lingering, or terminating |
/// | terminating | the end of it and of what it left, the grace | done, or killing |
/// | lingering | the process has ended by itself, but something of it goes on | done, or ending |
/// | ending | the end of what it left, the grace | done, or killing |
/// | killing | the end of all, a second at most | done |
///
/// Done is when the process, its keeper and the output have ended: the keeper does once nothing is below it.
///
/// What is left by a process that may leave something is not ended: lingering leads to done.
struct ChildWatch {
  private enum Stage { case running, terminating, lingering, ending, killing }

  let child: SpawnedChild
  let process: ChildProcess
  let interruption: Interruption
  let receive: @Sendable (ChildProcess.Stream, [UInt8]) -> Void

  private var stage = Stage.running
  private var deadline: ContinuousClock.Instant?
  private var ending = ChildProcess.Ending()
  private var hasEnded = false
  private var isKept = true
  private var open: [ChildProcess.Stream: CInt]
  private var remains: ProcessRemains

  /// How long something may go on after the process has ended.
  private static let linger = Duration.milliseconds(250)
  private static let afterKill = Duration.seconds(1)
  /// How long what is not found may still take to be gone.
  private static let lastMoment = Duration.milliseconds(100)
  /// As much as a pipe is asked to hold goes in few readings.
  private static let chunk = 126_976
  /// A pipe holds no more: what comes after it was written by somebody who cannot be killed.
  private static let pipeSize = 1 << 20

  init(
    child: SpawnedChild, process: ChildProcess, interruption: Interruption,
    receive: @escaping @Sendable (ChildProcess.Stream, [UInt8]) -> Void
  ) {
    self.child = child
    self.process = process
    self.interruption = interruption
    self.receive = receive
    open = [.standardOutput: child.output, .standardError: child.error]
    remains = ProcessRemains(of: child, mark: process.mark)
    ending.exitCode = -1
    deadline = process.timeout.map { ContinuousClock.now + $0 }
  }

  mutating func run() -> ChildProcess.Ending {
    while isKept || !open.isEmpty {
      if let deadline, deadline <= ContinuousClock.now {
        guard passDeadline() else { break }
      }
      wait()
    }
    return finish()
  }

  /// - Returns: false when there is nothing more to wait for.
  private mutating func passDeadline() -> Bool {
    switch stage {
    case .running: terminate(.timedOut)
    case .lingering where process.leavesRunning: return false
    case .lingering: endLeft()
    case .terminating, .ending: kill()
    case .killing: return false
    }
    return true
  }

  /// Ends what goes on though the process has ended by itself.
  private mutating func endLeft() {
    ending.left = remains.found()
    guard !ending.left.isEmpty else {
      // Something may just end, or make new processes faster than they are read.
      ending.isUnseenLeft = !remains.areGone(by: ContinuousClock.now + Self.lastMoment)
      return kill()
    }
    remains.terminate()
    enter(.ending, for: process.grace)
  }

  private mutating func terminate(_ reason: ChildProcess.Ending.Reason) {
    ending.reason = reason
    remains.terminate()
    enter(.terminating, for: process.grace)
  }

  private mutating func kill() {
    remains.kill()
    enter(.killing, for: Self.afterKill)
  }

  private mutating func enter(_ stage: Stage, for duration: Duration) {
    self.stage = stage
    deadline = ContinuousClock.now + duration
  }

  private mutating func wait() {
    var polled = open.map { (stream: Optional($0.key), descriptor: $0.value) }
    if isKept { polled.append((nil, child.report)) }
    var items = polled.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
    if stage == .running {
      items.append(pollfd(fd: interruption.descriptor, events: Int16(POLLIN), revents: 0))
    }
    guard poll(&items, nfds_t(items.count), waitMilliseconds) > 0 else { return }
    for (item, (stream, descriptor)) in zip(items, polled) where item.revents != 0 {
      if let stream { read(stream, descriptor) } else { takeReport() }
    }
    if stage == .running, interruption.isSet { terminate(.cancelled) }
  }

  private var waitMilliseconds: CInt {
    guard let deadline else { return -1 }
    let left = (deadline - ContinuousClock.now) / .milliseconds(1)
    return CInt(max(0, min(left.rounded(.up), 60_000)))
  }

  private mutating func read(_ stream: ChildProcess.Stream, _ descriptor: CInt) {
    var count = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: Self.chunk) { buffer, used in
      count = Glibc.read(descriptor, buffer.baseAddress, Self.chunk)
      used = max(0, count)
    }
    if count > 0 { return receive(stream, bytes) }
    if count < 0, errno == EINTR || errno == EAGAIN { return }
    close(descriptor)
    open[stream] = nil
  }

  /// Reads what a pipe still holds: whoever takes the output may be slower than the time that is left. A pipe that nobody
  /// writes to any more is read to its end, so that nobody is said to hold it.
  private mutating func drain(_ stream: ChildProcess.Stream, _ descriptor: CInt) {
    var left = Self.pipeSize
    while open[stream] != nil {
      var item = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      guard poll(&item, 1, 0) > 0 else { return }
      let hasNoWriter = item.revents & Int16(POLLHUP) != 0
      guard hasNoWriter || (left > 0 && item.revents & Int16(POLLIN) != 0) else { return }
      left -= Self.chunk
      read(stream, descriptor)
    }
  }

  /// The end of the keeper is the end of its report.
  private mutating func takeReport() {
    switch SpawnedChild.Report.read(from: child.report) {
    case .ended(let status): noteEnd(status)
    case .begins, .started, .notStarted: break
    case .none where errno == EAGAIN: break
    case .none:
      isKept = false
      var end = siginfo_t()
      while waitid(P_PID, id_t(child.keeper), &end, WEXITED | WNOWAIT) < 0, errno == EINTR {}
      if !hasEnded, stage == .running { enter(.lingering, for: Self.linger) }
    }
  }

  private mutating func noteEnd(_ status: CInt) {
    hasEnded = true
    ending.signal = status & 0x7F
    ending.exitCode = ending.signal == 0 ? (status >> 8) & 0xFF : 128 + ending.signal
    if stage == .running { enter(.lingering, for: Self.linger) }
  }

  /// Leaves nothing behind that must not be.
  private mutating func finish() -> ChildProcess.Ending {
    for (stream, descriptor) in open { drain(stream, descriptor) }
    // Whose end has been read by now nobody holds.
    ending.isOutputHeld = !open.isEmpty && (stage == .killing || process.leavesRunning)
    for descriptor in open.values { close(descriptor) }
    leave()
    if isKept, !hasEnded { takeReport() }
    close(child.report)
    // A keeper that keeps what cannot be ended stays with it, as its mark leads there.
    guard !remains.isKept else { return ending }
    let signal = SpawnedChild.Report.reap(child.keeper)
    if !hasEnded || signal != nil, !isLetGo { ending.reason = .vanished }
    return ending
  }

  private var isLetGo: Bool { ending.reason == .exited && process.leavesRunning && hasEnded }

  private mutating func leave() {
    if isLetGo {
      if !remains.areGone(by: deadline) {
        ending.left = remains.found()
        ending.isUnseenLeft = ending.left.isEmpty && remains.isKept
      }
      // What may go on has nothing to be kept from.
      Glibc.kill(child.keeper, SIGKILL)
      var end = siginfo_t()
      while waitid(P_PID, id_t(child.keeper), &end, WEXITED | WNOWAIT) < 0, errno == EINTR {}
      return
    }
    let isOver = stage == .killing || remains.areGone(by: deadline)
    if !isOver, stage == .lingering {
      endLeft()
      _ = remains.areGone(by: deadline)
    }
    ending.survivors = remains.awaitEnd()
    if ending.survivors.isEmpty, remains.isKept { ending.isUnseenLeft = true }
  }
}
