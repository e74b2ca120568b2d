package import RunbookEngine
package import RunbookModel
package import RunbookPostgres

/// What became of the rows of a restore.
package struct RestoredRows {
  private let way: RecoveryWay
  private let context: AttemptContext

  private struct Count: Sendable {
    var restored: Int64 = 0
    var setAside: Int64 = 0
    var alreadyThere: Int64 = 0
    /// Rows of the table that got values of lost columns.
    var filled: Int64 = 0
  }

  private struct Nulls: Sendable {
    let table: String
    let column: String
    let rows: Int64
  }

  private var counts = ExactMap<Count>()
  private var setAsideFiles: [EvidenceDraft] = []
  /// The file that rows are being set aside in, how many, and of how many secrets are taken out.
  private var open: (name: String, writer: EvidenceWriter, rows: Int64, marked: Int64)?
  /// References that could not be made whole, with the number of rows without a parent.
  private var orphans: [(key: ForeignKey, rows: Int64)] = []
  /// Rows that a lost column has no value for, as they are newer than the backup.
  private var nulls: [Nulls] = []
  /// Rows that got a new number, as they are newer than the backup.
  private var numbered: [Nulls] = []

  package init(way: RecoveryWay, context: AttemptContext) {
    self.way = way
    self.context = context
  }

  /// Rows that are there again, or that have their values again.
  package var restored: Int64 {
    way.loads.reduce(0) { sum, load in
      let count = counts[load.table] ?? Count()
      return sum + (load.mode == .columns ? count.filled : count.restored)
    }
  }
  package var setAside: Int64 { counts.values.reduce(0) { $0 + $1.setAside } }

  package mutating func noteRestored(_ rows: Int64, of table: String) {
    counts[table, default: Count()].restored = rows
  }

  package mutating func noteKnown(_ rows: Int64, of table: String) {
    counts[table, default: Count()].alreadyThere = rows
  }

  package mutating func noteValues(_ rows: Int64, of table: String) {
    counts[table, default: Count()].filled = rows
  }

  package mutating func noteNumbered(_ rows: Int64, in column: String, of table: String) {
    if rows > 0 { numbered.append(Nulls(table: table, column: column, rows: rows)) }
  }

  package mutating func noteNulls(_ rows: Int64, in column: String, of table: String) {
    if rows > 0 { nulls.append(Nulls(table: table, column: column, rows: rows)) }
  }

  package func nulls(in column: String, of table: String) -> Int64 {
    nulls.first { $0.table.isIdentical(to: table) && $0.column.isIdentical(to: column) }?.rows ?? 0
  }

  package func hasNulls(_ table: String) -> Bool {
    nulls.contains { $0.table.isIdentical(to: table) }
  }

  package mutating func noteOrphans(_ rows: Int64, of key: ForeignKey) {
    if rows > 0 { orphans.append((key, rows)) }
  }

  package func orphans(of key: ForeignKey) -> Int64 { orphans.first { $0.key == key }?.rows ?? 0 }

  /// - Parameters:
  ///   - moved: each row as JSON of one line.
  ///   - source: where they were taken from; the table itself counts them as not restored any more.
  package mutating func setAside(
    _ moved: [String], of table: String, from source: String, why: String
  ) throws(StepFailure) {
    if open == nil {
      let name =
        "set-aside-\(setAsideFiles.count + 1)-\(TableName(identity: table).name.filePart).jsonl"
      let writer = EvidenceWriter(
        folder: context.evidenceFolder, name: name, redactor: context.redactor)
      open = (name, writer, 0, 0)
    }
    var lines: [UInt8] = []
    for row in moved { lines += Array((row + "\n").utf8) }
    guard open?.writer.write(lines) == true else { throw unwritable }
    open?.rows += Int64(moved.count)
    open?.marked += Int64(moved.count { context.redactor.holdsSecret($0) })
    counts[table, default: Count()].setAside += Int64(moved.count)
    if !source.begins(with: "pg_temp.") {
      counts[table, default: Count()].restored -= Int64(moved.count)
    }
  }

  /// Rows as JSON, made here: what the server makes JSON with are casts that users can have made.
  ///
  /// - Parameter rows: each with itself as text behind its columns. That stands for a row in which something is
  ///   not read, JSON that names a key twice, say.
  package static func lines(_ rows: ResultSet) -> [String] {
    rows.rows.map { row in
      let values = ValueMap(Array(zip(rows.columns, row.dropLast())))
      guard Value.map(values).incompletePart == nil else {
        return Value.map(ValueMap([("as_text", row.last ?? .null)])).json
      }
      return Value.map(values).json
    }
  }

  package mutating func closeFile(of table: String, why: String) throws(StepFailure) {
    guard var file = open else { return }
    guard file.writer.close() else { throw unwritable }
    open = nil
    let name = TableName(identity: table).shown
    // Whoever brings them back by hand must not take the mark for the value.
    let marked =
      file.marked == 0
      ? ""
      : "; in \(file.marked) of them \(Redactor.mark) stands for a secret, which only the archive has"
    setAsideFiles.append(
      EvidenceDraft(
        what: "\(file.rows) rows of \(name) set aside: \(why)\(marked)", source: "the archive",
        content: .file(file.name)))
    context.output(OutputLine(.notice, "\(name): \(file.rows) rows set aside: \(why)\(marked)"))
  }

  private var unwritable: StepFailure {
    StepFailure(
      .refused, "rows cannot be set aside: \(open?.name ?? "their file") cannot be written")
  }
}

extension RestoredRows {
  /// What did not come back, with how much it is, a sentence each.
  private var remains: [String] {
    way.remains + way.loads.flatMap(remains)
      + orphans.map { key, rows in
        "\(shown(key.table)): \(rows) rows refer to nothing in \(shown(key.referenced)), so that its "
          + "reference \(key.name) holds for new rows only, or not at all"
      }
  }

  /// What no backup can bring, a sentence each.
  private var leftToDo: [String] {
    numbered.map { one in
      "\(shown(one.table)).\(one.column): \(one.rows) rows newer than the backup got new numbers"
    }
      + nulls.map { one in
        "\(shown(one.table)).\(one.column): \(one.rows) rows newer than the backup have no value; once they "
          + "have: ALTER TABLE \(one.table) ALTER COLUMN \(one.column) SET NOT NULL"
      }
  }

  private func remains(of load: TableLoad) -> [String] {
    let count = counts[load.table] ?? Count()
    var found: [String] = []
    if count.setAside > 0 {
      found.append(
        "\(shown(load.table)): \(count.setAside) of the backup's \(load.rows) rows were set aside, in a file"
      )
    }
    let left = load.rows - count.restored - count.setAside - count.alreadyThere
    if load.mode == .fill, left > 0 {
      found.append(
        "\(shown(load.table)): \(left) of the backup's \(load.rows) rows did not go in, as rows that are "
          + "there have their values where no two may have the same")
    }
    let columns = load.columns.joined(separator: ", ")
    let hasValues = load.mode == .columns ? load.rows > 0 : count.alreadyThere > 0
    if !load.columns.isEmpty, hasValues, count.filled == 0 {
      let reason =
        load.key.isEmpty
        ? "it has no primary key to tell its rows by" : "no row has the key of one of the backup's"
      found.append(
        "\(shown(load.table)).\(columns): none of the backup's \(load.rows) values came back: \(reason)"
      )
    }
    return found
  }

  private func shown(_ table: String) -> String { TableName(identity: table).shown }

  package func result(notices: [String]) -> StepResult {
    var values = ValueMap()
    let tables = way.loads.map { load -> Value in
      let count = counts[load.table] ?? Count()
      let restored = load.mode == .columns ? count.filled : count.restored
      return [
        "table": .string(TableName(identity: load.table).shown),
        "mode": .string(load.mode.rawValue),
        "at_backup": .int(load.rows), "restored": .int(restored),
        "set_aside": .int(count.setAside), "already_there": .int(count.alreadyThere),
      ]
    }
    values["tables"] = .list(tables)
    values["rows"] = .int(restored)
    values["set_aside"] = .int(setAside)
    values["objects"] = .int(way.objects)
    values["way"] = .string(way.name.rawValue)
    values["orphans"] = .list(
      orphans.map {
        [
          "table": .string(TableName(identity: $0.key.table).shown),
          "constraint": .string($0.key.name),
          "referenced": .string(TableName(identity: $0.key.referenced).shown),
          "rows": .int($0.rows),
        ]
      })
    values["unfilled"] = .list(
      nulls.map {
        [
          "table": .string(TableName(identity: $0.table).shown), "column": .string($0.column),
          "rows": .int($0.rows),
        ]
      })
    values[Remainder.missing] = .list(remains.map(Value.string))
    values[Remainder.leftToDo] = .list(leftToDo.map(Value.string))
    values["risks"] = .list(way.risks.map(Value.string))
    values["left_out"] = .list(way.leftOut.map(Value.string))
    var result = StepResult(values: values, notices: notices)
    if !tables.isEmpty {
      result.evidence.append(
        EvidenceDraft(
          what: "rows restored", source: way.archive?.path ?? "", content: .result("tables")))
    }
    result.evidence += setAsideFiles
    return result
  }
}

extension String {
  /// Letters and digits, for a file's name.
  fileprivate var filePart: String {
    String(
      unicodeScalars.prefix(60).map { $0.isASCIILetter || $0.isASCIIDigit ? Character($0) : "_" })
  }
}
