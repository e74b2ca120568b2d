import Glibc
import RunbookEngine
package import RunbookModel
package import RunbookPostgres

/// The data of an archive's entries, piece by piece, as `pg_restore` writes them.
package struct ArchiveData {
  /// What to do with it; called on one thread, in the archive's order.
  package protocol Receiver {
    /// Rows of a table follow, in COPY's text format.
    mutating func begin(_ copy: CopyStatement) throws(StepFailure)
    mutating func receive(_ bytes: ArraySlice<UInt8>) throws(StepFailure)
    mutating func end() throws(StepFailure)
    /// Something else: where a sequence stands.
    mutating func statement(_ text: String) throws(StepFailure)
  }

  /// What the data of one entry begin with, as the table of contents has it.
  package struct Head: Sendable {
    package enum Form: Sendable {
      case rows(CopyStatement)
      /// The statement that says where a sequence stands.
      case position(String)
    }

    package let form: Form
    /// With the line's end.
    package let bytes: [UInt8]

    /// - Throws: `invalid` for rows that do not come by COPY into the entry's own table, and for anything else that
    ///   is not written as `pg_dump` does.
    package init(_ entry: ArchiveEntry) throws(StepFailure) {
      guard let text = entry.filling?.trimming(where: { $0 == "\n" }) else {
        throw StepFailure(
          .invalid, "the archive holds its rows as INSERT statements, which cannot be streamed",
          hint: "make the backup without --inserts")
      }
      let words = (try? PGQuery.words(of: String(text))) ?? []
      let name = TableName(schema: entry.schema ?? "", name: entry.tag)
      bytes = Array(text.utf8) + [UInt8(ascii: "\n")]
      if words.last == ";", let copy = CopyStatement(words.dropLast()) {
        guard copy.name == name else {
          throw StepFailure(
            .invalid, "the archive's rows of \(name.shown) go to \(copy.name.shown)",
            hint: "a backup made with --load-via-partition-root cannot be restored in parts")
        }
        form = .rows(copy)
      } else if words.last == ";", SequencePosition(words.dropLast())?.sequence == name {
        form = .position(String(text.dropLastScalars()))
      } else {
        throw StepFailure(
          .invalid, "the archive's data are not what pg_dump writes",
          detail: String(text.prefixOfScalars(200)))
      }
    }
  }

  package let next: () throws(StepFailure) -> [UInt8]?
  /// Of all that comes, in its order.
  let heads: [Head]

  private static let terminator = Array("\\.\n".utf8)

  /// A name may hold line breaks, quotes and whatever looks like another statement: nothing between the rows is taken
  /// for anything but the next entry's beginning, to the byte.
  ///
  /// - Throws: what the receiver throws, and `invalid` for what is not written as `pg_dump` writes data with
  ///   COPY: nothing is passed over.
  package func read(into receiver: inout some Receiver) throws(StepFailure) {
    var rest: [UInt8] = []
    // How much of the rest is known to be of one line, so that nothing is looked through twice.
    var seen = 0
    var isInRows = false
    var heads = heads[...]
    while let chunk = try next() {
      rest += chunk
      while true {
        if isInRows {
          guard try rows(&rest, &seen, &receiver) else { break }
          try receiver.end()
          isInRows = false
        } else if let head = heads.first, rest.starts(with: head.bytes) {
          rest.removeFirst(head.bytes.count)
          heads.removeFirst()
          switch head.form {
          case .rows(let copy):
            try receiver.begin(copy)
            isInRows = true
          case .position(let statement): try receiver.statement(statement)
          }
        } else if heads.first?.bytes.starts(with: rest) == true {
          break
        } else {
          guard let end = rest.firstIndex(of: UInt8(ascii: "\n")) else { break }
          try Self.check(String(decoding: rest[..<end], as: UTF8.self))
          rest.removeFirst(end + 1)
        }
      }
    }
    guard !isInRows, heads.isEmpty, rest.isEmpty else {
      throw StepFailure(.refused, "the archive's data ended too soon")
    }
  }

  /// Of what stands between: comments, and what the session is to be set to, which whoever runs the rest does.
  private static func check(_ line: String) throws(StepFailure) {
    if line.begins(with: "SET ") { return try ArchiveScript.checkReading(line) }
    guard
      line.isEmpty || line.begins(with: "--") || ArchiveScript.isPath(line)
        // Since 15.14 a script is between these, which are psql's.
        || line.begins(with: "\\restrict ") || line.begins(with: "\\unrestrict ")
    else {
      throw StepFailure(
        .invalid, "the archive's data hold what its table of contents does not",
        detail: String(line.prefixOfScalars(200)))
    }
  }

  /// Hands over rows; what could be the beginning of their end stays.
  ///
  /// - Returns: whether the end has come.
  private func rows(
    _ rest: inout [UInt8], _ seen: inout Int, _ receiver: inout some Receiver
  ) throws(StepFailure) -> Bool {
    if rest.starts(with: Self.terminator) {
      rest.removeFirst(Self.terminator.count)
      seen = 0
      return true
    }
    let (end, isEnd) = Self.endOfRows(rest, from: seen)
    if end > 0 { try receiver.receive(rest[..<end]) }
    rest.removeFirst(isEnd ? end + Self.terminator.count : end)
    seen = isEnd ? 0 : rest.count
    return isEnd
  }

  /// Whole lines only are handed over, so that `rest` always begins with one.
  ///
  /// - Parameter seen: how many bytes there are before which no line ends.
  private static func endOfRows(_ bytes: [UInt8], from seen: Int) -> (Int, Bool) {
    bytes.withUnsafeBytes { all in
      guard let start = all.baseAddress else { return (0, false) }
      var end = all.count
      while end > seen, all[end - 1] != UInt8(ascii: "\n") { end -= 1 }
      guard end > seen else { return (0, false) }
      var from = seen
      while let hit = memchr(start + from, CInt(UInt8(ascii: "\\")), all.count - from) {
        let index = UnsafeRawPointer(hit) - start
        if index > 0, index + 2 < all.count, all[index - 1] == UInt8(ascii: "\n"),
          all[index + 1] == UInt8(ascii: "."), all[index + 2] == UInt8(ascii: "\n")
        {
          return (index, true)
        }
        from = index + 1
      }
      return (end, false)
    }
  }
}

/// `SELECT pg_catalog.setval('public.s', 5, true)`
package struct SequencePosition {
  package let sequence: TableName
  /// As SQL writes it.
  package let number: String
  /// Whether the number was given out.
  package let isCalled: Bool

  /// - Parameter words: its tokens.
  package init?(_ words: ArraySlice<Substring>) {
    let words = Array(words)
    guard words.starts(with: ["SELECT", "pg_catalog", ".", "setval", "("]), words.count >= 11,
      let name = words[5].utf8.first, name == UInt8(ascii: "'")
    else { return nil }
    let number = words[7] == "-" ? words[8] : words[7]
    let rest = words.dropFirst(words[7] == "-" ? 9 : 8)
    guard words[6] == ",", Int64(number) != nil || number == "9223372036854775808",
      rest.elementsEqual([",", "true", ")"]) || rest.elementsEqual([",", "false", ")"])
    else { return nil }
    sequence = TableName(identity: SQLQuote.unquoted(words[5]))
    self.number = (words[7] == "-" ? "-" : "") + number
    isCalled = rest.dropFirst().first == "true"
  }

  package init?(_ statement: String) {
    guard let words = try? PGQuery.words(of: statement) else { return nil }
    self.init(words[...])
  }
}

/// `COPY public."user" (id, name) FROM stdin;`
package struct CopyStatement: Sendable, Hashable {
  /// As SQL writes it.
  package let table: String
  /// In the order of the data, as SQL writes them.
  package let columns: [String]

  package var name: TableName { TableName(identity: table) }

  /// - Parameter words: its tokens.
  package init?(_ words: ArraySlice<Substring>) {
    guard words.first == "COPY" else { return nil }
    var words = words.dropFirst()
    var table = ""
    while let name = words.popFirst() {
      table += name
      guard words.first == ".", let point = words.popFirst() else { break }
      table += point
    }
    var columns: [String] = []
    if words.first == "(" {
      repeat {
        words.removeFirst()
        guard let name = words.popFirst() else { return nil }
        columns.append(String(name))
      } while words.first == ","
      guard words.popFirst() == ")" else { return nil }
    }
    guard words.elementsEqual(["FROM", "stdin"]), !table.isEmpty else { return nil }
    self.table = table
    self.columns = columns
  }
}

extension PGQuery {
  /// The text's tokens, as they stand there.
  package static func words(of text: String) throws(Fault) -> [Substring] {
    let bytes = text.utf8
    return try scan(text).map { token in
      let start = bytes.index(bytes.startIndex, offsetBy: token.start)
      return text[start..<bytes.index(bytes.startIndex, offsetBy: token.end)]
    }
  }
}

extension StringProtocol {
  package func firstOutsideQuotes(of scalar: Unicode.Scalar) -> String.Index? {
    var isQuoted = false
    let scalars = Substring(self).unicodeScalars
    return scalars.indices.first { index in
      if scalars[index] == "\"" { isQuoted.toggle() }
      return scalars[index] == scalar && !isQuoted
    }
  }

  package func splitOutsideQuotes(by separator: Unicode.Scalar) -> [Substring] {
    var parts: [Substring] = []
    var rest = Substring(self)
    while let index = rest.firstOutsideQuotes(of: separator) {
      parts.append(rest[..<index])
      rest = rest[index...].dropFirstScalars()
    }
    return parts + [rest]
  }

  package var trimmingSpaces: String { String(trimming { $0 == " " }) }
}
