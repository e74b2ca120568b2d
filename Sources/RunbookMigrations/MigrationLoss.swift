package import RunbookModel

/// A loss with its place in the migration's file.
package struct MigrationLoss: Sendable {
  package let loss: SQLLoss
  package let line: Int64
  package let endLine: Int64
  package let text: String
  /// Whether a text of SQL does it, and no call of Alembic's.
  package let isByText: Bool

  package init(_ loss: SQLLoss, line: Int64, endLine: Int64, text: String, isByText: Bool) {
    self.loss = loss
    self.line = line
    self.endLine = endLine
    self.text = text
    self.isByText = isByText
  }

  /// Of a statement that stands in the file as it is.
  package init(_ loss: SQLLoss, line: Int64) {
    let breaks = loss.text.utf8.count { $0 == UInt8(ascii: "\n") }
    self.init(
      loss, line: line, endLine: line + Int64(breaks), text: loss.text, isByText: true)
  }

  /// Whether something that the way down makes is what is lost; rows come back from nowhere.
  package func isMade(in makes: Set<MadeName>) -> Bool {
    guard loss.action == .drop || loss.action == .rename else { return false }
    return makes.contains(MadeName(loss.kind, table: loss.table, name: loss.name))
  }

  package func value(makes: Set<MadeName>, owners: TableOwners?, application: String?) -> Value {
    func text(_ text: String?) -> Value { text.map(Value.string) ?? .null }
    var map = ValueMap([
      ("action", .string(loss.action.rawValue)), ("kind", .string(loss.kind)),
      ("schema", text(loss.schema)), ("table", text(loss.table)), ("name", text(loss.name)),
      ("by", .string(isByText ? "text" : "call")), ("line", .int(line)),
      ("end_line", .int(endLine)), ("text", .string(self.text)),
      ("recreated_by_downgrade", .bool(isMade(in: makes))),
    ])
    if loss.action == .rename || loss.action == .move { map["to"] = text(loss.target) }
    if let owner = owners?.owner(of: loss) {
      map["owner"] = .string(owner)
      if let application { map["is_foreign"] = .bool(owner != application) }
    }
    return .map(map)
  }
}
