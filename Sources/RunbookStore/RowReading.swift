import GRDB
import RunbookEngine

/// GRDB's own conversions end the program where a column is of another type than is asked for, which a
/// damaged file may hold in any table, a strict one too.
extension Row {
  func text(_ index: Int, in path: String) throws(StoreError) -> String {
    guard case .string(let text)? = storage(index) else { throw mismatch(index, "text", path) }
    return text
  }

  /// Nil for NULL.
  func textIfAny(_ index: Int, in path: String) throws(StoreError) -> String? {
    if case .null? = storage(index) { return nil }
    return try text(index, in: path)
  }

  func number(_ index: Int, in path: String) throws(StoreError) -> Int64 {
    guard case .int64(let number)? = storage(index) else { throw mismatch(index, "number", path) }
    return number
  }

  /// Nil for NULL, and for what is no number.
  func numberIfAny(_ index: Int) -> Int64? {
    if case .int64(let number)? = storage(index) { number } else { nil }
  }

  private func storage(_ index: Int) -> DatabaseValue.Storage? {
    guard index < count else { return nil }
    return (self[index] as DatabaseValue).storage
  }

  private func mismatch(_ index: Int, _ wanted: String, _ path: String) -> StoreError {
    let column = index < count ? Array(columnNames)[index] : "a column"
    return .damaged(path, "its '\(column)' is no \(wanted)")
  }
}

extension StoreError {
  /// Damage of a journal's file that no entry can be named for.
  static func damaged(_ path: String, _ what: String) -> StoreError {
    StoreError(.damaged(sequence: 0), subject: path, "the journal is damaged: \(what)")
  }
}
