import RunbookEngine
package import RunbookModel

/// An open connection for the length of one request; used on the session's thread only.
///
/// A request is a few batches of commands. Each batch ends with a synchronisation point, so that an
/// error in it keeps the rest of it from running, but not the batches behind it.
package final class PostgresLink {
  package let pq: LibPQ
  package private(set) var wait: LinkWait
  /// Asks, from beside, who holds the locks that this connection waits for.
  private let findHolders: (Int32) -> [LockHolder]
  /// Is told while a command waits for locks.
  package var onLockWait: (([LockHolder]) -> Void)?
  /// How long nothing may come before the locks are looked at; nil is never.
  package var stallInterval: Duration?
  /// Who held the locks when that was last asked in this request.
  package private(set) var holders: [LockHolder] = []
  /// Whether the connection must not be used again.
  package var isSpent = false
  /// Whether the session's role and settings are what a step's own statements have made of them.
  package var isStateOfStep = false
  package let facts: SessionFacts

  package init(
    _ pq: LibPQ, wait: LinkWait, facts: SessionFacts = SessionFacts(),
    findHolders: @escaping (Int32) -> [LockHolder]
  ) {
    self.pq = pq
    self.wait = wait
    self.facts = facts
    self.findHolders = findHolders
    pq.words = .asTheyAre
  }

  /// How what the server says in this request is told.
  package var words: ServerWords {
    get { pq.words }
    set { pq.words = newValue }
  }

  package var serverVersion: Int { pq.serverVersion }
  package var address: String { pq.address }
  package var writesISODates: Bool { pq.writesISODates }
  package var serverEncoding: String { pq.serverEncoding }
  package func takeNotices() -> [String] { pq.takeNotices() }

  package var deadline: ContinuousClock.Instant { wait.deadline }

  package func extendDeadline(to deadline: ContinuousClock.Instant) { wait.deadline = deadline }

  /// Reads what an earlier request left unread.
  ///
  /// - Returns: false when the server refused some of it: the session is not what it should be.
  package func settle() throws(LinkError) -> Bool {
    var isClean = true
    while pq.hasUnread {
      for case .failed in try readBatch(canCancel: false) { isClean = false }
    }
    _ = pq.takeNotices()
    return isClean
  }

  /// Opens a transaction, on the server that is meant: on another one nothing behind it is carried out, and `run`
  /// throws `elsewhere`. All transactions begin with it.
  package func opening(_ begin: String) -> [SQLCommand] {
    let question = facts.identity.map {
      IdentityQuestion.command(knowing: $0, facts.serverStart)
    }
    return [SQLCommand("BEGIN \(begin)")] + SessionSettings.entering
      + [SessionSettings.holding(facts.held, isLocal: true), question].compactMap(\.self)
  }

  /// Asks whether the server is still the one that is meant; for what is not carried out in a transaction.
  package func requireIdentity() throws(StepFailure) { _ = try answers(to: []) }

  /// Sends batches in one go and reads their outcomes, command by command.
  ///
  /// A command of the first batch whose values are written by what the server takes them for costs a round trip
  /// more: what stands before it is carried out and answered, and its parameters' types are asked.
  ///
  /// - Parameters:
  ///   - leaving: how many of the last batches to leave unread; the next request reads them.
  ///   - destination: which of the first batch's commands give their rows to a taker.
  ///   - canCancel: whether an interruption or the deadline cancels what runs; where not, an
  ///     interruption is overlooked, and after the deadline the connection is given up.
  /// - Throws: when an answer is missing. After `deadline` and `interrupted` the server has been told
  ///   to cancel, and has answered unless the error says `lost`.
  package func run(
    _ batches: [[SQLCommand]], leaving: Int = 0, rows destination: RowDestination? = nil,
    canCancel: Bool = true
  ) throws(LinkError) -> [[SQLOutcome]] {
    do throws(LinkError) {
      let sent = batches
      var batches = batches
      var done: [SQLOutcome] = []
      if let first = batches.first, first.contains(where: \.isBoundByType) {
        (done, batches[0]) = try runBoundByType(first, rows: destination, canCancel: canCancel)
      }
      for batch in batches {
        for command in batch { try pq.send(command) }
        try pq.sendSync()
      }
      try flush(canCancel: canCancel)
      var outcomes: [[SQLOutcome]] = []
      for index in batches.dropLast(leaving).indices {
        let isFirst = index == 0
        let answers = try readBatch(
          rows: isFirst ? destination : nil, after: isFirst ? done.count : 0, canCancel: canCancel)
        outcomes.append(isFirst ? done + answers : answers)
      }
      for (batch, answers) in zip(sent, outcomes) {
        guard let question = batch.firstIndex(where: \.asksIdentity),
          answers.indices.contains(question)
        else { continue }
        try IdentityQuestion.require(answers[question], on: self)
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
  package func ask(_ questions: [SQLCommand]) throws(LinkError) -> [SQLOutcome] {
    try ask(each: [questions]).first ?? []
  }

  /// `ask`, each of them in a transaction of its own, and all in one round trip.
  package func ask(each questions: [[SQLCommand]]) throws(LinkError) -> [[SQLOutcome]] {
    let opening = opening("ISOLATION LEVEL READ COMMITTED READ ONLY")
    let outcomes = try run(questions.flatMap { [opening + $0, [SQLCommand("ROLLBACK")]] })
    return questions.indices.map { index in
      let answers = outcomes.indices.contains(2 * index) ? outcomes[2 * index] : []
      for case .failed(let error) in answers.prefix(opening.count) { return [.failed(error)] }
      return Array(answers.dropFirst(opening.count))
    }
  }

  /// Asks which columns a command's rows will have; it is not run.
  package func describe(_ command: SQLCommand) throws(LinkError) -> SQLOutcome {
    do throws(LinkError) {
      return try answer(toDescriptionOf: command, canCancel: true)
    } catch {
      isSpent = true
      throw error
    }
  }

  /// Runs a batch as far as the last command whose parameters' types have to be asked.
  ///
  /// - Returns: the outcomes so far, and what is still to be sent, with its values bound; nothing where a
  ///   command has failed.
  private func runBoundByType(
    _ batch: [SQLCommand], rows: RowDestination?, canCancel: Bool
  ) throws(LinkError) -> (done: [SQLOutcome], rest: [SQLCommand]) {
    var done: [SQLOutcome] = []
    var rest = batch
    while let index = rest.firstIndex(where: \.isBoundByType) {
      for command in rest[..<index] { try pq.send(command) }
      try pq.sendDescription(of: rest[index])
      try pq.sendSync()
      try flush(canCancel: canCancel)
      let answers = try readBatch(rows: rows, after: done.count, canCancel: canCancel)
      done += answers.prefix(index)
      var described = Self.description(answers.dropFirst(index))
      guard let command = try bound(rest[index], &described, canCancel: canCancel) else {
        return (done + [described] + rest[(index + 1)...].map { _ in SQLOutcome.skipped }, [])
      }
      rest = [command] + rest[(index + 1)...]
    }
    return (done, rest)
  }

  private func answer(
    toDescriptionOf command: SQLCommand, canCancel: Bool
  ) throws(LinkError) -> SQLOutcome {
    try pq.sendDescription(of: command)
    try pq.sendSync()
    try flush(canCancel: canCancel)
    return Self.description(try readBatch(canCancel: canCancel)[...])
  }

  /// What the two answers to a description say.
  private static func description(_ answers: ArraySlice<SQLOutcome>) -> SQLOutcome {
    for case .failed(let error) in answers { return .failed(error) }
    return answers.last ?? .skipped
  }

  /// The command with its values as the types of its parameters want them. What is said of one parameter may make
  /// another one of another type, so that it is described anew.
  ///
  /// - Returns: nil where the server refused to tell: then `described` is that.
  private func bound(
    _ command: SQLCommand, _ described: inout SQLOutcome, canCancel: Bool
  ) throws(LinkError) -> SQLCommand? {
    var command = command
    while true {
      guard case .completed(let completion) = described else { return nil }
      let types = completion.parameterTypes
      var forms = types.map { ParameterForm(builtIn: $0) }
      let unknown = zip(types, forms).filter { $0.1 == nil }.map(\.0)
      if !unknown.isEmpty {
        let answer = try run([[ParameterForm.question(unknown)]], canCancel: canCancel).first?.first
        guard case .completed(let completion)? = answer else {
          described = answer ?? .skipped
          return nil
        }
        let found = ParameterForm.answer(completion.resultSet?.rows ?? [])
        forms = zip(types, forms).map { $1 ?? found[$0] }
      }
      let known = forms.map { $0 ?? .other }
      let said = zip(command.values, known).map { $1.type(for: $0) }
      guard said.contains(where: { $0 != nil }) else { return command.bound(to: types, as: known) }
      command.types = said.enumerated().map { index, type in
        type ?? (command.types.isEmpty ? 0 : command.types[index])
      }
      described = try answer(toDescriptionOf: command, canCancel: canCancel)
    }
  }

  private func flush(canCancel: Bool) throws(LinkError) {
    while try !pq.flush() {
      try awaitSocket(forWriting: true, canCancel: canCancel)
      try pq.consume()
    }
  }

  /// - Parameter count: how many commands of the batch have been answered before.
  private func readBatch(
    rows destination: RowDestination? = nil, after count: Int = 0, canCancel: Bool
  ) throws(LinkError) -> [SQLOutcome] {
    var outcomes: [SQLOutcome] = []
    restartStall()
    while true {
      let rows = destination.flatMap {
        $0.commands.contains(count + outcomes.count) ? RowUse.give($0.taker) : nil
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

  package func restartStall() {
    wait.stall = stallInterval.map { ContinuousClock.now + $0 }
  }

  package func awaitSocket(forWriting: Bool, canCancel: Bool) throws(LinkError) {
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

extension PostgresLink {
  /// `run`, with the failures of a step.
  ///
  /// - Parameters:
  ///   - mayHaveCommitted: whether work without an answer may be there for good all the same.
  ///   - isGuarded: whether a transaction guards all of it, as far as is known.
  package func exchange(
    _ batches: [[SQLCommand]], leaving: Int = 0, rows: RowDestination? = nil,
    mayHaveCommitted: Bool = false, isGuarded: Bool = true,
    canCancel: Bool = true
  ) throws(StepFailure) -> [[SQLOutcome]] {
    do throws(LinkError) {
      return try run(batches, leaving: leaving, rows: rows, canCancel: canCancel)
    } catch {
      throw StepFailure(
        link: error, mayHaveCommitted: mayHaveCommitted, isGuarded: isGuarded, holders: holders)
    }
  }

  /// `ask`, with the failures of a step.
  ///
  /// - Returns: each question's answer.
  /// - Throws: the server's first refusal.
  package func answers(to questions: [SQLCommand]) throws(StepFailure) -> [SQLCompletion] {
    let outcomes: [SQLOutcome]
    do throws(LinkError) {
      outcomes = try ask(questions)
    } catch {
      throw StepFailure(link: error, mayHaveCommitted: false, holders: holders)
    }
    var answers: [SQLCompletion] = []
    for outcome in outcomes {
      switch outcome {
      case .completed(let completion): answers.append(completion)
      case .failed(let error): throw StepFailure(error, holders: holders)
      case .skipped: break
      }
    }
    guard answers.count == questions.count else {
      throw StepFailure(.unreachable, "the server did not answer to all questions")
    }
    return answers
  }
}
