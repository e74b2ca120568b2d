import RunbookEngine
package import RunbookModel
import RunbookPostgres

/// What `pg_restore` wrote, as statements; without its settings, which whoever runs them makes.
package struct ArchiveScript {
  package let statements: [String]

  /// Settings that say where and how the next tables are stored.
  private static let kept = ["default_tablespace", "default_table_access_method"]

  /// - Throws: `invalid` when it is not in UTF-8 or PostgreSQL's parser does not know it.
  package init(_ script: String) throws(StepFailure) {
    let text = Self.withoutRestriction(script)
    let ranges: [Range<Int>]
    let bytes = Array(text.utf8)
    do throws(PGQuery.Fault) {
      ranges = try PGQuery.split(text).map { range in
        let end = range.length == 0 ? bytes.count : range.location + range.length
        return range.location..<max(range.location, min(end, bytes.count))
      }
    } catch {
      throw StepFailure(
        .invalid, "the archive's script cannot be read", detail: error.message)
    }
    var statements: [String] = []
    var body = BodyReader()
    var start: Int?
    for range in ranges {
      body.read(String(decoding: bytes[range], as: UTF8.self))
      let from = start ?? range.lowerBound
      start = body.isOpen ? from : nil
      guard !body.isOpen || range == ranges.last else { continue }
      let statement = Self.trimmed(String(decoding: bytes[from..<range.upperBound], as: UTF8.self))
      if try Self.isWork(statement) { statements.append(statement) }
    }
    self.statements = statements
  }

  /// Tells where a function's body in SQL, `BEGIN ATOMIC … END`, ends: its statements end in semicolons too.
  private struct BodyReader {
    private var depth = 0

    var isOpen: Bool { depth > 0 }

    mutating func read(_ piece: String) {
      guard isOpen || piece.holds("ATOMIC"), let words = try? PGQuery.words(of: piece) else {
        return
      }
      var former: Substring = ""
      for word in words {
        switch word.uppercased() {
        case "ATOMIC" where !isOpen && former.uppercased() == "BEGIN": depth = 1
        case "CASE" where isOpen: depth += 1
        case "END" where isOpen: depth -= 1
        default: break
        }
        former = word
      }
    }
  }

  /// Since 15.14 a script is between `\restrict KEY` and `\unrestrict KEY`, which are psql's.
  private static func withoutRestriction(_ script: String) -> String {
    var lines = script.pieces(separatedBy: "\n", omittingEmptySubsequences: false)
    if let first = lines.firstIndex(where: { $0.begins(with: "\\restrict ") }),
      lines[..<first].allSatisfy({ $0.isEmpty || $0.begins(with: "--") })
    {
      lines[first] = ""
    }
    if let last = lines.lastIndex(where: { $0.begins(with: "\\unrestrict ") }),
      lines[last...].dropFirst().allSatisfy({ $0.isEmpty || $0.begins(with: "--") })
    {
      lines[last] = ""
    }
    return lines.joined(separator: "\n")
  }

  /// Without the comments that `pg_restore` puts before each.
  private static func trimmed(_ statement: String) -> String {
    var lines = statement.pieces(separatedBy: "\n", omittingEmptySubsequences: false)[...]
    while let first = lines.first,
      first.begins(with: "--") || first.unicodeScalars.allSatisfy(\.isWhitespace)
    {
      lines.removeFirst()
    }
    while let last = lines.last, last.unicodeScalars.allSatisfy(\.isWhitespace) {
      lines.removeLast()
    }
    return lines.joined(separator: "\n")
  }

  private static func isWork(_ statement: String) throws(StepFailure) -> Bool {
    guard !statement.isEmpty else { return false }
    // The other end of `SET SESSION AUTHORIZATION`, around a grant that is not the owner's own.
    if isPath(statement) || statement == "RESET SESSION AUTHORIZATION" { return false }
    guard statement.begins(with: "SET ") else { return true }
    let name = statement.dropFirstScalars(4).prefixOfScalars { $0 != " " && $0 != "=" }
    try checkReading(statement)
    return kept.contains(String(name))
  }

  /// Whether it sets the path in which names are looked up, which whoever runs the rest does.
  package static func isPath(_ statement: String) -> Bool {
    statement.begins(with: "SELECT pg_catalog.set_config('search_path', ")
  }

  /// - Parameter setting: a `SET`, by which what follows may have to be read otherwise.
  package static func checkReading(_ setting: String) throws(StepFailure) {
    if setting.begins(with: "SET standard_conforming_strings = off") {
      throw StepFailure(
        .invalid, "the archive's strings are written as of standard_conforming_strings = off",
        hint: "set it to on for the database, and make the backup anew")
    }
    guard setting.begins(with: "SET client_encoding") else { return }
    let value = setting.pieces(separatedBy: "'").dropFirst().first ?? ""
    guard value == "UTF8" || value == "SQL_ASCII" else {
      throw StepFailure(
        .invalid, "the archive is in \(value), and only UTF8 can be restored",
        hint: "restore it by pg_restore into a database beside, and dump that with -E UTF8")
    }
  }
}
