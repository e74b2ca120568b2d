/// Where a text's literals are, as PostgreSQL's own scanner sees them.
package enum SQLLiterals {
  /// `FCONST`, `SCONST`, `USCONST`, `BCONST`, `XCONST` and `ICONST`:
  /// https://github.com/pganalyze/libpg_query/blob/15-latest/protobuf/pg_query.proto
  private static let kinds: Set<Int> = [260, 261, 262, 263, 264, 266]

  /// By byte, in order.
  ///
  /// - Returns: nil for what the scanner refuses: a string without an end, a NUL, more than it is given.
  package static func ranges(in text: String) -> [Range<Int>]? {
    guard text.utf8.count <= 1 << 20, !text.utf8.contains(0) else { return nil }
    do throws(PGQuery.Fault) {
      return try PGQuery.scan(text).filter { kinds.contains($0.kind) }.map { $0.start..<$0.end }
    } catch {
      return nil
    }
  }
}
