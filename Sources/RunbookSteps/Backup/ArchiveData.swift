import Glibc
import RunbookEngine
import RunbookModel

/// The data of an archive's entries, piece by piece, as `pg_restore` writes them.
struct ArchiveData {
  /// What to do with it; called on one thread, in the archive's order.
  protocol Receiver {
    /// Rows of a table follow, in COPY's text format.
    mutating func begin(_ copy: CopyStatement) throws(StepFailure)
    mutating func receive(_ bytes: ArraySlice<UInt8>) throws(StepFailure)
    mutating func end() throws(StepFailure)
    /// Something else: where a sequence stands.
    mutating func statement(_ text: String) throws(StepFailure)
  }

  let next: () throws(StepFailure) -> [UInt8]?

  private static let terminator = Array("\\.\n".utf8)

  /// - Throws: what the receiver throws, and `invalid` for data that is not written as COPY.
  func read(into receiver: inout some Receiver) throws(StepFailure) {
    var rest: [UInt8] = []
    var isInRows = false
    while let chunk = try next() {
      rest += chunk
      while true {
        if isInRows {
          guard try rows(&rest, &receiver) else { break }
          try receiver.end()
          isInRows = false
        } else if let copy = try line(&rest, &receiver) {
          if case .some(let copy) = copy {
            try receiver.begin(copy)
            isInRows = true
          }
        } else {
          break
        }
      }
    }
    guard !isInRows else { throw StepFailure(.refused, "the archive's data ended within a table") }
  }

  /// Hands over rows; what could be the beginning of their end stays.
  ///
  /// - Returns: whether the end has come.
  private func rows(
    _ rest: inout [UInt8], _ receiver: inout some Receiver
  ) throws(StepFailure) -> Bool {
    if rest.starts(with: Self.terminator) {
      rest.removeFirst(Self.terminator.count)
      return true
    }
    let (end, isEnd) = Self.endOfRows(rest)
    if end > 0 { try receiver.receive(rest[..<end]) }
    rest.removeFirst(isEnd ? end + Self.terminator.count : end)
    return isEnd
  }

  /// Whole lines only are handed over, so that `rest` always begins with one.
  private static func endOfRows(_ bytes: [UInt8]) -> (Int, Bool) {
    let found: Int? = bytes.withUnsafeBytes { all in
      guard let start = all.baseAddress else { return nil }
      var from = 0
      while let hit = memchr(start + from, CInt(UInt8(ascii: "\\")), all.count - from) {
        let index = UnsafeRawPointer(hit) - start
        if index > 0, index + 2 < all.count, all[index - 1] == UInt8(ascii: "\n"),
          all[index + 1] == UInt8(ascii: "."), all[index + 2] == UInt8(ascii: "\n")
        {
          return index
        }
        from = index + 1
      }
      return nil
    }
    if let found { return (found, true) }
    return ((bytes.lastIndex(of: UInt8(ascii: "\n")) ?? -1) + 1, false)
  }

  /// Takes one line that is not a row.
  ///
  /// - Returns: nil when it is not whole yet; else the COPY that it is, if it is one.
  private func line(
    _ rest: inout [UInt8], _ receiver: inout some Receiver
  ) throws(StepFailure) -> CopyStatement?? {
    guard let end = rest.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
    let text = String(decoding: rest[..<end], as: UTF8.self)
    rest.removeFirst(end + 1)
    if text.begins(with: "COPY "), let copy = CopyStatement(text) { return .some(copy) }
    if text.begins(with: "SELECT pg_catalog.setval(") {
      try receiver.statement(text.ends(with: ";") ? String(text.dropLastScalars()) : text)
    } else if text.begins(with: "SET client_encoding") {
      try ArchiveScript.checkEncoding(text)
    } else if text.begins(with: "INSERT ") {
      throw StepFailure(
        .invalid, "the archive holds its rows as INSERT statements, which cannot be streamed",
        hint: "make the backup without --inserts")
    }
    return .some(nil)
  }
}

/// `COPY public."user" (id, name) FROM stdin;`
struct CopyStatement: Sendable, Hashable {
  /// As SQL writes it.
  let table: String
  /// In the order of the data, as SQL writes them.
  let columns: [String]

  init?(_ text: String) {
    let suffix = " FROM stdin;"
    guard text.begins(with: "COPY "), text.ends(with: suffix) else { return nil }
    let body = String(text.dropFirstScalars(5).dropLastScalars(suffix.unicodeScalars.count))
    guard let open = body.firstOutsideQuotes(of: "("), body.ends(with: ")") else { return nil }
    table = body[..<open].trimmingSpaces
    columns = body[open...].dropFirstScalars().dropLastScalars().splitOutsideQuotes(by: ",")
      .map(\.trimmingSpaces)
  }
}

extension StringProtocol {
  func firstOutsideQuotes(of scalar: Unicode.Scalar) -> String.Index? {
    var isQuoted = false
    let scalars = Substring(self).unicodeScalars
    return scalars.indices.first { index in
      if scalars[index] == "\"" { isQuoted.toggle() }
      return scalars[index] == scalar && !isQuoted
    }
  }

  func splitOutsideQuotes(by separator: Unicode.Scalar) -> [Substring] {
    var parts: [Substring] = []
    var rest = Substring(self)
    while let index = rest.firstOutsideQuotes(of: separator) {
      parts.append(rest[..<index])
      rest = rest[index...].dropFirstScalars()
    }
    return parts + [rest]
  }

  var trimmingSpaces: String { String(trimming { $0 == " " }) }
}
