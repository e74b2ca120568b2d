import RunbookModel

/// `COPY … FROM stdin`, whose data come piece by piece.
///
/// libpq has no COPY in pipeline mode, so that the connection leaves it for as long:
/// https://www.postgresql.org/docs/current/libpq-pipeline-mode.html
extension PostgresLink {
  /// Begins; after an outcome nothing is to be put.
  ///
  /// - Returns: nil when the server waits for data, else what it refused.
  package func beginCopy(_ statement: String) throws(LinkError) -> ServerError? {
    try whole { () throws(LinkError) in
      try pq.leavePipeline()
      try pq.sendAlone(statement)
      try flushAlone()
      switch try answer() {
      case .copyMode?: return nil
      case .outcome(.failed(let error))?:
        try endAlone()
        return error
      default: throw .lost("the server did not take the COPY")
      }
    }
  }

  package func putCopy(_ bytes: ArraySlice<UInt8>) throws(LinkError) {
    try whole { () throws(LinkError) in
      var rest = bytes
      while !rest.isEmpty {
        // In pieces, so that libpq's buffer does not grow with what is handed over.
        let piece = rest.prefix(65_536)
        while try !pq.putCopy(piece) { try awaitSocket(forWriting: true, canCancel: true) }
        rest = rest.dropFirst(piece.count)
        try flushAlone()
      }
    }
  }

  /// Ends, and returns to the pipeline.
  package func endCopy() throws(LinkError) -> SQLOutcome {
    try whole { () throws(LinkError) in
      while try !pq.endCopy() { try awaitSocket(forWriting: true, canCancel: true) }
      try flushAlone()
      var outcome: SQLOutcome?
      while let answer = try answer() {
        if case .outcome(let one) = answer { outcome = outcome ?? one }
      }
      try pq.enterPipeline()
      guard let outcome else { throw .lost("the server did not answer the COPY") }
      return outcome
    }
  }

  private func endAlone() throws(LinkError) {
    while try answer() != nil {}
    try pq.enterPipeline()
  }

  /// The next answer when it has come; nil at their end.
  private func answer() throws(LinkError) -> LibPQ.Answer? {
    restartStall()
    while true {
      guard let answer = try pq.nextAnswerAlone() else { return nil }
      guard case .pending = answer else { return answer }
      try awaitSocket(forWriting: false, canCancel: true)
      try pq.consume()
    }
  }

  private func flushAlone() throws(LinkError) {
    while try !pq.flush() {
      try awaitSocket(forWriting: true, canCancel: true)
      try pq.consume()
    }
  }

  /// After a failure in between, the connection is in no state to go on.
  private func whole<Result>(_ body: () throws(LinkError) -> Result) throws(LinkError) -> Result {
    do throws(LinkError) {
      return try body()
    } catch {
      isSpent = true
      throw error
    }
  }
}
