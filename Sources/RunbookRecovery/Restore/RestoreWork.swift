package import RunbookEngine
package import RunbookModel
package import RunbookPostgres

/// What a restore's rows come from.
package struct RestoreSource: Sendable {
  package let channel: ByteChannel
  package let heads: [ArchiveData.Head]
  package let check: ArchiveCheck
}

/// Takes one way of recovery in an open transaction, command by command, and notes what became of each.
package struct RestoreWork {
  private let way: RecoveryWay
  private let plan: RestorePlan
  private let link: PostgresLink
  private let context: AttemptContext
  private var rows: RestoredRows
  private var log = RestoreLog()
  /// The next command of the archive's data.
  private var next: Int
  private var progress: RestoreProgress

  package init(way: RecoveryWay, plan: RestorePlan, link: PostgresLink, context: AttemptContext) {
    self.way = way
    self.plan = plan
    self.link = link
    self.context = context
    rows = RestoredRows(way: way, context: context)
    next = plan.data.lowerBound
    progress = RestoreProgress(
      rows: way.loads.reduce(0) { $0 + $1.rows }, output: context.output)
  }

  /// - Parameter archive: what its data come from; nil for a way without rows.
  package mutating func perform(
    _ archive: RestoreSource?
  ) throws(StepFailure) -> ReceiptTransaction.Work {
    do throws(StepFailure) {
      try sendAll(archive)
    } catch {
      var failure = error
      failure.partial = StepResult(workDone: log.entries(of: plan.commands.count))
      throw failure
    }
    var result = rows.result(notices: link.takeNotices())
    result.workDone = log.entries(of: plan.commands.count)
    return ReceiptTransaction.Work(
      result: result, affected: rows.restored, rowCount: Int64(way.statements.count))
  }

  private mutating func sendAll(
    _ archive: RestoreSource?
  ) throws(StepFailure) {
    if archive != nil { _ = try link.exchangeAll([SessionSettings.sameEverywhere]) }
    try run(0..<plan.data.lowerBound)
    if let archive {
      try ArchiveData(next: archive.channel.next, heads: archive.heads).read(into: &self)
      try archive.check.wait()
      guard next == plan.data.upperBound else { throw Self.otherArchive }
      try refuseOtherTriggers()
    }
    var place = plan.data.upperBound
    for loop in plan.loops {
      try run(place..<loop.lowerBound)
      // A row that is set aside may be what another one refers to.
      var aside: Int64 = -1
      while aside < rows.setAside {
        aside = rows.setAside
        try run(loop)
      }
      place = loop.upperBound
    }
    try run(place..<plan.commands.count)
  }

  private mutating func run(_ range: Range<Int>) throws(StepFailure) {
    for index in range { try run(index) }
  }

  private mutating func run(_ index: Int) throws(StepFailure) {
    let command = plan.commands[index]
    switch command.action {
    case .setAside(let table, let source, let why):
      while true {
        let done = try send(index)
        let moved = done.lastRows.map(RestoredRows.lines) ?? []
        log.add(Int64(moved.count), to: index)
        guard !moved.isEmpty else { break }
        try rows.setAside(moved, of: table, from: source, why: why)
      }
      try rows.closeFile(of: table, why: why)
    case .takeKnown(let table):
      let done = try send(index).affected
      log.add(done, to: index)
      rows.noteKnown(done, of: table)
    case .put(let table):
      let done = try send(index).affected
      log.add(done, to: index)
      rows.noteRestored(done, of: table)
    case .putValues(let table):
      let done = try send(index).affected
      log.add(done, to: index)
      rows.noteValues(done, of: table)
    case .number(let table, let column):
      let done = try send(index).affected
      log.add(done, to: index)
      rows.noteNumbered(done, in: column, of: table)
    case .countNulls(let table, let column):
      rows.noteNulls(try count(index), in: column, of: table)
    case .forbidNulls(let table, let column) where rows.nulls(in: column, of: table) > 0:
      log.leaveOut(index, "\(rows.nulls(in: column, of: table)) rows have no value")
    case .identify(let table) where rows.hasNulls(table):
      log.leaveOut(index, "a column keeps nulls")
    case .countOrphans(let key):
      rows.noteOrphans(try count(index), of: key)
    case .refer(let key, let canBeInvalid) where rows.orphans(of: key) > 0:
      guard canBeInvalid else {
        log.leaveOut(index, "\(rows.orphans(of: key)) rows refer to nothing")
        break
      }
      try send(
        index, as: command.sql + " NOT VALID",
        why: "\(rows.orphans(of: key)) rows refer to nothing")
    default:
      context.output(OutputLine(.notice, command.sql.firstLine))
      try send(index)
    }
  }

  private mutating func count(_ index: Int) throws(StepFailure) -> Int64 {
    try send(index).lastRows?.rows.first?.first?.intValue ?? 0
  }

  /// One after the other: a server that refuses one names it.
  @discardableResult
  private mutating func send(
    _ index: Int, as text: String? = nil, why: String? = nil
  ) throws(StepFailure) -> [SQLCompletion] {
    log.send(index, as: text, why: why)
    let done = try link.exchangeAll([SQLCommand(text ?? plan.commands[index].sql)])
    log.end(index)
    return done
  }

  private static let otherArchive = StepFailure(
    .refused, "the archive's data are not what the way was made from",
    hint: "retry the step that finds the ways; nothing was changed")

  /// What would be silenced is what was shown.
  private func refuseOtherTriggers() throws(StepFailure) {
    for load in way.loads where load.mode != .whole {
      let found = TableTrigger.all(
        try link.exchangeAll([TableTrigger.question(load.table, at: load.table)]).first)
      guard found == load.triggers else {
        throw StepFailure(
          .refused,
          "the triggers of \(TableName(identity: load.table).shown) are others than when the way was "
            + "found", hint: "run the runbook anew; nothing was changed")
      }
    }
  }
}

extension RestoreWork: ArchiveData.Receiver {
  package mutating func begin(_ copy: CopyStatement) throws(StepFailure) {
    guard let load = nextLoad, TableName(identity: load.table) == copy.name,
      load.copied.isIdentical(to: copy.columns)
    else { throw Self.otherArchive }
    log.send(next)
    let refusal = try unlost { () throws(LinkError) in
      try link.beginCopy(plan.commands[next].sql)
    }
    if let refusal { throw StepFailure(refusal, holders: link.holders) }
  }

  package mutating func receive(_ bytes: ArraySlice<UInt8>) throws(StepFailure) {
    try unlost { () throws(LinkError) in try link.putCopy(bytes) }
    progress.note(bytes, of: nextLoad?.table ?? "")
  }

  package mutating func end() throws(StepFailure) {
    guard let load = nextLoad else { throw Self.otherArchive }
    switch try unlost({ () throws(LinkError) in try link.endCopy() }) {
    case .completed(let completion):
      guard completion.affected == load.rows else { throw Self.otherArchive }
      log.add(completion.affected, to: next)
      if load.mode == .whole { rows.noteRestored(completion.affected, of: load.table) }
    case .failed(let error): throw StepFailure(error, holders: link.holders)
    case .skipped: throw StepFailure(.refused, "the server skipped the COPY")
    }
    log.end(next)
    next += 1
  }

  package mutating func statement(_ text: String) throws(StepFailure) {
    guard plan.data.contains(next), plan.commands[next].sql.isIdentical(to: text) else {
      throw Self.otherArchive
    }
    try send(next)
    next += 1
  }

  /// The load whose rows come next.
  private var nextLoad: TableLoad? {
    guard plan.data.contains(next), case .copy(let load) = plan.commands[next].action else {
      return nil
    }
    return load
  }

  private func unlost<Result>(
    _ body: () throws(LinkError) -> Result
  ) throws(StepFailure) -> Result {
    do throws(LinkError) {
      return try body()
    } catch {
      throw StepFailure(link: error, mayHaveCommitted: false, holders: link.holders)
    }
  }
}

extension PostgresLink {
  /// Runs commands in one batch.
  ///
  /// - Returns: each one's completion.
  /// - Throws: what the server refused, with the statement.
  @discardableResult
  package func exchangeAll(_ commands: [SQLCommand]) throws(StepFailure) -> [SQLCompletion] {
    let outcomes = try exchange([commands]).first ?? []
    var done: [SQLCompletion] = []
    for (command, outcome) in zip(commands, outcomes) {
      switch outcome {
      case .completed(let completion): done.append(completion)
      case .failed(let error):
        let failure = StepFailure(error, holders: holders).record
        throw StepFailure(
          failure.cause, failure.message,
          detail: [failure.detail, "in: \(command.text)"].compactMap { $0 }
            .joined(separator: "\n"),
          hint: failure.hint, code: failure.code, mayRetryHelp: failure.mayRetryHelp)
      case .skipped: break
      }
    }
    guard done.count == commands.count else {
      throw StepFailure(.unreachable, "the server did not answer to all statements")
    }
    return done
  }
}

extension String {
  fileprivate var firstLine: String {
    let line = prefixOfScalars { $0 != "\n" }
    return line.unicodeScalars.count < unicodeScalars.count ? "\(line) …" : self
  }
}
