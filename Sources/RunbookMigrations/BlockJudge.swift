import RunbookModel
import RunbookPostgres

/// Judges the body of a `DO` block: the statements that it embeds, each by PostgreSQL's parser.
///
/// A statement of SQL begins after what ends another or opens a branch, and goes up to its semicolon:
/// https://www.postgresql.org/docs/current/plpgsql-statements.html
package struct BlockJudge {
  private static let openers: Set<String> = [
    ";", "begin", "then", "else", "loop", "in", "query", ">>",
  ]
  private static let queries: Set<String> = ["select", "with", "execute"]
  private static let commands: Set<String> = [
    "drop", "alter", "truncate", "delete", "with", "insert", "update", "select", "perform", "merge",
    "create", "do", "call", "execute",
  ]
  /// What follows the text of an EXECUTE.
  private static let clauses: Set<String> = ["into", "using", "loop"]

  private let bytes: [UInt8]
  private let lines: LineNumbers
  private let tokens: [PGQuery.Token]
  private let words: [String]
  private let line: Int
  private let depth: Int
  private var reading = SQLReading()

  package static func read(_ body: String, line: Int, depth: Int) -> SQLReading {
    do throws(PGQuery.Fault) {
      var judge = try BlockJudge(body, line, depth)
      judge.read()
      return judge.reading
    } catch {
      return SQLReading(unreadable: [.init(line: line, reason: error.message)])
    }
  }

  private init(_ body: String, _ line: Int, _ depth: Int) throws(PGQuery.Fault) {
    let bytes = Array(body.utf8)
    self.bytes = bytes
    lines = LineNumbers(bytes)
    self.line = line
    self.depth = depth
    tokens = try PGQuery.scan(body).filter {
      $0.end <= bytes.count && $0.start < $0.end && !SQLTokenKind.comments.contains($0.kind)
    }
    words = tokens.map { token in
      guard token.end - token.start < 20 else { return "" }
      return String(decoding: bytes[token.start..<token.end], as: UTF8.self).lowercased()
    }
  }

  private mutating func read() {
    var index = 0
    while index < words.count {
      guard isStart(index) else {
        index += 1
        continue
      }
      let end = end(from: index)
      // What takes nothing away may be a part of a condition, with a branch after it.
      index = judge(index..<end) ? end : index + 1
    }
  }

  private func isStart(_ index: Int) -> Bool {
    guard Self.commands.contains(words[index]) else { return false }
    guard index > 0 else { return true }
    // A cursor is opened FOR a query; `FOR UPDATE` locks rows.
    if words[index - 1] == "for" { return Self.queries.contains(words[index]) }
    return Self.openers.contains(words[index - 1])
  }

  /// Where a statement ends: at its semicolon, or at the LOOP that goes through its rows.
  private func end(from start: Int) -> Int {
    let isLooped = start > 0 && words[start - 1] == "in"
    var open = 0
    for index in start..<words.count {
      switch words[index] {
      case "(": open += 1
      case ")": open -= 1
      case ";" where open <= 0: return index
      case "loop" where isLooped && open <= 0: return index
      default: break
      }
    }
    return words.count
  }

  /// - Returns: whether it is a statement that is judged to its end.
  private mutating func judge(_ range: Range<Int>) -> Bool {
    switch words[range.lowerBound] {
    case "execute": judgeExecute(range)
    case "drop", "alter", "truncate", "do", "call": judgeText(range)
    case "delete":
      // `RETURNING … INTO` is PL/pgSQL's own.
      let end = range.first { words[$0] == "returning" } ?? range.upperBound
      judgeText(range.lowerBound..<end)
    case "create": break
    default:
      guard range.contains(where: { words[$0] == "delete" }) else { return false }
      judgeText(range, replacing: words[range.lowerBound] == "perform" ? "SELECT" : nil)
    }
    return true
  }

  private mutating func judgeText(_ range: Range<Int>, replacing word: String? = nil) {
    let start = word == nil ? range.lowerBound : range.lowerBound + 1
    let text = (word.map { $0 + " " } ?? "") + text(start..<range.upperBound)
    reading.add(SQLJudge.read(text, line: lineNumber(range.lowerBound), depth: depth))
  }

  private mutating func judgeExecute(_ range: Range<Int>) {
    var open = 0
    var end = range.upperBound
    for index in range.dropFirst() {
      if words[index] == "(" { open += 1 }
      if words[index] == ")" { open -= 1 }
      if open <= 0, Self.clauses.contains(words[index]) {
        end = index
        break
      }
    }
    let line = lineNumber(range.lowerBound)
    let expression = text(range.lowerBound + 1..<max(range.lowerBound + 1, end))
    guard let text = Self.constant(expression) else {
      return reading.undetermined.append(
        .init(line: line, reason: "what EXECUTE runs is only known when it runs"))
    }
    reading.add(SQLJudge.read(text, line: line, depth: depth + 1))
  }

  /// What an expression of literals is worth.
  private static func constant(_ expression: String) -> String? {
    // What cannot be parsed is not known either.
    guard
      let json = try? SQLParser.parse(
        "SELECT \(expression)", { String(decoding: $0, as: UTF8.self) }),
      let select = (try? Value(json: json))?.at("stmts")?.listValue?.first?.at("stmt")?
        .at("SelectStmt"), let targets = select.at("targetList")?.listValue, targets.count == 1
    else { return nil }
    return targets[0].at("ResTarget")?.at("val").flatMap(constant)
  }

  private static func constant(_ node: Value) -> String? {
    if let text = node.at("A_Const")?.at("sval")?.at("sval")?.stringValue { return text }
    guard let sum = node.at("A_Expr"),
      sum.at("name")?.listValue?.first?.at("String")?.at("sval") == "||",
      let left = sum.at("lexpr").flatMap(constant), let right = sum.at("rexpr").flatMap(constant)
    else { return nil }
    return left + right
  }

  private func text(_ range: Range<Int>) -> String {
    guard let last = range.last else { return "" }
    return String(decoding: bytes[tokens[range.lowerBound].start..<tokens[last].end], as: UTF8.self)
  }

  private func lineNumber(_ index: Int) -> Int {
    line + lines.line(ofByte: tokens[index].start)
  }
}
