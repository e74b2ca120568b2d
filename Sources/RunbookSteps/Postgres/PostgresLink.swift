import RunbookEngine
import RunbookModel

/// An open connection for the length of one request; used on the session's thread only.
///
/// A request is a few batches of commands. Each batch ends with a synchronisation point, so that an
/// error in it keeps the rest of it from running, but not the batches behind it.
final class PostgresLink {
  let pq: LibPQ
  private(set) var wait: LinkWait
  /// Asks, from beside, who holds the locks that this connection waits for.
  private let findHolders: (Int32) -> [LockHolder]
  /// Is told while a command waits for locks.
  var onLockWait: (([LockHolder]) -> Void)?
  /// How long nothing may come before the locks are looked at; nil is never.
  var stallInterval: Duration?
  /// Who held the locks when that was last asked in this request.
  private(set) var holders: [LockHolder] = []
  /// Whether the connection must not be used again.
  var isSpent = false
  let facts: SessionFacts

  init(
    _ pq: LibPQ, wait: LinkWait, facts: SessionFacts = SessionFacts(),
    findHolders: @escaping (Int32) -> [LockHolder]
  ) {
    self.pq = pq
    self.wait = wait
    self.facts = facts
    self.findHolders = findHolders
  }

  var serverVersion: Int { pq.serverVersion }
  var address: String { pq.address }
  var writesISODates: Bool { pq.writesISODates }
  var serverEncoding: String { pq.serverEncoding }
  func takeNotices() -> [String] { pq.takeNotices() }

  var deadline: ContinuousClock.Instant { wait.deadline }

  func extendDeadline(to deadline: ContinuousClock.Instant) { wait.deadline = deadline }

  /// Reads what an earlier request left unread.
  ///
  /// - Returns: false when the server refused some of it: the session is not what it should be.
  func settle() throws(LinkError) -> Bool {
    var isClean = true
    while pq.hasUnread {
      for case .failed in try readBatch(canCancel: false) { isClean = false }
    }
    _ = pq.takeNotices()
    return isClean
  }

  /// Sends batches in one go and reads their outcomes, command by command.
  ///
  /// - Parameters:
  ///   - leaving: how many of the last batches to leave unread; the next request reads them.
  ///   - destination: which of the first batch's commands give their rows to a taker.
  ///   - canCancel: whether an interruption or the deadline cancels what runs; where not, an
  ///     interruption is overlooked, and after the deadline the connection is given up.
  /// - Throws: when an answer is missing. After `deadline` and `interrupted` the server has been told
  ///   to cancel, and has answered unless the error says `lost`.
  func run(
    _ batches: [[SQLCommand]], leaving: Int = 0, rows destination: RowDestination? = nil,
    canCancel: Bool = true
  ) throws(LinkError) -> [[SQLOutcome]] {
    do throws(LinkError) {
      for batch in batches {
        for command in batch { try pq.send(command) }
        try pq.sendSync()
      }
      try flush(canCancel: canCancel)
      var outcomes: [[SQLOutcome]] = []
      for index in batches.dropLast(leaving).indices {
        outcomes.append(
          try readBatch(rows: index == 0 ? destination : nil, canCancel: canCancel))
      }
      return outcomes
    } catch {
      isSpent = true
      throw error
    }
  }

  /// Asks what changes nothing, in a `READ ONLY` transaction of its own.
  ///
  /// - Returns: each question's outcome; less where one failed before.
  func ask(_ questions: [SQLCommand]) throws(LinkError) -> [SQLOutcome] {
    try ask(each: [questions]).first ?? []
  }

  /// `ask`, each of them in a transaction of its own, and all in one round trip.
  func ask(each questions: [[SQLCommand]]) throws(LinkError) -> [[SQLOutcome]] {
    let opening =
      [SQLCommand("BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY")] + SessionSettings.entering
    let outcomes = try run(questions.flatMap { [opening + $0, [SQLCommand("ROLLBACK")]] })
    return questions.indices.map { index in
      let answers = outcomes.indices.contains(2 * index) ? outcomes[2 * index] : []
      for case .failed(let error) in answers.prefix(opening.count) { return [.failed(error)] }
      return Array(answers.dropFirst(opening.count))
    }
  }

  /// Asks which columns a command's rows will have; it is not run.
  func describe(_ command: SQLCommand) throws(LinkError) -> SQLOutcome {
    do throws(LinkError) {
      try pq.sendDescription(of: command)
      try pq.sendSync()
      try flush(canCancel: true)
      let outcomes = try readBatch(canCancel: true)
      for case .failed(let error) in outcomes { return .failed(error) }
      return outcomes.last ?? .skipped
    } catch {
      isSpent = true
      throw error
    }
  }

  private func flush(canCancel: Bool) throws(LinkError) {
    while try !pq.flush() {
      try awaitSocket(forWriting: true, canCancel: canCancel)
      try pq.consume()
    }
  }

  private func readBatch(
    rows destination: RowDestination? = nil, canCancel: Bool
  ) throws(LinkError) -> [SQLOutcome] {
    var outcomes: [SQLOutcome] = []
    restartStall()
    while true {
      let rows = destination.flatMap {
        $0.commands.contains(outcomes.count) ? RowUse.give($0.taker) : nil
      }
      switch try pq.nextAnswer(rows ?? .collect) {
      case .outcome(let outcome):
        outcomes.append(outcome)
        restartStall()
      case .sync: return outcomes
      case .pending:
        try awaitSocket(forWriting: false, canCancel: canCancel)
        try pq.consume()
        _ = try pq.flush()
      case .copyMode: throw .lost("COPY to or from the client is not possible here")
      }
    }
  }

  func restartStall() {
    wait.stall = stallInterval.map { ContinuousClock.now + $0 }
  }

  func awaitSocket(forWriting: Bool, canCancel: Bool) throws(LinkError) {
    var wait = wait
    if !canCancel { wait = LinkWait(deadline: wait.deadline, interruption: nil, request: 0) }
    switch wait.wait(on: pq.socket, forWriting: forWriting) {
    case .ready: return
    case .stalled:
      let found = findHolders(facts.serverProcess ?? pq.backendPID)
      if !found.isEmpty {
        holders = found
        onLockWait?(found)
      }
      restartStall()
    case .deadline where !canCancel: throw .deadline
    case .deadline: try cancel(as: .deadline)
    case .interrupted: try cancel(as: .interrupted)
    }
  }

  /// How long a cancelled server has to answer.
  private static let cancelGrace = Duration.seconds(5)

  private func cancel(as reason: LinkError) throws(LinkError) {
    isSpent = true
    pq.cancel()
    wait = LinkWait(
      deadline: .now + Self.cancelGrace, interruption: nil, request: 0, stall: nil)
    stallInterval = nil
    try drain()
    throw reason
  }

  /// Reads everything that is still to come and drops it.
  private func drain() throws(LinkError) {
    while pq.hasUnread {
      switch try pq.nextAnswer(.drop) {
      case .outcome, .sync: continue
      case .copyMode: throw .lost("the server did not end what it was doing")
      case .pending:
        guard wait.wait(on: pq.socket) == .ready else {
          throw .lost("the server did not answer the cancellation")
        }
        try pq.consume()
        _ = try pq.flush()
      }
    }
  }
}
