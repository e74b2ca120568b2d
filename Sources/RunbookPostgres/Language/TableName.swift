import RunbookModel

/// A table's name with its schema, without quotes.
///
/// PostgreSQL writes names that need it in double quotes, with those inside doubled:
/// https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-IDENTIFIERS
///
/// Two names are one where all their bytes are, as for PostgreSQL.
package struct TableName: Sendable, Hashable {
  package let schema: String
  package let name: String

  package static func == (left: TableName, right: TableName) -> Bool {
    left.schema.isIdentical(to: right.schema) && left.name.isIdentical(to: right.name)
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(ExactText(schema))
    hasher.combine(ExactText(name))
  }

  package init(schema: String, name: String) {
    self.schema = schema
    self.name = name
  }

  /// - Parameter identity: as a catalogue snapshot writes it: `public."user"`.
  package init(identity: String) {
    let parts = Self.parts(of: identity)
    name = parts.last ?? identity
    schema = parts.count > 1 ? parts[0] : "public"
  }

  /// For people and for runbooks: without the schema `public`.
  package var shown: String { schema == "public" ? name : "\(schema).\(name)" }

  /// Whether a runbook that says `text` means this table: its name alone, or with its schema.
  package func isMeant(by text: String) -> Bool {
    text.isIdentical(to: name) || text.isIdentical(to: "\(schema).\(name)")
  }

  /// The parts of a name that points divide, without their quotes.
  package static func parts(of identity: String) -> [String] {
    var parts = [""]
    var isQuoted = false
    var wasQuote = false
    for character in identity.unicodeScalars {
      let isQuote = character == "\""
      if isQuote {
        if !isQuoted, wasQuote { parts[parts.count - 1].unicodeScalars.append("\"") }
        isQuoted.toggle()
      } else if character == ".", !isQuoted {
        parts.append("")
      } else {
        parts[parts.count - 1].unicodeScalars.append(character)
      }
      wasQuote = isQuote && !isQuoted
    }
    return parts
  }
}
