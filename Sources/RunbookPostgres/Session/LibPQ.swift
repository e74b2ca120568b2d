private import CLibPQ
import RunbookModel
import RunbookSystem

/// One connection of libpq in pipeline mode; to be used from one thread at a time.
///
/// https://www.postgresql.org/docs/current/libpq-pipeline-mode.html
package final class LibPQ {
  private let connection: OpaquePointer
  private let notices = ServerNotices()
  /// Synchronisation points that were sent and whose answers nobody has read.
  private var unreadSyncs = 0
  /// Whether the next command's answer has not been looked for yet: only then can its mode be set.
  private var isBeforeAnswer = true
  /// What the rows that came one by one belong to; nil where none has come.
  private var columns: [ResultColumn]?
  private var rowCount: Int64 = 0

  /// Begins to connect.
  ///
  /// - Throws: `lost` when the options make no sense to libpq, or when there is no libpq.
  package init(options: [(keyword: String, value: String)]) throws(LinkError) {
    guard Self.isInstalled else { throw .lost("there is no libpq on this machine") }
    let connection = CStrings.pointers(options.map(\.keyword)) { keywords in
      CStrings.pointers(options.map(\.value)) { values in
        PQconnectStartParams(keywords, values, 0)
      }
    }
    guard let connection else { throw .lost("out of memory") }
    self.connection = connection
    PQsetNoticeReceiver(
      connection,
      { context, result in
        guard let context else { return }
        let notices = Unmanaged<ServerNotices>.fromOpaque(context).takeUnretainedValue()
        if let message = LibPQ.notice(result, notices.words) { notices.add(message) }
      }, Unmanaged.passUnretained(notices).toOpaque())
    guard PQstatus(connection) != CONNECTION_BAD else { throw .lost(lastMessage) }
  }

  deinit { PQfinish(connection) }

  /// Whether there is a libpq; it is opened when this is asked for the first time.
  package static var isInstalled: Bool { runbook_libpq_open() }

  package var serverVersion: Int { Int(PQserverVersion(connection)) }
  package var backendPID: Int32 { PQbackendPID(connection) }
  package var hasUnread: Bool { unreadSyncs > 0 }
  /// As PostgreSQL names it: `UTF8`.
  package var serverEncoding: String {
    PQparameterStatus(connection, "server_encoding").map { String(cString: $0) } ?? ""
  }

  /// Host and port as connected; for a socket, its folder.
  package var address: String {
    let host = PQhost(connection).map { String(cString: $0) } ?? ""
    let port = PQport(connection).map { String(cString: $0) } ?? ""
    return host.begins(with: "/") ? "\(host)/.s.PGSQL.\(port)" : "\(host):\(port)"
  }

  /// Whether timestamps come in the form that is read.
  package var writesISODates: Bool {
    PQparameterStatus(connection, "DateStyle").map { String(cString: $0).begins(with: "ISO") }
      ?? false
  }

  /// How what the server says is told.
  package var words: ServerWords {
    get { notices.words }
    set { notices.words = newValue }
  }

  /// The notices since the last time, oldest first.
  package func takeNotices() -> [String] { notices.take() }

  package func finishConnecting(_ wait: LinkWait) throws(LinkError) {
    var status = PGRES_POLLING_WRITING
    while status != PGRES_POLLING_OK {
      guard status != PGRES_POLLING_FAILED else { throw .lost(lastMessage) }
      let isWriting = status == PGRES_POLLING_WRITING
      switch wait.wait(
        on: PQsocket(connection), forWriting: isWriting, forReading: !isWriting)
      {
      case .ready, .stalled: status = PQconnectPoll(connection)
      case .deadline: throw .deadline
      case .interrupted: throw .interrupted
      }
    }
    guard PQsetnonblocking(connection, 1) == 0, PQenterPipelineMode(connection) == 1 else {
      throw .lost(lastMessage)
    }
  }

  /// Whether the server still seems to be there: nothing is sent.
  package func isAlive() -> Bool {
    PQstatus(connection) == CONNECTION_OK && !LinkWait.hasHungUp(PQsocket(connection))
      && PQconsumeInput(connection) == 1
  }

  /// Puts a command into the pipeline.
  package func send(_ command: SQLCommand) throws(LinkError) {
    let code = CStrings.pointers(command.parameters) { values in
      Self.withTypes(command.types) { types in
        PQsendQueryParams(
          connection, command.text, Int32(command.parameters.count), types, values, nil, nil, 0)
      }
    }
    guard code == 1 else { throw .lost(lastMessage) }
  }

  /// Puts a question into the pipeline: which columns the command's rows will have, and which types its
  /// parameters. It has two answers; the second one tells.
  package func sendDescription(of command: SQLCommand) throws(LinkError) {
    let code = Self.withTypes(command.types) { types in
      PQsendPrepare(connection, "", command.text, Int32(command.types.count), types)
    }
    guard code == 1,
      PQsendDescribePrepared(connection, "") == 1
    else { throw .lost(lastMessage) }
  }

  /// Ends a batch: what failed before it does not keep what comes after it from running.
  package func sendSync() throws(LinkError) {
    guard PQpipelineSync(connection) == 1 else { throw .lost(lastMessage) }
    unreadSyncs += 1
  }

  /// - Returns: true when all is sent; false when the socket has to become writable first.
  package func flush() throws(LinkError) -> Bool {
    switch PQflush(connection) {
    case 0: return true
    case 1: return false
    default: throw .lost(lastMessage)
    }
  }

  package var socket: Int32 { PQsocket(connection) }

  /// Reads what has come.
  package func consume() throws(LinkError) {
    guard PQconsumeInput(connection) == 1 else { throw .lost(lastMessage) }
  }

  package enum Answer {
    case outcome(SQLOutcome)
    case sync
    /// More has to come first.
    case pending
    case copyMode
  }

  /// The next answer, as far as it is there.
  ///
  /// - Parameter rows: what is done with the rows of the command that is answered next. Where they are
  ///   not collected they come one by one, so that memory never holds all of them:
  ///   https://www.postgresql.org/docs/current/libpq-single-row-mode.html
  package func nextAnswer(_ rows: RowUse = .collect) throws(LinkError) -> Answer {
    while true {
      if isBeforeAnswer {
        isBeforeAnswer = false
        if rows.isStreamed { _ = PQsetSingleRowMode(connection) }
      }
      guard PQisBusy(connection) == 0 else {
        guard PQstatus(connection) == CONNECTION_OK else { throw .lost(lastMessage) }
        return .pending
      }
      guard let result = PQgetResult(connection) else {
        guard PQstatus(connection) == CONNECTION_OK else { throw .lost(lastMessage) }
        isBeforeAnswer = true
        continue
      }
      defer { PQclear(result) }
      if PQresultStatus(result) == PGRES_PIPELINE_SYNC {
        unreadSyncs -= 1
        isBeforeAnswer = true
      }
      if let answer = try answer(result, rows) { return answer }
    }
  }

  /// - Returns: nil while the answer is not whole.
  private func answer(_ result: OpaquePointer, _ rows: RowUse) throws(LinkError) -> Answer? {
    let status = PQresultStatus(result)
    let isStreamed = rows.isStreamed && status == PGRES_TUPLES_OK
    guard isStreamed || status == PGRES_SINGLE_TUPLE else {
      (columns, rowCount) = (nil, 0)
      return try Self.answer(result, connection, words)
    }
    let columns: [ResultColumn]
    if let known = self.columns {
      columns = known
    } else {
      columns = Self.columns(of: result)
      self.columns = columns
      rows.taker?.begin(columns.map(\.name))
    }
    for row in 0..<PQntuples(result) {
      rowCount += 1
      if let taker = rows.taker { taker.take(Self.values(of: result, row: row, columns)) }
    }
    guard status == PGRES_TUPLES_OK else { return nil }
    defer { (self.columns, rowCount) = (nil, 0) }
    let set = ResultSet(columns: columns.map(\.name), rows: [])
    return .outcome(.completed(Self.completion(result, set, rowCount: rowCount)))
  }

  private static func answer(
    _ result: OpaquePointer, _ connection: OpaquePointer, _ words: ServerWords
  ) throws(LinkError) -> Answer {
    switch PQresultStatus(result) {
    case PGRES_PIPELINE_SYNC: return .sync
    case PGRES_PIPELINE_ABORTED: return .outcome(.skipped)
    case PGRES_TUPLES_OK:
      let set = resultSet(result)
      return .outcome(.completed(completion(result, set, rowCount: Int64(set.rows.count))))
    case PGRES_COMMAND_OK, PGRES_EMPTY_QUERY:
      return .outcome(.completed(completion(result, nil, rowCount: 0)))
    case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH: return .copyMode
    default:
      let error = error(result, words)
      // A fatal error ends the connection, also where its closing has not been seen yet.
      guard PQstatus(connection) == CONNECTION_OK, !isFatal(result) else {
        throw .lost(error.message)
      }
      return .outcome(.failed(error))
    }
  }

  /// Leaves pipeline mode, in which COPY is not possible; nothing may be unread.
  package func leavePipeline() throws(LinkError) {
    guard PQexitPipelineMode(connection) == 1 else { throw .lost(lastMessage) }
  }

  package func enterPipeline() throws(LinkError) {
    guard PQenterPipelineMode(connection) == 1 else { throw .lost(lastMessage) }
    isBeforeAnswer = true
  }

  /// Sends a command outside of a pipeline.
  package func sendAlone(_ text: String) throws(LinkError) {
    guard PQsendQuery(connection, text) == 1 else { throw .lost(lastMessage) }
  }

  /// - Returns: false when the socket has to become writable first.
  package func putCopy(_ bytes: ArraySlice<UInt8>) throws(LinkError) -> Bool {
    let code = bytes.withUnsafeBytes { buffer in
      PQputCopyData(
        connection, buffer.bindMemory(to: CChar.self).baseAddress, Int32(clamping: buffer.count))
    }
    guard code >= 0 else { throw .lost(lastMessage) }
    return code == 1
  }

  /// - Returns: false when the socket has to become writable first.
  package func endCopy() throws(LinkError) -> Bool {
    let code = PQputCopyEnd(connection, nil)
    guard code >= 0 else { throw .lost(lastMessage) }
    return code == 1
  }

  /// The next answer outside of a pipeline; nil at their end.
  package func nextAnswerAlone() throws(LinkError) -> Answer? {
    guard PQisBusy(connection) == 0 else {
      guard PQstatus(connection) == CONNECTION_OK else { throw .lost(lastMessage) }
      return .pending
    }
    guard let result = PQgetResult(connection) else { return nil }
    defer { PQclear(result) }
    return try Self.answer(result, connection, words)
  }

  /// Asks the server to cancel what runs; from a thread of its own, as that connects and may block.
  package func cancel() {
    guard let handle = PQgetCancel(connection) else { return }
    let address = UInt(bitPattern: handle)
    let started = BackgroundThread.start {
      guard let handle = OpaquePointer(bitPattern: address) else { return }
      var message = [CChar](repeating: 0, count: 256)
      _ = PQcancel(handle, &message, Int32(message.count))
      PQfreeCancel(handle)
    }
    if !started { PQfreeCancel(handle) }
  }

  private var lastMessage: String { Self.text(PQerrorMessage(connection)) }
}

extension LibPQ {
  private static func completion(
    _ result: OpaquePointer, _ set: ResultSet?, rowCount: Int64
  ) -> SQLCompletion {
    let tag = text(PQcmdStatus(result))
    let isChange = ["INSERT", "UPDATE", "DELETE", "MERGE", "COPY"].contains { tag.begins(with: $0) }
    let affected = isChange ? Int64(text(PQcmdTuples(result))) ?? 0 : 0
    return SQLCompletion(
      tag: tag, affected: affected, resultSet: set, rowCount: rowCount,
      described: set == nil ? columns(of: result).map(\.name) : [],
      parameterTypes: (0..<PQnparams(result)).map { PQparamtype(result, $0) })
  }

  private static func resultSet(_ result: OpaquePointer) -> ResultSet {
    let columns = columns(of: result)
    let rows = (0..<PQntuples(result)).map { values(of: result, row: $0, columns) }
    return ResultSet(columns: columns.map(\.name), rows: rows)
  }

  private struct ResultColumn {
    let name: String
    let type: UInt32
  }

  private static func columns(of result: OpaquePointer) -> [ResultColumn] {
    (0..<PQnfields(result)).map { column in
      ResultColumn(
        name: PQfname(result, column).map { String(cString: $0) } ?? "",
        type: PQftype(result, column))
    }
  }

  private static func values(
    of result: OpaquePointer, row: Int32, _ columns: [ResultColumn]
  ) -> [Value] {
    columns.indices.map { index in
      let column = Int32(index)
      guard PQgetisnull(result, row, column) == 0, let bytes = PQgetvalue(result, row, column)
      else { return .null }
      let text = String(
        decoding: UnsafeRawBufferPointer(
          start: bytes, count: Int(PQgetlength(result, row, column))), as: UTF8.self)
      return ServerValue.value(of: text, type: columns[index].type)
    }
  }

  private static func error(_ result: OpaquePointer?, _ words: ServerWords) -> ServerError {
    func field(_ code: Unicode.Scalar) -> String? {
      PQresultErrorField(result, Int32(code.value)).map { String(cString: $0) }
    }
    let more = words.details(field("D"), context: field("W"))
    return ServerError(
      code: field("C") ?? "",
      message: words.message(field("M") ?? text(PQresultErrorMessage(result))),
      detail: more.detail, hint: field("H").map(words.message),
      position: field("P").flatMap { Int($0) }, context: more.context)
  }

  private static func isFatal(_ result: OpaquePointer) -> Bool {
    let severity = PQresultErrorField(result, Int32(UInt8(ascii: "V"))).map { String(cString: $0) }
    return severity == "FATAL" || severity == "PANIC"
  }

  private static func notice(_ result: OpaquePointer?, _ words: ServerWords) -> String? {
    guard let result else { return nil }
    let fields = error(result, words)
    // In English whatever the server's language is.
    let severity = PQresultErrorField(result, Int32(UInt8(ascii: "V"))).map { String(cString: $0) }
    return (severity.map { "\($0): " } ?? "") + fields.message
      + (fields.detail.map { " (\($0.replacingAll("\n", with: "; ")))" } ?? "")
  }

  private static func text(_ bytes: UnsafePointer<CChar>?) -> String {
    guard let bytes else { return "" }
    var text = String(cString: bytes)
    while text.lastScalar?.isWhitespace == true { text.unicodeScalars.removeLast() }
    return text
  }

  private static func text(_ bytes: UnsafeMutablePointer<CChar>?) -> String {
    text(UnsafePointer(bytes))
  }

  private static func withTypes<Result>(
    _ types: [UInt32], _ body: (UnsafePointer<UInt32>?) -> Result
  ) -> Result {
    types.isEmpty ? body(nil) : types.withUnsafeBufferPointer { body($0.baseAddress) }
  }
}
