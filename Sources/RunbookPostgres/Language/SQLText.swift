import RunbookEngine
package import RunbookModel

/// A step's SQL as written: its statements, and the values that it names.
///
/// It is parsed with the references blanked out to the same length (`:name` as `$1`, `:'name'` as
/// `'name'`), so that every place that the parser tells is a place of the text as written.
package struct SQLText: Sendable {
  package struct Statement: Sendable {
    /// UTF-8 bytes of the text, without space and comments around it.
    package let range: Range<Int>
    package let traits: SQLTraits
    package let references: [SQLReference]
    /// The length of its first word in bytes, for a caret.
    package let headLength: Int
  }

  package let source: SourceText
  package let bytes: [UInt8]
  package private(set) var references: [SQLReference] = []
  package private(set) var statements: [Statement] = []
  /// What is wrong with the text itself.
  package private(set) var diagnostics: [Diagnostic] = []

  /// How much SQL one step may have. PostgreSQL's parser takes up to 350 bytes a token, and its scanner up to
  /// 100 a byte: with more than this, reading a runbook would take more memory than a machine may have left.
  package static let (largestSize, mostTokens) = (2 << 20, 500_000)

  /// - Parameter names: the names that have values.
  package init(_ source: SourceText, names: Set<String>) {
    self.source = source
    bytes = Array(source.text.utf8)
    do throws(PGQuery.Fault) {
      guard !bytes.contains(0) else {
        throw PGQuery.Fault(message: "SQL cannot hold a NUL character", scalarOffset: 0)
      }
      guard bytes.count <= Self.largestSize else {
        reportSize("is larger than \(Self.largestSize >> 20) MiB", at: 0)
        return
      }
      let tokens = try PGQuery.scan(source.text, limit: Self.mostTokens + 1)
        .filter { $0.end <= bytes.count }
      guard tokens.count <= Self.mostTokens else {
        reportSize(
          "has more than \(Self.mostTokens) words and signs", at: tokens[Self.mostTokens].start)
        return
      }
      let words = tokens.filter { !SQLTokenKind.comments.contains($0.kind) }
      references = SQLReference.find(in: bytes, tokens: words, names: names)
      guard !references.contains(where: \.mayBeSlice) else {
        reportSlices()
        return
      }
      checkNeighbours(words)
      try parse(tokens: words)
    } catch {
      report(error)
    }
    if diagnostics.isEmpty && statements.isEmpty {
      diagnostics.append(Diagnostic(.error, .sqlEmpty, "there is no statement", at: source.place))
    }
  }

  package func place(of statement: Statement) -> Place {
    source.place(atByte: statement.range.lowerBound, length: statement.headLength)
  }

  package func place(of reference: SQLReference) -> Place {
    source.place(atByte: reference.range.lowerBound, length: reference.range.count)
  }

  /// `a[1:n]`, where `n` is a value's name, is a slice up to a column's value to PostgreSQL and a value's name
  /// to this program.
  private mutating func reportSlices() {
    for reference in references where reference.mayBeSlice {
      let name = reference.name
      diagnostics.append(
        Diagnostic(
          .error, .sqlSlice, "':\(name)' may be the value '\(name)' or a slice's end here",
          at: place(of: reference),
          hint: "write [… : :\(name)] for the value, or [… : \(name)] for a column"))
    }
  }

  /// Two string constants with a line break between them are one, read in the way of the first: a value
  /// would change how the text beside it is read.
  private mutating func checkNeighbours(_ tokens: [PGQuery.Token]) {
    for reference in references where reference.form == .literal {
      let range = reference.range
      let next = Self.firstIndex(in: tokens, from: range.upperBound)
      // A reference is two tokens, the colon and what is quoted.
      let former = next - 3
      let isBeside =
        (tokens.indices.contains(next) && SQLTokenKind.strings.contains(tokens[next].kind))
        || (tokens.indices.contains(former) && SQLTokenKind.strings.contains(tokens[former].kind))
      guard isBeside else { continue }
      diagnostics.append(
        Diagnostic(
          .error, .sqlLiteralBeside,
          "a literal stands right beside '\(reference.name)': they would be read as one",
          at: place(of: reference), hint: "join them by ||"))
    }
    checkParameters(tokens)
  }

  /// A parameter is sent as `$1`, which is a part of a word that stands right before it; and a `$1` of the
  /// author's would be given another's value.
  private mutating func checkParameters(_ tokens: [PGQuery.Token]) {
    let parameters = references.filter { $0.form == .parameter }
    for reference in parameters
    where reference.range.lowerBound > 0 && Self.isOfWord(bytes[reference.range.lowerBound - 1]) {
      diagnostics.append(
        Diagnostic(
          .error, .sqlLiteralBeside,
          "a word stands right before '\(reference.name)': they would be read as one",
          at: place(of: reference), hint: "put a blank before the colon"))
    }
    guard !parameters.isEmpty else { return }
    for token in tokens where token.kind == SQLTokenKind.parameter {
      diagnostics.append(
        Diagnostic(
          .error, .sqlUndefinedName, "a number stands for a parameter beside names",
          at: source.place(atByte: token.start, length: token.end - token.start),
          hint: "name the value: :name"))
    }
  }

  private static func isOfWord(_ byte: UInt8) -> Bool {
    (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
      || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "$") || byte >= 0x80
  }

  private mutating func parse(tokens: [PGQuery.Token]) throws(PGQuery.Fault) {
    let blanked = blankedText()
    if let place = NestingLimit.excess(in: tokens) {
      diagnostics.append(
        Diagnostic(
          .error, .sqlTooDeep, "the SQL is nested too deep", at: source.place(atByte: place)))
      return
    }
    do throws(PGQuery.Fault) {
      let tree = try SQLParser.parse(blanked)
      let parsed = Array(blanked.utf8)
      for statement in tree.statements {
        let rest = parsed[min(parsed.count, statement.location)...]
        let own = statement.length == 0 ? rest : rest.prefix(statement.length)
        add(
          location: statement.location, length: statement.length,
          SQLClassifier.traits(of: statement, String(decoding: own, as: UTF8.self)), tokens)
      }
    } catch {
      guard NewerSyntax.isLikely(in: bytes, tokens) else { throw error }
      try parseOneByOne(blanked, tokens, error)
    }
  }

  /// For text that holds syntax of a later PostgreSQL: what cannot be parsed is a warning.
  private mutating func parseOneByOne(
    _ text: String, _ tokens: [PGQuery.Token], _ fault: PGQuery.Fault
  ) throws(PGQuery.Fault) {
    let blanked = Array(text.utf8)
    for range in try PGQuery.split(text) {
      let end =
        range.length == 0 ? blanked.count : min(blanked.count, range.location + range.length)
      guard range.location < end else { continue }
      let piece = String(decoding: blanked[range.location..<end], as: UTF8.self)
      let traits: SQLTraits
      do throws(PGQuery.Fault) {
        traits =
          try SQLParser.parse(piece).statements.first.map {
            SQLClassifier.traits(of: $0, piece)
          }
          ?? .unknown
      } catch let fault {
        let first = Self.firstIndex(in: tokens, from: range.location)
        let inside = Array(tokens[first...].prefix { $0.end <= end })
        guard NewerSyntax.isLikely(in: bytes, inside) else { throw fault }
        traits = NewerSyntax.traits(in: bytes, inside)
        diagnostics.append(
          Diagnostic(
            .warning, .sqlNewer,
            "PostgreSQL 15's parser does not know this syntax: \(fault.message)",
            at: source.place(
              atByte: range.location + (inside.first.map { $0.start - range.location } ?? 0)),
            hint: "the server decides when the step runs"))
      }
      add(location: range.location, length: end - range.location, traits, tokens)
    }
  }

  private mutating func add(
    location: Int, length: Int, _ traits: SQLTraits, _ tokens: [PGQuery.Token]
  ) {
    let end = length == 0 ? bytes.count : min(bytes.count, location + length)
    let first = Self.firstIndex(in: tokens, from: location)
    guard first < tokens.count, tokens[first].start < end else { return }
    var last = first
    while last + 1 < tokens.count, tokens[last + 1].end <= end { last += 1 }
    let range = tokens[first].start..<tokens[last].end
    let references = references(in: range)
    statements.append(
      Statement(
        range: range, traits: traits.with(references), references: references,
        headLength: tokens[first].end - tokens[first].start))
  }

  /// References are in order, and so are statements.
  private func references(in range: Range<Int>) -> [SQLReference] {
    var low = 0
    var high = references.count
    while low < high {
      let middle = (low + high) / 2
      if references[middle].range.lowerBound < range.lowerBound {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return Array(references[low...].prefix { range.contains($0.range.lowerBound) })
  }

  /// The first token that starts at or after a byte.
  private static func firstIndex(in tokens: [PGQuery.Token], from byte: Int) -> Int {
    var low = 0
    var high = tokens.count
    while low < high {
      let middle = (low + high) / 2
      if tokens[middle].start < byte { low = middle + 1 } else { high = middle }
    }
    return low
  }

  private func blankedText() -> String {
    var blanked = bytes
    for reference in references {
      let start = reference.range.lowerBound
      blanked[start] = UInt8(ascii: " ")
      guard reference.form == .parameter else { continue }
      for index in reference.range { blanked[index] = UInt8(ascii: " ") }
      blanked[start] = UInt8(ascii: "$")
      blanked[start + 1] = UInt8(ascii: "1")
    }
    return String(decoding: blanked, as: UTF8.self)
  }

  private mutating func reportSize(_ excess: String, at byte: Int) {
    diagnostics.append(
      Diagnostic(
        .error, .sqlTooLarge, "the SQL of one step \(excess)", at: source.place(atByte: byte),
        hint: "split it into steps; data is loaded by a shell step with psql"))
  }

  private mutating func report(_ fault: PGQuery.Fault) {
    diagnostics.append(
      Diagnostic(
        .error, .sqlSyntax, fault.message,
        at: source.place(atScalar: fault.scalarOffset, length: 1)))
  }
}
