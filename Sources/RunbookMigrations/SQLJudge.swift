import RunbookModel
import RunbookPostgres

/// Judges a text of SQL by PostgreSQL's own parser: what its statements take away, were they run.
///
/// A function's body only says what the function would do. A `DO` block's is run, and read.
package struct SQLJudge {
  /// A text in a text in a text: deeper than this nobody writes them.
  private static let deepest = 8

  /// Without what a template's tool puts in, where the text as it is cannot be parsed.
  private var text: String
  private var bytes: [UInt8]
  /// As it is in the file.
  private let original: [UInt8]
  private let lines: LineNumbers
  /// Of the text's first line.
  private let line: Int
  private let depth: Int
  private var reading = SQLReading()

  /// - Parameter line: what the places of the reading begin with.
  package static func read(_ text: String, line: Int = 0, depth: Int = 0) -> SQLReading {
    guard depth < deepest else {
      return SQLReading(undetermined: [.init(line: line, reason: "it is nested too deep")])
    }
    var judge = SQLJudge(text, line, depth)
    judge.read()
    return judge.reading
  }

  private init(_ text: String, _ line: Int, _ depth: Int) {
    self.text = text
    self.line = line
    self.depth = depth
    bytes = Array(text.utf8)
    original = bytes
    lines = LineNumbers(bytes)
  }

  private mutating func read() {
    guard !bytes.contains(0) else {
      return refuse("SQL cannot hold a NUL character", at: line)
    }
    do throws(PGQuery.Fault) {
      try readText()
    } catch {
      guard let masked = SQLTemplate.masked(bytes) else {
        return refuse(error.message, at: lineNumber(ofScalar: error.scalarOffset))
      }
      read(masked)
    }
    leaveOpen()
  }

  private mutating func read(_ masked: SQLTemplate.Masked) {
    bytes = masked.bytes
    text = String(decoding: bytes, as: UTF8.self)
    reading = SQLReading()
    reading.undetermined = masked.commands.map {
      .init(line: lineNumber(ofByte: $0.place), reason: $0.reason)
    }
    do throws(PGQuery.Fault) {
      try readText(isMasked: true)
    } catch {
      refuse(error.message, at: lineNumber(ofScalar: error.scalarOffset))
    }
  }

  /// What is lost by a name that is put in when it runs has no name here.
  private mutating func leaveOpen() {
    for index in reading.losses.indices {
      let loss = reading.losses[index]
      if loss.schema.map(SQLTemplate.isOpen) ?? false {
        reading.losses[index].schema = nil
        reading.losses[index].isInAnySchema = true
      }
      for path in [\SQLLoss.table, \SQLLoss.name] {
        guard let name = loss[keyPath: path], SQLTemplate.isOpen(name) else { continue }
        reading.losses[index][keyPath: path] = nil
        let gap = SQLReading.Gap(
          line: loss.line,
          reason:
            "the name of the \(loss.kind == "rows" ? "table" : loss.kind) is only known when it runs"
        )
        if !reading.undetermined.contains(gap) { reading.undetermined.append(gap) }
        if reading.statements.indices.contains(loss.statement) {
          reading.statements[loss.statement].isClear = false
        }
      }
    }
  }

  /// - Throws: for a text that is to be tried without what is no SQL.
  private mutating func readText(isMasked: Bool = false) throws(PGQuery.Fault) {
    let tokens = try PGQuery.scan(text).filter { $0.end <= bytes.count }
    if let place = NestingLimit.excess(in: tokens) {
      return refuse("the SQL is nested too deep", at: lineNumber(ofByte: place))
    }
    try readStatements(tokens.filter { !SQLTokenKind.comments.contains($0.kind) }, isMasked)
  }

  private mutating func readStatements(
    _ tokens: [PGQuery.Token], _ isMasked: Bool
  ) throws(PGQuery.Fault) {
    do throws(PGQuery.Fault) {
      try readTree(of: text, from: 0, tokens)
    } catch {
      if !isMasked, SQLTemplate.masked(bytes) != nil { throw error }
      reading.statements = []
      reading.losses = []
      try readOneByOne(tokens)
    }
  }

  /// A text of which a part cannot be parsed: the rest of it counts all the same.
  private mutating func readOneByOne(_ tokens: [PGQuery.Token]) throws(PGQuery.Fault) {
    let ways = [
      bytes, SQLBinds.blanked(bytes, tokens), SQLBinds.blanked(bytes, tokens, isName: true),
    ]
    for range in try PGQuery.split(text) {
      let end =
        range.length == 0 ? bytes.count : min(bytes.count, range.location + range.length)
      guard range.location < end else { continue }
      let piece = range.location..<end
      let first = tokens.count(before: piece.lowerBound, \.start)
      guard first < tokens.count, piece.contains(tokens[first].start) else { continue }
      var fault: PGQuery.Fault?
      for (index, way) in ways.enumerated() {
        // Values and names that are bound when it runs.
        if index > 0, way == bytes { continue }
        do throws(PGQuery.Fault) {
          try readTree(
            of: String(decoding: way[piece], as: UTF8.self), from: piece.lowerBound, tokens)
          fault = nil
          break
        } catch {
          fault = fault ?? error
        }
      }
      if let fault { refuse(fault.message, at: lineNumber(ofByte: tokens[first].start)) }
    }
  }

  /// - Parameter base: the byte of the text at which the part begins.
  private mutating func readTree(
    of part: String, from base: Int, _ tokens: [PGQuery.Token]
  ) throws(PGQuery.Fault) {
    let partBytes = Array(part.utf8)
    for statement in try SQLParser.parse(part).statements {
      guard let top = statement.nodes.first, !Self.settings.contains(top.name) else { continue }
      let end =
        statement.length == 0
        ? partBytes.count : min(partBytes.count, statement.location + statement.length)
      guard statement.location < end else { continue }
      let start = base + statement.location
      let index = tokens.count(before: start, \.start)
      let first = index < tokens.count ? min(tokens[index].start, base + end) : start
      let words = String(decoding: original[first..<(base + end)], as: UTF8.self)
      reading.statements.append(
        .init(line: lineNumber(ofByte: first), text: words))
      guard StatementJudge.isAsked(top.name, statement.nodes) else { continue }
      let own = String(decoding: partBytes[statement.location..<end], as: UTF8.self)
      let before = (reading.losses.count, reading.undetermined.count, reading.unreadable.count)
      try readStatement(own, named: top.name, start: start, first: first)
      settle(since: before)
    }
  }

  private static let settings: Set<String> = ["TransactionStmt", "VariableSetStmt"]

  /// Notes of which statement the new losses are, and whether all of it could be told.
  private mutating func settle(since before: (losses: Int, undetermined: Int, unreadable: Int)) {
    let last = reading.statements.count - 1
    for index in before.losses..<reading.losses.count {
      reading.losses[index].statement = last
    }
    reading.statements[last].isClear =
      reading.undetermined.count == before.undetermined
      && reading.unreadable.count == before.unreadable
  }

  /// - Parameters:
  ///   - start: the byte at which the statement's text begins, space and comments included.
  ///   - first: the byte of its first word.
  private mutating func readStatement(
    _ own: String, named name: String, start: Int, first: Int
  ) throws(PGQuery.Fault) {
    let line = lineNumber(ofByte: first)
    let json = try SQLParser.parse(own) { String(decoding: $0, as: UTF8.self) }
    // It fails on nothing but depth: the parser wrote it.
    guard let body = (try? Value(json: json))?.at("stmts")?.listValue?.first?.at("stmt")?.at(name)
    else { return refuse("the statement is nested too deep to be judged", at: line) }
    if name == "DoStmt" {
      return readBlock(body, line: line, start: start)
    }
    var found = StatementJudge.reading(of: name, body)
    let words = reading.statements.last?.text ?? ""
    for index in found.losses.indices {
      found.losses[index].line = line
      found.losses[index].text = words
    }
    found.undetermined = found.undetermined.map { .init(line: line, reason: $0.reason) }
    reading.add(found)
  }

  private mutating func readBlock(_ body: Value, line: Int, start: Int) {
    let parts = (body.at("args")?.listValue ?? []).compactMap { $0.at("DefElem") }
    func part(_ name: String) -> Value? { parts.first { $0.at("defname") == .string(name) } }
    let language = part("language")?.at("arg")?.at("String")?.at("sval")?.stringValue ?? "plpgsql"
    guard language.lowercased() == "plpgsql", let code = part("as") else {
      return reading.undetermined.append(
        .init(line: line, reason: "a DO block in \(language) is not read"))
    }
    let text = code.at("arg")?.at("String")?.at("sval")?.stringValue ?? ""
    let place = start + Int(clamping: code.at("location")?.intValue ?? 0)
    reading.add(BlockJudge.read(text, line: lineNumber(ofByte: place), depth: depth + 1))
  }

  private mutating func refuse(_ message: String, at line: Int) {
    reading.unreadable.append(.init(line: line, reason: message))
  }

  private func lineNumber(ofByte byte: Int) -> Int { line + lines.line(ofByte: byte) }

  private func lineNumber(ofScalar offset: Int) -> Int {
    line + text.unicodeScalars.prefix(max(0, offset)).count { $0 == "\n" }
  }
}
