import RunbookModel
import Testing

@testable import RunbookLogs
@testable import RunbookSystem

@Suite struct LinePrefixTests {
  private func head(_ prefix: String, _ line: String) throws -> LogHead? {
    let prefix = try LinePrefix(prefix)
    var line = line
    return line.withUTF8 { prefix.head(of: $0, LogZones()) }
  }

  private func text(_ head: LogHead) -> String {
    var time = "?"
    if case .at(let at)? = head.stamp?.time { time = "\(at)" }
    return [
      time, head.pid.map { "\($0)" } ?? "-", head.user ?? "-", head.database ?? "-",
      "\(head.messageStart)",
    ].joined(separator: " ")
  }

  /// Prefixes with lines as a server of version 15 wrote them.
  @Test(arguments: [
    (
      "%m [%p] %q%u@%d ", "2025-10-18 22:01:13.123 UTC [412] app@main LOG:  x",
      "2025-10-18T22:01:13.123Z 412 app main 43"
    ),
    (
      "%m [%p] %q%u@%d ", "2025-10-18 22:01:13.123 UTC [400] LOG:  checkpoint starting: time",
      "2025-10-18T22:01:13.123Z 400 - - 34"
    ),
    (
      "%t:%r:%u@%d:[%p]: ", "2025-10-18 22:01:13 CEST:10.0.0.1(5432):app@main:[7]: ERROR:  x",
      "2025-10-18T20:01:13Z 7 app main 54"
    ),
    (
      "%t:%r:%u@%d:[%p]: ", "2025-10-18 22:01:13 UTC::@:[7]: LOG:  x",
      "2025-10-18T22:01:13Z 7   32"
    ),
    (
      "%n %p %-10u|%10d|", "1760824873.123 412 app       |      main|LOG:  x",
      "2025-10-18T22:01:13.123Z 412 app main 41"
    ),
    (
      "user=%u,db=%d,app=%a,client=%h %m ",
      "user=app,db=main,app=a, db=x,client=[local] 2025-10-18 22:01:13.001 -03 STATEMENT:  x",
      "2025-10-19T01:01:13.001Z - app main 72"
    ),
    (
      "%m %b %P %Q %i %e %c %l-1 %s %v %x 100%% ",
      "2025-10-18 22:01:13.123 UTC client backend  0 CREATE TABLE 00000 68f40e19.19c 3-1 "
        + "2025-10-18 22:01:13 UTC 3/15 740 100% LOG:  x",
      "2025-10-18T22:01:13.123Z - - - 120"
    ),
    ("%m", "2025-10-18 22:01:13.123 UTC LOG:  x", "2025-10-18T22:01:13.123Z - - - 28"),
    ("%m ", "2025-10-18 22:01:13.123 UTC FEHLER:  x", "2025-10-18T22:01:13.123Z - - - 28"),
    ("[%m] ", "[2025-10-18 22:01:13.123 +0330] LOG:  x", "2025-10-18T18:31:13.123Z - - - 32"),
  ])
  func readsLines(_ prefix: String, _ line: String, _ expected: String) throws {
    #expect(try head(prefix, line).map(text) == expected)
  }

  @Test(arguments: [
    ("%m [%p] ", "2025-10-18 22:01:13.123 UTC 412 LOG:  x"), ("%m [%p] ", ""), ("%m ", "LOG:  x"),
    ("%m ", "2025-10-18 22:01:13.123 UTC a line of a program"),
    ("%u%d%a%h%r%b%i %m ", String(repeating: "a ", count: 20_000)),
  ])
  func refusesOtherLines(_ prefix: String, _ line: String) throws {
    #expect(try head(prefix, line).map(text) == nil)
  }

  @Test func tellsWhatAddsToAMessage() throws {
    #expect(try head("%m ", "2025-10-18 22:01:13.123 UTC DETAIL:  x")?.isAddition == true)
    #expect(try head("%m ", "2025-10-18 22:01:13.123 UTC ERROR:  x")?.isAddition == false)
  }

  @Test func givesItsFieldsToTheEvents() async throws {
    let result = try await LogFixture().read(
      """
      2025-10-18 22:01:13.123 UTC [412] app@main LOG:  statement:\u{20}
      \tDROP TABLE x
      2025-10-18 22:01:13.124 UTC [400] LOG:  checkpoint starting: time
      a line of a program
      """, "postgres", ["line_prefix": KindFixture.text("%m [%p] %q%u@%d ")])
    #expect(
      result.texts == [
        "LOG:  statement: DROP TABLE x", "LOG:  checkpoint starting: time a line of a program",
      ])
    #expect(result.event(0)?["user"] == "app")
    #expect(result.event(0)?["database"] == "main")
    #expect(result.event(0)?["pid"] == 412)
    #expect(result.event(1)?["user"] == nil)
  }

  @Test(arguments: [("%m %", 3), ("a %k", 2), ("%-1", 0)])
  func saysWhereAPrefixIsWrong(_ prefix: String, _ offset: Int) {
    let problem = #expect(throws: LinePrefix.Problem.self) { try LinePrefix(prefix) }
    #expect(problem?.offset == offset)
  }
}
