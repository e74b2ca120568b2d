import RunbookModel

/// The ways up and down of one file of SQL, where marks in comments divide it.
///
/// Those of dbmate (https://github.com/amacneil/dbmate#creating-migrations), and of goose, sql-migrate, micrate, rambler, tern, node-pg-migrate and MyBatis.
package struct SQLSections: Sendable {
  /// The same text with what is not of the way up blanked out, so that every line keeps its number.
  package let up: String
  package let down: String

  package init(_ text: String) {
    var up: [Substring] = []
    var down: [Substring] = []
    var isDown = false
    for line in text.pieces(separatedBy: "\n", omittingEmptySubsequences: false) {
      if let mark = Self.mark(line) { isDown = mark == .down }
      up.append(isDown ? "" : line)
      down.append(isDown ? line : "")
    }
    self.up = up.joined(separator: "\n")
    self.down = down.joined(separator: "\n")
  }

  package static func isDbmate(_ path: String) -> Bool {
    // What cannot be read is told when its turn comes.
    guard let text = (try? MigrationFile.read(path))?.text else { return false }
    return text.pieces(separatedBy: "\n").contains { words(of: $0).first == "migrate:up" }
  }

  private enum Mark { case up, down }

  private static func mark(_ line: Substring) -> Mark? {
    let words = words(of: line)
    switch words.first {
    case "migrate:up": return .up
    case "migrate:down", "//@undo", "@undo": return .down
    case "+goose", "+migrate", "+micrate", "rambler": break
    case "up", "down":
      // node-pg-migrate's `-- Down Migration`.
      guard words.dropFirst().first == "migration" else { return nil }
      return words.first == "up" ? .up : .down
    // tern's `---- create above / drop below ----`.
    case "--": return words.dropFirst().prefix(3) == ["create", "above", "/"] ? .down : nil
    default: return nil
    }
    switch words.dropFirst().first {
    case "up": return .up
    case "down": return .down
    default: return nil
    }
  }

  /// The words of a line that is a comment.
  private static func words(of line: Substring) -> [String] {
    let line = line.dropScalars { $0 == " " || $0 == "\t" }
    guard line.begins(with: "--") else { return [] }
    return line.dropFirstScalars(2).prefixOfScalars(80).lowercased().pieces { $0.isWhitespace }.map(
      String.init)
  }
}
