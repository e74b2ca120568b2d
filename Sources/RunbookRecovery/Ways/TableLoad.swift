package import RunbookModel

/// Rows of one table that are to come from an archive.
package struct TableLoad: Sendable, Hashable {
  package enum Mode: String, Sendable {
    /// Into a table that was just made.
    case whole
    /// Into a table that is there: the rows that it lacks, and the lost columns of those that it has.
    case fill
    /// Into columns that were just added, by primary key.
    case columns
  }

  /// As SQL writes it.
  package let table: String
  package let mode: Mode
  /// How many the archive has.
  package let rows: Int64
  /// The primary key's columns; empty without one.
  package let key: [String]
  /// The columns that were lost, each with its type.
  package let columns: [String]
  package let types: [String]
  /// The columns that the archive has, in its order, as SQL writes them.
  package var copied: [String] = []
  /// For `columns`: those of the key's whose values the backup may have written as of any time zone.
  package var zoned: [String] = []
  /// Of a standing table: those of its own triggers that fire.
  package var triggers: [TableTrigger] = []

  package var value: Value {
    [
      "table": .string(table), "mode": .string(mode.rawValue), "rows": .int(rows),
      "key": .list(key.map(Value.string)), "columns": .list(columns.map(Value.string)),
      "types": .list(types.map(Value.string)), "copied": .list(copied.map(Value.string)),
      "zoned": .list(zoned.map(Value.string)),
      "triggers": .list(triggers.map { [.string($0.off), .string($0.on)] }),
    ]
  }

  package init(
    table: String, mode: Mode, rows: Int64, key: [String] = [], columns: [String] = [],
    types: [String] = []
  ) {
    self.table = table
    self.mode = mode
    self.rows = rows
    self.key = key
    self.columns = columns
    self.types = types
  }

  package init?(_ value: Value) {
    guard let map = value.mapValue, let table = map["table"]?.stringValue,
      let mode = map["mode"]?.stringValue.flatMap(Mode.init), let rows = map["rows"]?.intValue
    else { return nil }
    func texts(_ key: String) -> [String] {
      map[key]?.listValue?.compactMap(\.stringValue) ?? []
    }
    self.init(
      table: table, mode: mode, rows: rows, key: texts("key"), columns: texts("columns"),
      types: texts("types"))
    copied = texts("copied")
    zoned = texts("zoned")
    triggers =
      map["triggers"]?.listValue?.compactMap { TableTrigger($0.listValue ?? []) } ?? []
    guard columns.count == types.count, map["copied"] != nil,
      triggers.count == map["triggers"]?.listValue?.count
    else { return nil }
  }
}
