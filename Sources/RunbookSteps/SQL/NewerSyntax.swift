import RunbookModel

/// Syntax that came after PostgreSQL 15, whose parser this is.
enum NewerSyntax {
  /// Words of PostgreSQL 16 to 19 that make a statement one that the parser cannot judge.
  private static let words: Set<String> = [
    "json_table", "json_query", "json_value", "json_exists", "json_scalar", "json_serialize",
    "json_array", "json_object", "json_arrayagg", "json_objectagg", "json", "merge",
    "graph_table", "property", "overlaps", "period", "portion", "virtual", "enforced", "split",
    "repack", "stored", "system_user", "conditional", "unconditional",
  ]

  static func isLikely(in bytes: [UInt8], _ tokens: [PGQuery.Token]) -> Bool {
    tokens.contains { words.contains(word($0, bytes)) }
  }

  /// What the first words alone tell.
  static func traits(in bytes: [UInt8], _ tokens: [PGQuery.Token]) -> SQLTraits {
    var traits = SQLTraits.unknown
    switch tokens.first.map({ word($0, bytes) }) {
    case "begin", "start", "commit", "end", "rollback", "abort", "savepoint", "release":
      traits.isTransactionControl = true
    case "do", "call": traits.runsProcedure = true
    case "copy": traits.copiesOnServer = true
    case "drop", "truncate": traits.effect = .destructive
    default: break
    }
    return traits
  }

  private static func word(_ token: PGQuery.Token, _ bytes: [UInt8]) -> String {
    guard token.start < token.end, token.end <= bytes.count, token.end - token.start < 20 else {
      return ""
    }
    return String(decoding: bytes[token.start..<token.end], as: UTF8.self).lowercased()
  }
}
