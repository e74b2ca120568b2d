private import CLibPGQuery
import RunbookModel

/// PostgreSQL's own scanner and parser, version 15.
///
/// Both recurse; `NestingLimit` bounds how deep before they are called, and `parse` calls the parser
/// on a stack that suffices for that.
package enum PGQuery {
  package struct Token: Sendable, Hashable {
    /// UTF-8 bytes of the text.
    package let start: Int
    package let end: Int
    package let kind: Int
    /// Whether it is a keyword that can be no name unless it is quoted.
    package let isReserved: Bool
  }

  package struct Fault: Error, Sendable, Hashable {
    package let message: String
    /// Characters (Unicode scalars) from the text's start.
    package let scalarOffset: Int
  }

  /// A statement's bytes, leading space and comments included.
  package struct Range: Sendable, Hashable {
    package let location: Int
    /// 0 means up to the end.
    package let length: Int
  }

  /// - Parameter limit: how many tokens are read at most, those that a caller counts as too many included.
  package static func scan(_ text: String, limit: Int = .max) throws(Fault) -> [Token] {
    try checkCost(of: text)
    let result = pg_query_scan(text)
    defer { pg_query_free_scan_result(result) }
    if let fault = fault(result.error) { throw fault }
    guard let bytes = result.pbuf.data else { return [] }
    return withEnds(
      TokenReader.read(
        UnsafeRawBufferPointer(start: bytes, count: result.pbuf.len), limit: limit), in: text)
  }

  /// The scanner tells a wrong end of `U&"…"` and `U&'…'`, right after the `U` or before it. Comments are
  /// tokens too, so nothing but white space stands between a token and the next one: the rest is the token's.
  private static func withEnds(_ tokens: [Token], in text: String) -> [Token] {
    let bytes = Array(text.utf8)
    var next = bytes.firstIndex(of: 0) ?? bytes.count
    var complete = tokens
    for index in tokens.indices.reversed() {
      let token = tokens[index]
      var end = next
      while end > token.end, whiteSpace.contains(bytes[end - 1]) { end -= 1 }
      next = token.start
      guard end > token.end else { continue }
      complete[index] = Token(
        start: token.start, end: end, kind: token.kind, isReserved: token.isReserved)
    }
    return complete
  }

  /// `space` of PostgreSQL 15's scanner: https://github.com/postgres/postgres/blob/REL_15_STABLE/src/backend/parser/scan.l
  private static let whiteSpace: Set<UInt8> = Set(" \t\n\r\u{C}".utf8)

  /// Parses, and hands the tree over as JSON bytes; on the calling thread.
  package static func parse<Result>(
    _ text: String, _ body: (UnsafeBufferPointer<UInt8>) -> Result
  ) throws(Fault) -> Result {
    try checkCost(of: text)
    let result = pg_query_parse(text)
    defer { pg_query_free_parse_result(result) }
    if let fault = fault(result.error) { throw fault }
    guard let tree = result.parse_tree else {
      throw Fault(message: "the parser gave no tree", scalarOffset: 0)
    }
    var count = 0
    while tree[count] != 0 { count += 1 }
    return tree.withMemoryRebound(to: UInt8.self, capacity: count) {
      body(UnsafeBufferPointer(start: $0, count: count))
    }
  }

  /// Splits at semicolons by the scanner, for text that the parser does not know.
  package static func split(_ text: String) throws(Fault) -> [Range] {
    try checkCost(of: text)
    let result = pg_query_split_with_scanner(text)
    defer { pg_query_free_split_result(result) }
    if let fault = fault(result.error) { throw fault }
    let ranges: [Range] = (0..<Int(result.n_stmts)).compactMap { index in
      guard let statement = result.stmts[index]?.pointee else { return nil }
      return Range(location: Int(statement.stmt_location), length: Int(statement.stmt_len))
    }
    return ranges + [try rest(of: text, behind: ranges.last)].compactMap(\.self)
  }

  /// The scanner gives no statement for what stands behind a parenthesis that nothing closes, or that closes none: it is
  /// part of the text all the same.
  private static func rest(of text: String, behind last: Range?) throws(Fault) -> Range? {
    if let last, last.length == 0 { return nil }
    let end = last.map { $0.location + $0.length } ?? 0
    let first = try scan(text).first {
      $0.start >= end && !SQLTokenKind.comments.contains($0.kind)
        && $0.kind != SQLTokenKind.semicolon
    }
    return first.map { Range(location: $0.start, length: 0) }
  }

  private static func checkCost(of text: String) throws(Fault) {
    guard let byte = ScanCost.excess(in: text.utf8) else { return }
    let end = text.utf8.index(text.startIndex, offsetBy: byte)
    throw Fault(
      message: "the SQL has too many nested comments or operator signs in a row",
      scalarOffset: text.unicodeScalars.distance(
        from: text.startIndex, to: end.samePosition(in: text.unicodeScalars) ?? text.startIndex))
  }

  private static func fault(_ error: UnsafeMutablePointer<PgQueryError>?) -> Fault? {
    guard let error = error?.pointee else { return nil }
    let message = error.message.map { String(cString: $0) } ?? "it cannot be read"
    return Fault(message: bounded(message), scalarOffset: max(0, Int(error.cursorpos) - 1))
  }

  /// PostgreSQL names the token that it stumbled over in whole, which may be megabytes.
  private static func bounded(_ message: String) -> String {
    let scalars = message.unicodeScalars
    guard scalars.count > 200 else { return message }
    return "\(message.prefixOfScalars(160)) … (\(scalars.count - 180) characters) … "
      + message.suffixOfScalars(20)
  }
}

/// Reads the scanner's answer, a protobuf message `ScanResult`:
/// https://github.com/pganalyze/libpg_query/blob/15-latest/protobuf/pg_query.proto
private struct TokenReader {
  private let bytes: UnsafeRawBufferPointer
  private var position: Int
  private let end: Int

  /// `KeywordKind.RESERVED_KEYWORD`.
  private static let reservedKeyword = 4

  static func read(_ bytes: UnsafeRawBufferPointer, limit: Int) -> [PGQuery.Token] {
    var reader = TokenReader(bytes, 0, bytes.count)
    var tokens: [PGQuery.Token] = []
    while tokens.count < limit, let key = reader.varint() {
      guard key == 2 << 3 | 2 else {
        _ = reader.varint()
        continue
      }
      guard let length = reader.varint(), reader.position + length <= reader.end else { break }
      tokens.append(token(bytes, reader.position, reader.position + length))
      reader.position += length
    }
    return tokens
  }

  private static func token(
    _ bytes: UnsafeRawBufferPointer, _ start: Int, _ end: Int
  ) -> PGQuery.Token {
    var reader = TokenReader(bytes, start, end)
    var fields = (start: 0, end: 0, kind: 0, keyword: 0)
    while let key = reader.varint(), let value = reader.varint() {
      switch key >> 3 {
      case 1: fields.start = value
      case 2: fields.end = value
      case 4: fields.kind = value
      case 5: fields.keyword = value
      default: break
      }
    }
    return PGQuery.Token(
      start: fields.start, end: fields.end, kind: fields.kind,
      isReserved: fields.keyword == reservedKeyword)
  }

  private init(_ bytes: UnsafeRawBufferPointer, _ position: Int, _ end: Int) {
    self.bytes = bytes
    self.position = position
    self.end = end
  }

  private mutating func varint() -> Int? {
    var number: UInt64 = 0
    var shift: UInt64 = 0
    while position < end, shift < 64 {
      let byte = bytes[position]
      position += 1
      number |= UInt64(byte & 0x7F) << shift
      if byte & 0x80 == 0 { return Int(truncatingIfNeeded: number) }
      shift += 7
    }
    return nil
  }
}
