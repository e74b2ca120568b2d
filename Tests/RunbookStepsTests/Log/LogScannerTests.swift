import RunbookEngine
import RunbookModel
import Testing

@testable import RunbookLogs
@testable import RunbookSystem

/// Blocks may end anywhere, and passing over what cannot match changes nothing.
@Suite struct LogScannerTests {
  private func scan(
    _ log: [UInt8], _ grammar: any LogGrammar, match: String?, block: Int
  ) throws -> StepResult {
    var findings = LogFindings(
      filter: LogFilter(
        match: try match.map { try RegularExpression($0) }, damage: nil, since: nil, until: nil),
      limit: 10_000)
    var buffer = LogBuffer(LogScanner(grammar, match: findings.filter.match))
    var rest = log[...]
    while try buffer.fill(
      into: &findings,
      { memory throws(LogFile.Problem) in
        let part = rest.prefix(min(block, memory.count))
        memory.copyBytes(from: part)
        rest = rest.dropFirst(part.count)
        return part.count
      })
    {}
    return findings.result(origin: "log", source: "log")
  }

  private static let grammars: [(any LogGrammar, @Sendable (Int) -> String)] = [
    (
      PostgresGrammar(prefix: nil, zones: LogZones()),
      { index in
        let head = "2025-10-18 22:\(10 + index / 60 % 50):\(10 + index % 50) UTC [\(index % 3)] "
        switch index % 7 {
        case 0: return head + "LOG:  statement: \n\tDROP\n\t TABLE t\(index)\n"
        case 1: return head + "ERROR:  no\n" + head + "STATEMENT:  drop table x\(index)\n"
        case 2: return "lost line drop table\n"
        default: return head + "LOG:  duration: \(index) ms\n"
        }
      }
    ),
    (
      CSVLogGrammar(zones: LogZones()),
      { index in
        let text = index % 3 == 0 ? "statement:\nDROP TABLE \"\"t\(index)\"\"\n" : "x, \"\"y\"\""
        return "2025-10-18 22:10:10.001 UTC,\"a\",\"b\",\(index),,,,,,,,LOG,00000,"
          + "\"\(text)\",,,,,,,,,\n"
      }
    ),
    (
      JSONLogGrammar(zones: LogZones()),
      { index in
        let text = index % 3 == 0 ? "DROP\\n\\tTABLE t\(index)" : "other"
        return "{\"timestamp\":\"2025-10-18 22:10:10.001 UTC\",\"error_severity\":\"LOG\","
          + "\"message\":\"\(text)\"}\n"
      }
    ),
  ]

  @Test(arguments: [0, 1, 2], [nil, "(?i)drop +table", "(?i)(drop|x) *[tT]able"])
  func doesNotDependOnBlocks(_ index: Int, _ match: String?) throws {
    let (grammar, line) = Self.grammars[index]
    let log = Array((0..<400).map(line).joined().utf8)
    let whole = try scan(log, grammar, match: match, block: 1 << 20)
    for block in [37, 500, 4096] {
      let result = try scan(log, grammar, match: match, block: block)
      #expect(result.rows == whole.rows)
      #expect(result.notices == whole.notices)
    }
    // A pattern of which no literal is known reads every record.
    let slow = try scan(
      log, grammar, match: match.map { "(?:\($0)|[^\\x00-\\x{10FFFF}])" }, block: 1 << 20)
    #expect(slow.rows == whole.rows)
    #expect(whole.rows.count > 100)
  }

  @Test(arguments: [nil, "(?i)drop"])
  func cutsWhatIsLongerThanItsMemory(_ match: String?) throws {
    let head = "2025-10-18 22:10:10 UTC [1] LOG:  drop "
    let log = head + String(repeating: "x", count: 5 << 20) + "\n" + head + "after\n"
    let result = try scan(
      Array(log.utf8), PostgresGrammar(prefix: nil, zones: LogZones()), match: match,
      block: 1 << 20)
    #expect(result.values["count"] == 2)
    #expect(result.texts.last == "LOG:  drop after")
    #expect((result.texts.first?.utf8.count ?? 0) < 20_000)
    #expect(
      result.notices == ["only the start of 1 events longer than a mebibyte was read"])
  }

  @Test func keepsNoMoreThanItMayOfAll() throws {
    let rest = String(repeating: "x", count: 9000)
    let log = (0..<2000).map { "2025-10-18 22:10:10 \($0) \(rest)\n" }.joined()
    let result = try scan(
      Array(log.utf8), DatedLineGrammar(zones: LogZones()), match: nil, block: 1 << 20)
    #expect(result.values["count"] == 2000)
    #expect(result.texts.map(\.utf8.count).reduce(0, +) < 5 << 20)
    #expect(result.notices.count == 1)
  }
}
