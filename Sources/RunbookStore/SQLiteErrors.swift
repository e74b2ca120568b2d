import GRDB
import RunbookEngine

extension StoreError {
  /// What SQLite said, in plain words (<https://www.sqlite.org/rescode.html>).
  init(_ error: any Error, in path: String, writing: Bool) {
    if let error = error as? StoreError {
      self = error
      return
    }
    let what = "the journal cannot be \(writing ? "written" : "read")"
    guard let error = error as? DatabaseError else {
      self.init(writing ? .cannotWrite : .cannotRead, subject: path, "\(what): \(error)")
      return
    }
    let isBusy = [.SQLITE_BUSY, .SQLITE_LOCKED].contains(error.resultCode)
    self.init(
      isBusy ? .busy : writing ? .cannotWrite : .cannotRead, subject: path,
      "\(what): \(Self.reason(error))")
  }

  private static func reason(_ error: DatabaseError) -> String {
    switch error.resultCode {
    case .SQLITE_FULL: "the disk is full"
    case .SQLITE_READONLY: "it is read-only for this account"
    case .SQLITE_CANTOPEN, .SQLITE_PERM: "it cannot be opened by this account"
    case .SQLITE_BUSY, .SQLITE_LOCKED: "another process is writing to it"
    case .SQLITE_IOERR: "the disk reported an error"
    case .SQLITE_CORRUPT, .SQLITE_NOTADB: "it is no journal, or is damaged"
    default: error.message ?? "SQLite says \(error.resultCode)"
    }
  }
}
