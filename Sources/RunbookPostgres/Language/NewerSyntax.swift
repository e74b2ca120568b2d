import RunbookModel

/// Syntax that came after PostgreSQL 15, whose parser this is.
///
/// A statement that cannot be parsed is taken for a newer one only where it holds words that 15 does
/// not know and a later release does; anything else is an error of spelling.
package enum NewerSyntax {
  private static let words: Set<String> = [
    "json_table", "json_query", "json_value", "json_exists", "json_scalar", "json_serialize",
    "json_array", "json_object", "json_arrayagg", "json_objectagg", "graph_table", "repack",
  ]

  /// Words that mean something new only one after the other.
  private static let pairs: Set<[String]> = [
    ["is", "json"], ["not", "json"], ["by", "source"], ["by", "target"], ["without", "overlaps"],
    ["for", "portion"], ["not", "enforced"], ["property", "graph"], ["split", "partition"],
    ["merge", "partitions"], ["returning", "with"],
  ]

  package static func isLikely(in bytes: [UInt8], _ tokens: [PGQuery.Token]) -> Bool {
    var former = ""
    var holdsMerge = false
    for token in tokens {
      let word = word(token, bytes)
      if words.contains(word) || pairs.contains([former, word]) { return true }
      if holdsMerge && word == "returning" { return true }
      if former == "merge" && word == "into" { holdsMerge = true }
      if word == "virtual" && former == ")" { return true }
      former = word
    }
    return false
  }

  /// What the first words alone tell.
  package static func traits(in bytes: [UInt8], _ tokens: [PGQuery.Token]) -> SQLTraits {
    var traits = SQLTraits.unknown
    switch tokens.first.map({ word($0, bytes) }) {
    case "begin", "start", "commit", "end", "rollback", "abort", "savepoint", "release":
      traits.isTransactionControl = true
    case "do", "call": traits.runsProcedure = true
    case "copy": traits.copiesOnServer = true
    case "drop", "truncate": traits.effect = .destructive
    case "merge": traits.effect = .mutating
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
