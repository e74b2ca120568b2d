package import RunbookModel

/// One migration of a tool that keeps files of SQL, before its file is read.
package struct SQLMigration: Sendable {
  package let id: String
  package var message = ""
  /// From the migrations' folder.
  package let file: String
  /// The file that takes it back, from the same folder.
  package var downFile: String?
  /// As the name, the journal or the plan says.
  var created: Timestamp?
  /// Whether that time says its zone, or is known to be UTC.
  var hasZone = true
  package var dependencies: [String] = []
  /// Who wrote it into the plan.
  package var planner: String?
}

extension Timestamp {
  /// `20251018220113` at the start of a name, taken for UTC; nil for anything else.
  package init?(digits name: some StringProtocol) {
    let text = String(name.prefixOfScalars { $0.isASCII && $0.isNumber })
    guard text.utf8.count == 14 else { return nil }
    func part(_ start: Int, _ count: Int) -> Substring {
      text.dropFirstScalars(start).prefixOfScalars(count)
    }
    self.init(
      rfc3339: "\(part(0, 4))-\(part(4, 2))-\(part(6, 2))T"
        + "\(part(8, 2)):\(part(10, 2)):\(part(12, 2))Z")
  }
}
