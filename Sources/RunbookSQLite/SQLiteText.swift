import RunbookEngine
import RunbookModel

/// A step's SQL as written: its statements, and the values that it names.
struct SQLiteText: Sendable {
  struct Statement: Sendable {
    /// UTF-8 bytes of the text, without space and comments around it, nor the `;`.
    let range: Range<Int>
    let references: [SQLiteScanner.Reference]
    /// The length of its first word in bytes, for a caret.
    let headLength: Int
  }

  let source: SourceText
  let bytes: [UInt8]
  private(set) var references: [SQLiteScanner.Reference] = []
  private(set) var statements: [Statement] = []
  /// What is wrong with the text itself.
  private(set) var diagnostics: [Diagnostic] = []

  /// As of PostgreSQL's: more is loaded otherwise.
  static let largestSize = 2 << 20

  init(_ source: SourceText) {
    self.source = source
    bytes = Array(source.text.utf8)
    guard !bytes.contains(0) else {
      report(.sqlSyntax, "SQL cannot hold a NUL character", 0..<1)
      return
    }
    guard bytes.count <= Self.largestSize else {
      report(
        .sqlTooLarge, "the SQL of one step is larger than \(Self.largestSize >> 20) MiB", 0..<1,
        hint: "split it into steps")
      return
    }
    let scanner = SQLiteScanner(bytes)
    references = scanner.references
    for range in scanner.strangers {
      report(
        .sqlUndefinedName, "a parameter that is no value's name", range,
        hint: "name the value: :name")
    }
    split(scanner)
    if statements.isEmpty, diagnostics.isEmpty {
      report(.sqlEmpty, "there is no statement", 0..<0)
    }
  }

  func place(of statement: Statement) -> Place {
    source.place(atByte: statement.range.lowerBound, length: statement.headLength)
  }

  func place(of reference: SQLiteScanner.Reference) -> Place {
    source.place(atByte: reference.range.lowerBound, length: reference.range.count)
  }

  /// The statement with its references in a form that SQLite reads, each byte where it is written.
  func blanked(_ statement: Statement) -> String {
    var blanked = bytes
    for reference in statement.references where reference.form != .parameter {
      blanked[reference.range.lowerBound] = 32
    }
    return String(decoding: blanked[statement.range], as: UTF8.self)
  }

  /// A `;` ends a statement where SQLite says that it is whole: that of a trigger's body does not.
  private mutating func split(_ scanner: SQLiteScanner) {
    var start = 0
    for end in scanner.ends where end >= start {
      let first = scanner.words.first { $0.lowerBound >= start }
      guard let first, first.lowerBound < end else {
        start = end + 1
        continue
      }
      let piece = Statement(
        range: first.lowerBound..<(end + 1), references: references(start..<end), headLength: 0)
      guard SQLiteHandle.isComplete(blanked(piece)) else { continue }
      add(scanner, from: start, to: end)
      start = end + 1
    }
    add(scanner, from: start, to: bytes.count)
  }

  private func references(_ range: Range<Int>) -> [SQLiteScanner.Reference] {
    references.filter { range.contains($0.range.lowerBound) }
  }

  private mutating func add(_ scanner: SQLiteScanner, from start: Int, to end: Int) {
    let words = scanner.words.filter { $0.lowerBound >= start && $0.upperBound <= end }
    guard let first = words.first, let last = words.last else { return }
    let inner = scanner.ends.last { $0 >= start && $0 < end }
    let range = first.lowerBound..<max(last.upperBound, inner.map { $0 + 1 } ?? 0)
    statements.append(
      Statement(range: range, references: references(range), headLength: first.count))
  }

  private mutating func report(
    _ code: DiagnosticCode, _ message: String, _ range: Range<Int>, hint: String? = nil
  ) {
    diagnostics.append(
      Diagnostic(
        .error, code, message, at: source.place(atByte: range.lowerBound, length: range.count),
        hint: hint))
  }
}
