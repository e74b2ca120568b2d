private import GRDBSQLite
import RunbookModel

/// One thing that a statement does, as SQLite tells it when it compiles the statement:
/// https://www.sqlite.org/c3ref/c_alter_table.html
struct StatementAction {
  let code: Int32
  let first: String?
  let second: String?
  let third: String?
  /// The trigger or the view by which it does that.
  let trigger: String?
}

/// What a statement does, as SQLite tells it, and what of it is not allowed.
final class StatementJudge {
  /// The first thing that was refused, for people.
  private(set) var denial: String?
  /// Whether it begins, ends or cuts a transaction.
  private(set) var controlsTransaction = false
  private(set) var isDestructive = false
  /// Whether it makes, alters or drops something.
  private(set) var changesSchema = false
  /// Whether SQLite has told anything of it.
  private(set) var hasActed = false
  /// Whether it has rows deleted that its text does not name: by a trigger, or by a key that cascades.
  private(set) var deletesElsewhere = false
  /// All that it reads, changes, or does that by: tables, views and triggers, by their names as SQLite compares them.
  private(set) var touched: Set<String> = []
  /// The table that its own text changes.
  private var target: String?

  func allows(_ action: StatementAction) -> Bool {
    hasActed = true
    let refusal = refusal(of: action)
    note(action)
    guard let refusal else { return true }
    if denial == nil { denial = refusal }
    return false
  }

  private func note(_ action: StatementAction) {
    if Self.schemaActions.contains(action.code) { changesSchema = true }
    if let trigger = action.trigger { touched.insert(Self.folded(trigger)) }
    switch action.code {
    case SQLITE_READ, SQLITE_INSERT, SQLITE_UPDATE, SQLITE_DELETE:
      let table = Self.folded(action.first ?? "")
      touched.insert(table)
      if action.code == SQLITE_READ { break }
      if target == nil, action.trigger == nil { target = table }
      let isElsewhere = action.trigger != nil || target?.isIdentical(to: table) == false
      if action.code == SQLITE_DELETE, isElsewhere, !Self.isCatalogue(table) {
        deletesElsewhere = true
      }
    case SQLITE_DROP_TABLE, SQLITE_DROP_VIEW, SQLITE_DROP_INDEX, SQLITE_DROP_TRIGGER,
      SQLITE_DROP_VTABLE:
      isDestructive = true
    // The third is the column that it drops.
    case SQLITE_ALTER_TABLE where action.third != nil: isDestructive = true
    case SQLITE_TRANSACTION, SQLITE_SAVEPOINT: controlsTransaction = true
    default: break
    }
  }

  private func refusal(of action: StatementAction) -> String? {
    switch action.code {
    case SQLITE_READ, SQLITE_SELECT, SQLITE_RECURSIVE: return nil
    case SQLITE_TRANSACTION, SQLITE_SAVEPOINT:
      return "transaction control is not possible in a step"
    case SQLITE_ATTACH, SQLITE_DETACH:
      return "ATTACH and DETACH are not possible in a step: it works on the connection's file alone"
    case SQLITE_FUNCTION:
      let name = Self.folded(action.second ?? "")
      return Self.reachingFunctions.contains(name)
        ? "\(name)() is not possible in a step: no transaction takes back what it does" : nil
    case SQLITE_PRAGMA: return refusal(ofPragma: Self.folded(action.first ?? ""), action.second)
    default:
      let isOwn = [action.first, action.second].compactMap(\.self).contains {
        SQLiteReceipts.tables.contains(Self.folded($0))
      }
      return isOwn ? "the tables for receipts are not a step's to change" : nil
    }
  }

  private func refusal(ofPragma name: String, _ argument: String?) -> String? {
    if Self.describing.contains(name) || argument == nil && Self.asking.contains(name) {
      return nil
    }
    // Where nothing may be changed the statement itself is refused.
    if Self.transactional.contains(name) { return nil }
    let what = argument == nil ? "PRAGMA \(name)" : "PRAGMA \(name) with a value"
    return "\(what) is not possible in a step"
  }

  /// What leaves the file. They are not there unless somebody has built them in.
  private static let reachingFunctions: Set = [
    "load_extension", "writefile", "readfile", "edit", "fts3_tokenizer",
  ]

  /// Those that describe what they are given: https://www.sqlite.org/pragma.html
  private static let describing: Set = [
    "collation_list", "compile_options", "database_list", "foreign_key_check",
    "foreign_key_list", "function_list", "index_info", "index_list", "index_xinfo",
    "integrity_check", "module_list", "pragma_list", "quick_check", "table_info", "table_list",
    "table_xinfo",
  ]

  /// Those that ask where they are given nothing.
  private static let asking: Set = [
    "application_id", "auto_vacuum", "data_version", "encoding", "foreign_keys", "freelist_count",
    "journal_mode", "max_page_count", "page_count", "page_size", "schema_version", "user_version",
  ]

  /// Those that the transaction guards. Another `application_id` would be another database.
  private static let transactional: Set = ["defer_foreign_keys", "user_version"]

  private static let schemaActions: Set<Int32> = [
    SQLITE_CREATE_INDEX, SQLITE_CREATE_TABLE, SQLITE_CREATE_TEMP_INDEX, SQLITE_CREATE_TEMP_TABLE,
    SQLITE_CREATE_TEMP_TRIGGER, SQLITE_CREATE_TEMP_VIEW, SQLITE_CREATE_TRIGGER,
    SQLITE_CREATE_VIEW, SQLITE_DROP_INDEX, SQLITE_DROP_TABLE, SQLITE_DROP_TEMP_INDEX,
    SQLITE_DROP_TEMP_TABLE, SQLITE_DROP_TEMP_TRIGGER, SQLITE_DROP_TEMP_VIEW, SQLITE_DROP_TRIGGER,
    SQLITE_DROP_VIEW, SQLITE_ALTER_TABLE, SQLITE_CREATE_VTABLE, SQLITE_DROP_VTABLE,
  ]

  private static func isCatalogue(_ table: String) -> Bool { table.begins(with: "sqlite_") }

  /// As SQLite compares names.
  static func folded(_ name: String) -> String {
    String(decoding: name.utf8.map { (65...90).contains($0) ? $0 + 32 : $0 }, as: UTF8.self)
  }
}
