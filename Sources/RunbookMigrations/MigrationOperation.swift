package import RunbookEngine
package import RunbookModel

/// One operation of a migration's way up, with what it takes away.
package struct MigrationOperation: Sendable {
  /// A place at which nothing is known, and why.
  package struct Gap: Sendable {
    package let line: Int64
    package let text: String
    package let reason: String

    package var value: Value {
      ["line": .int(line), "text": .string(text), "reason": .string(reason)]
    }
  }

  /// What of it the result tells besides its losses.
  package private(set) var facts: ValueMap
  package private(set) var losses: [MigrationLoss] = []
  package private(set) var undetermined: [Gap] = []
  package private(set) var unreadable: [Gap] = []
  /// Whether it is known, all of it, what it does.
  private var isClear = true
  /// Bytes that are told of its text.
  private var longestText = Self.longest

  private static let longest = 4096

  /// A call in a revision of Alembic's, as `MigrationProgram` notes it.
  package init(call map: ValueMap) {
    facts = map
    for key in ["drops", "makes", "sql_line", "unknown"] { facts[key] = nil }
    let (line, end) = (map["line"]?.intValue ?? 0, map["end_line"]?.intValue ?? 0)
    let text = map["text"]?.stringValue ?? ""
    for item in map["drops"]?.listValue ?? [] {
      guard let loss = item.mapValue.flatMap(SQLLoss.init(call:)) else { continue }
      losses.append(MigrationLoss(loss, line: line, endLine: end, text: text, isByText: false))
    }
    if let reason = map["unknown"]?.stringValue {
      undetermined.append(Gap(line: line, text: text, reason: reason))
    }
    guard let sql = map["sql"]?.stringValue else { return }
    facts["sql"] = .string(sql)
    let start = map["sql_line"]?.intValue
    let reading = SQLJudge.read(sql)
    func place(_ offset: Int) -> Int64 { start.map { $0 + Int64(offset) } ?? line }
    losses += reading.losses.map { loss in
      start == nil
        ? MigrationLoss(loss, line: line, endLine: end, text: text, isByText: true)
        : MigrationLoss(loss, line: place(loss.line))
    }
    undetermined += reading.undetermined.map {
      Gap(line: place($0.line), text: text, reason: $0.reason)
    }
    unreadable += reading.unreadable.map {
      Gap(line: place($0.line), text: text, reason: $0.reason)
    }
  }

  /// A statement of a file of SQL.
  ///
  /// - Parameter excerpt: how much is told of the text of one that takes nothing away.
  package init(_ statement: SQLReading.Statement, losses: [SQLLoss], excerpt: Int) {
    self.losses = losses.map { MigrationLoss($0, line: Int64($0.line)) }
    let breaks = statement.text.utf8.count { $0 == UInt8(ascii: "\n") }
    let word = statement.text.prefixOfScalars { $0.isLetter }.lowercased()
    isClear = statement.isClear
    facts = ValueMap([
      ("op", .string(word.isEmpty ? "sql" : word)), ("line", .int(Int64(statement.line))),
      ("end_line", .int(Int64(statement.line + breaks))),
      ("text", .string(statement.text)),
    ])
    longestText = losses.isEmpty ? excerpt : Self.longest
  }

  /// What cannot be told of a file of SQL.
  package init(undetermined: [Gap], unreadable: [Gap]) {
    facts = ValueMap()
    self.undetermined = undetermined
    self.unreadable = unreadable
  }

  /// Whether it is as it was meant to be: no loss, or one of what its own application has.
  package func isIntended(owners: TableOwners?, application: String?) -> Bool {
    guard isClear, undetermined.isEmpty, unreadable.isEmpty else { return false }
    guard let owners, let application else { return losses.isEmpty }
    return losses.allSatisfy { owners.owner(of: $0.loss) == application }
  }

  package func value(_ redactor: Redactor) -> Value {
    var map = facts
    for (key, limit) in [("sql", Self.longest), ("text", longestText)] {
      if let text = map[key]?.stringValue {
        map[key] = .string(redactor.head(text, bytes: limit))
      }
    }
    map["is_drop"] = .bool(!losses.isEmpty)
    return .map(map)
  }
}

extension SQLLoss {
  fileprivate init?(call map: ValueMap) {
    guard let kind = map["kind"]?.stringValue else { return nil }
    self.init(
      action: map["action"]?.stringValue.flatMap(Action.init) ?? .drop, kind: kind,
      schema: map["schema"]?.stringValue, table: map["table"]?.stringValue,
      name: map["name"]?.stringValue, target: map["to"]?.stringValue)
  }
}
