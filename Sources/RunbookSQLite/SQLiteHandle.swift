private import GRDBSQLite
import RunbookModel

/// An open file, used on one thread.
final class SQLiteHandle {
  private let pointer: OpaquePointer
  let wait: SQLiteWait
  /// What statements may do from here on; nil is anything.
  private var judge: StatementJudge?

  /// The version of the library.
  static var version: String { String(cString: sqlite3_libversion()) }

  /// - Parameter path: absolute, with no link in it; nil is a database in memory.
  init(path: String?, mayWrite: Bool, _ wait: SQLiteWait) throws(SQLiteError) {
    var opened: OpaquePointer?
    // Neither is a file made, nor is a path taken for a URI.
    let mode =
      path == nil
      ? SQLITE_OPEN_MEMORY | SQLITE_OPEN_READWRITE
      : mayWrite ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY
    let code = sqlite3_open_v2(
      path ?? ":memory:", &opened, mode | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW, nil)
    guard let opened, code == SQLITE_OK else {
      let message = opened.map { String(cString: sqlite3_errmsg($0)) } ?? "out of memory"
      let extended = opened.map { sqlite3_extended_errcode($0) } ?? code
      sqlite3_close_v2(opened)
      throw SQLiteError(code: extended, message: message)
    }
    pointer = opened
    self.wait = wait
    sqlite3_extended_result_codes(pointer, 1)
    _disableDoubleQuotedStringLiterals(pointer)
    let context = Unmanaged.passUnretained(wait).toOpaque()
    sqlite3_busy_handler(
      pointer,
      { context, count in
        guard let context else { return 0 }
        let wait = Unmanaged<SQLiteWait>.fromOpaque(context).takeUnretainedValue()
        return wait.mayTryLockAgain(count) ? 1 : 0
      }, context)
    sqlite3_progress_handler(
      pointer, 1000,
      { context in
        guard let context else { return 0 }
        return Unmanaged<SQLiteWait>.fromOpaque(context).takeUnretainedValue().mustStop() ? 1 : 0
      }, context)
  }

  deinit { sqlite3_close_v2(pointer) }

  /// The real that SQLite reads from a literal, or from a number in JSON.
  static func real(readFrom digits: String) -> Double? {
    var opened: OpaquePointer?
    defer { sqlite3_close_v2(opened) }
    var prepared: OpaquePointer?
    guard
      sqlite3_open_v2(":memory:", &opened, SQLITE_OPEN_MEMORY | SQLITE_OPEN_READWRITE, nil)
        == SQLITE_OK,
      sqlite3_prepare_v2(opened, "SELECT " + digits, -1, &prepared, nil) == SQLITE_OK
    else { return nil }
    defer { sqlite3_finalize(prepared) }
    guard sqlite3_step(prepared) == SQLITE_ROW, sqlite3_column_type(prepared, 0) == SQLITE_FLOAT
    else { return nil }
    return sqlite3_column_double(prepared, 0)
  }

  /// Asks the judge of each thing that a statement does when it is compiled; nil lets all through.
  func ask(_ judge: StatementJudge?) {
    self.judge = judge
    guard let judge else {
      sqlite3_set_authorizer(pointer, nil, nil)
      return
    }
    sqlite3_set_authorizer(
      pointer,
      { context, action, first, second, database, trigger in
        guard let context else { return SQLITE_DENY }
        let text = { (word: UnsafePointer<CChar>?) in word.map { String(cString: $0) } }
        let judge = Unmanaged<StatementJudge>.fromOpaque(context).takeUnretainedValue()
        return judge.allows(
          StatementAction(
            code: action, first: text(first), second: text(second), third: text(database),
            trigger: text(trigger))) ? SQLITE_OK : SQLITE_DENY
      }, Unmanaged.passUnretained(judge).toOpaque())
  }

  func statement(_ sql: String) throws(SQLiteError) -> SQLiteStatement {
    var compiled: OpaquePointer?
    var rest = 0
    var text = sql
    let code = text.withUTF8 { bytes in
      bytes.withMemoryRebound(to: CChar.self) { characters in
        var tail: UnsafePointer<CChar>?
        let code = sqlite3_prepare_v2(
          pointer, characters.baseAddress, Int32(clamping: characters.count), &compiled, &tail)
        if let tail, let start = characters.baseAddress { rest = tail - start }
        return code
      }
    }
    guard code == SQLITE_OK else { throw error() }
    let trailing = String(decoding: sql.utf8.dropFirst(rest), as: UTF8.self)
    return SQLiteStatement(compiled, of: self, trailing: trailing)
  }

  /// What was refused last.
  func error() -> SQLiteError {
    let offset = Int(sqlite3_error_offset(pointer))
    return SQLiteError(
      code: sqlite3_extended_errcode(pointer), message: String(cString: sqlite3_errmsg(pointer)),
      offset: offset >= 0 ? offset : nil, stop: wait.takeStop())
  }

  /// Runs one statement of this program's own.
  @discardableResult
  func ask(_ sql: String, _ values: [Value] = []) throws(SQLiteError) -> [[Value]] {
    let statement = try statement(sql)
    for (index, value) in values.enumerated() { try statement.bind(value, at: Int32(index + 1)) }
    var rows: [[Value]] = []
    while try statement.step() { rows.append(statement.row()) }
    return rows
  }

  /// The first value of the first row.
  func value(_ sql: String, _ values: [Value] = []) throws(SQLiteError) -> Value? {
    try ask(sql, values).first?.first
  }

  /// Rows that the last INSERT, UPDATE or DELETE has changed.
  var changes: Int64 { Int64(sqlite3_changes64(pointer)) }

  /// Those that have been changed since the file was opened, by triggers and keys too.
  var totalChanges: Int64 { Int64(sqlite3_total_changes64(pointer)) }

  var isInTransaction: Bool { sqlite3_get_autocommit(pointer) == 0 }

  /// Whether the system lets it only read, whatever was asked for.
  var isReadOnly: Bool { sqlite3_db_readonly(pointer, "main") != 0 }

  /// Whether the path leads to another file than the one that is open.
  var hasMoved: Bool {
    var moved: Int32 = 0
    let code = sqlite3_file_control(pointer, "main", SQLITE_FCNTL_HAS_MOVED, &moved)
    return code != SQLITE_OK || moved != 0
  }

  /// The header's change counter, read by the open file itself: another descriptor of it would take this process's locks
  /// with it when it is closed (https://www.sqlite.org/howtocorrupt.html#posix_close_bug).
  func changeCounter() throws(SQLiteError) -> Int64 {
    var file: UnsafeMutablePointer<sqlite3_file>?
    var code = withUnsafeMutableBytes(of: &file) { place in
      sqlite3_file_control(pointer, "main", SQLITE_FCNTL_FILE_POINTER, place.baseAddress)
    }
    var header = [UInt8](repeating: 0, count: 100)
    if code == SQLITE_OK, let file, let read = file.pointee.pMethods?.pointee.xRead {
      code = read(file, &header, Int32(header.count), 0)
      // A file that is shorter holds nothing yet, and the rest is read as zeroes: SQLITE_IOERR_SHORT_READ.
      if code == SQLITE_IOERR | 2 << 8 { code = SQLITE_OK }
    }
    guard code == SQLITE_OK else {
      throw SQLiteError(code: code, message: "the file's header cannot be read")
    }
    return header[24..<28].reduce(0) { $0 << 8 | Int64($1) }
  }

  /// Whether keys are hurt that a commit would look at.
  var hasUnmetKeys: Bool {
    var count: Int32 = 0
    var most: Int32 = 0
    sqlite3_db_status(pointer, SQLITE_DBSTATUS_DEFERRED_FKS, &count, &most, 0)
    return count != 0
  }

  /// Ends a transaction that is open, and does nothing where none is.
  func rollBack() {
    ask(nil)
    wait.limitStatement(to: nil)
    guard isInTransaction else { return }
    // Where it cannot be, closing the file leaves a journal by which the next one who opens it does so.
    sqlite3_progress_handler(pointer, 0, nil, nil)
    _ = try? ask("ROLLBACK")
  }

  /// Whether a text is whole statements, as far as its words tell.
  static func isComplete(_ text: String) -> Bool { sqlite3_complete(text) != 0 }
}

/// A compiled statement.
final class SQLiteStatement {
  private let pointer: OpaquePointer?
  private let handle: SQLiteHandle
  /// What stands behind it in the text.
  let trailing: String

  fileprivate init(_ pointer: OpaquePointer?, of handle: SQLiteHandle, trailing: String) {
    self.pointer = pointer
    self.handle = handle
    self.trailing = trailing
  }

  deinit { sqlite3_finalize(pointer) }

  /// False for a text of blanks and comments.
  var isThere: Bool { pointer != nil }

  /// Whether it changes nothing itself: https://www.sqlite.org/c3ref/stmt_readonly.html
  var isReadOnly: Bool { sqlite3_stmt_readonly(pointer) != 0 }

  var columns: [String] {
    (0..<sqlite3_column_count(pointer)).map { index in
      sqlite3_column_name(pointer, index).map { String(cString: $0) } ?? ""
    }
  }

  /// Its parameters in their order; nil for one without a name.
  var parameters: [String?] {
    (0..<sqlite3_bind_parameter_count(pointer)).map { index in
      sqlite3_bind_parameter_name(pointer, index + 1).map { String(cString: $0) }
    }
  }

  func bind(_ value: Value, at index: Int32) throws(SQLiteError) {
    let code: Int32
    let bound: SQLiteValue.Bound
    do throws(SQLiteValue.Refusal) {
      bound = try SQLiteValue.bound(value)
    } catch {
      throw SQLiteError(code: SQLITE_MISMATCH, message: "a parameter's value \(error.reason)")
    }
    switch bound {
    case .null: code = sqlite3_bind_null(pointer, index)
    case .integer(let number): code = sqlite3_bind_int64(pointer, index, number)
    case .real(let number): code = sqlite3_bind_double(pointer, index, number)
    case .text(var text):
      code = text.withUTF8 { bytes in
        bytes.withMemoryRebound(to: CChar.self) { characters in
          // The library copies it: SQLITE_TRANSIENT.
          sqlite3_bind_text(
            pointer, index, characters.baseAddress, Int32(clamping: characters.count),
            unsafeBitCast(-1, to: sqlite3_destructor_type.self))
        }
      }
    }
    guard code == SQLITE_OK else { throw handle.error() }
  }

  /// - Returns: whether there is a row.
  func step() throws(SQLiteError) -> Bool {
    switch sqlite3_step(pointer) {
    case SQLITE_ROW: return true
    case SQLITE_DONE: return false
    default: throw handle.error()
    }
  }

  func row() -> [Value] {
    (0..<sqlite3_column_count(pointer)).map(value)
  }

  private func value(_ index: Int32) -> Value {
    switch sqlite3_column_type(pointer, index) {
    case SQLITE_INTEGER: return .int(sqlite3_column_int64(pointer, index))
    case SQLITE_FLOAT: return .double(sqlite3_column_double(pointer, index))
    case SQLITE_NULL: return .null
    case SQLITE_BLOB:
      // No value stands for bytes: as a text it would be compared with texts, and be bound back as one.
      let count = sqlite3_column_bytes(pointer, index)
      return .incomplete(.unreadable("it is a blob, of \(count) bytes: select hex(…) of it"))
    default:
      let read = sqlite3_column_text(pointer, index)
      return String(validating: bytes(read.map { UnsafeRawPointer($0) }, index), as: UTF8.self)
        .map(Value.string) ?? .incomplete(.unreadable("it is not UTF-8"))
    }
  }

  private func bytes(_ start: UnsafeRawPointer?, _ index: Int32) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(pointer, index)))
  }
}
