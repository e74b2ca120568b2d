import RunbookDocument
import RunbookModel
import Testing

@testable import RunbookReport

@Suite struct TimelinePictureTests {
  private func cuts(_ times: [Double], runStart: Double) -> [String] {
    TimeScale(times: times, runStart: runStart, left: 0, right: 1_000).parts.map {
      "\(Int($0.start))-\(Int($0.end))"
    }
  }

  @Test func cutsTheAxisWhereMostOfItWouldBeEmpty() {
    // Damage hours before a run of a minute.
    #expect(cuts([0, 5, 9, 7_200, 7_230, 7_260], runStart: 7_200) == ["0-9", "7200-7260"])
    // A migration written days before.
    #expect(
      cuts([0, 259_200, 259_205, 259_900, 259_960], runStart: 259_900)
        == ["0-0", "259200-259205", "259900-259960"])
    // A short run needs no cut.
    #expect(cuts([0, 1, 30], runStart: 0) == ["0-30"])
    #expect(cuts([0], runStart: 0) == ["0-0"])
  }

  @Test func givesTheRunAPartOfItsOwnWhereItWouldBeTooNarrow() {
    let errors = (0...240).map { Double($0) * 10 }
    #expect(cuts(errors + [2_401, 2_430], runStart: 2_401) == ["0-2400", "2401-2430"])
  }

  @Test func keepsTheOrderOfTime() {
    let times: [Double] = [0, 5, 9, 7_200, 7_230, 7_260, 90_000]
    let scale = TimeScale(times: times, runStart: 7_200, left: 0, right: 1_000)
    let positions = times.map { scale.position(of: $0) }
    #expect(positions == positions.sorted())
    #expect(positions.allSatisfy { (0...1_000).contains($0) })
    #expect(Set(positions).count == times.count)
  }

  @Test func labelsTheClockInEvenSteps() throws {
    let origin = Timestamp.at("22:00:07")
    let scale = TimeScale(times: [0, 100], runStart: 0, left: 0, right: 1_000)
    let labels = TimeTicks(scale, origin: origin).ticks.map(\.label)
    #expect(
      labels == ["22:00:10", "22:00:20"]
        + (3...10).map {
          "22:0\($0 / 6):\($0 % 6)0"
        }.filter { $0 <= "22:01:47" })
  }

  @Test(arguments: [(0.0, "0"), (1.25, "1.3"), (-0.26, "-0.3"), (12, "12"), (.infinity, "0")])
  func writesNumbersShort(_ number: Double, _ wanted: String) {
    #expect(SVG.number(number) == wanted)
  }

  private func svg(rows: Int) throws -> String {
    var journal = Incident.begun()
    journal.attempt(
      "app-errors",
      timeline: (0..<rows).map { index in
        TimelineRow(
          at: Timestamp.at("20:00:00").adding(.milliseconds(index * 7)) ?? .epoch,
          text: "row \(index) </svg><script>", source: "application log",
          isDamage: index.isMultiple(of: 3))
      })
    Incident.detection(&journal)
    let facts = ReportFacts(try RunHistory(entries: journal.entries))
    return TimelineDrawing(facts.timeline.picture).svg
  }

  @Test func staysSmallHoweverManyRowsThereAre() throws {
    let svg = try svg(rows: 20_000)
    #expect(svg.utf8.count < 40_000)
    #expect(svg.holds("application log, 20000 events"))
    #expect(svg.holds("undetected for"))
  }

  @Test func drawsFewRowsOneByOneAndEscapesThem() throws {
    let svg = try svg(rows: 3)
    #expect(svg.holds("damage, 20:00:00 UTC: row 0 &lt;/svg&gt;&lt;script&gt;"))
    #expect(!svg.holds("<script>"))
    #expect(svg.ranges(of: "</svg>").count == 1)
  }

  @Test func marksWhatHeldTheRun() throws {
    var journal = Incident.begun()
    journal.add(.runHeld(RunHeld(cause: .gate, subject: "recovery", message: "waits")))
    journal.wait(.seconds(7_200))
    journal.add(.runResumed(RunResumed(host: "ops2", approvals: [])))
    let facts = ReportFacts(try RunHistory(entries: journal.entries))
    let svg = TimelineDrawing(facts.timeline.picture).svg
    #expect(svg.holds("<title>held for 2 h 0 min</title>"))
    #expect(svg.holds("// 2 h 0 min"))
  }
}

@Suite struct TimelineFoldingTests {
  private func rows(_ texts: [String]) -> [TimelineFacts.Row] {
    texts.enumerated().map { index, text in
      TimelineFacts.Row(
        at: Timestamp.at("22:00:00").adding(.seconds(index)) ?? .epoch, text: "\(quote: text)",
        source: "log", reference: .entry(1), isDamage: false, part: .external,
        order: Int64(index))
    }
  }

  @Test func leavesAShortGroupAsItIs() {
    let folding = TimelineFolding(rows(Array(repeating: "same", count: 200)))
    #expect(folding.rows.count == 200)
    #expect(folding.rows.allSatisfy { $0.count == 1 })
  }

  @Test func foldsWhatDiffersInNumbersOnly() {
    let texts = (0..<500).map { $0.isMultiple(of: 5) ? "pid \($0) started" : "took \($0) ms" }
    let folding = TimelineFolding(rows(texts))
    #expect(folding.rows.map(\.count) == [100, 400])
    #expect(folding.rows.map(\.lastAt.clock) == ["22:08:15", "22:08:19"])
    #expect(folding.leftOut == nil)
  }

  @Test func foldsDamageOnlyWhereItIsTheSame() {
    let damage = (0..<300).map { index in
      TimelineFacts.Row(
        at: Timestamp.at("22:00:00").adding(.seconds(index)) ?? .epoch,
        text: index < 250 ? "DROP TABLE t\(index % 10)" : "DROP TABLE s", source: "log",
        reference: .entry(1), isDamage: true, part: .external, order: Int64(index))
    }
    #expect(TimelineFolding(damage).rows.map(\.count) == Array(repeating: 25, count: 10) + [50])
  }

  @Test func leavesOutTheMiddleOfWhatIsStillTooLong() throws {
    let names = (0..<1_000).map { number in
      String(
        String(number).utf8.map { Character(Unicode.Scalar(UInt8(ascii: "a") + $0 - 48)) })
    }
    let folding = TimelineFolding(rows(names))
    #expect(folding.rows.count == 200)
    #expect(folding.leftOut?.count == 800)
    #expect(folding.leftOut?.after == 100)
  }

  @Test func saysHowManyItFoldedAndLeftOut() throws {
    var journal = Incident.begun()
    journal.attempt(
      "app-errors",
      timeline: (0..<300).map { index in
        TimelineRow(
          at: Timestamp.at("22:00:00").adding(.seconds(index)) ?? .epoch, text: "error \(index)",
          source: "application log")
      })
    let report = try IncidentReport(entries: journal.entries)
    #expect(
      try report.markdown().holds(
        "error 0 (application log) [J4] – and more like it, 300 in all, the last at 22:04:59\n"))
    #expect(try report.text(as: .html).holds("and more like it, <strong>300</strong> in all"))
    #expect(try report.text(as: .json).ranges(of: "\"text\": \"error ").count == 300)
  }
}
