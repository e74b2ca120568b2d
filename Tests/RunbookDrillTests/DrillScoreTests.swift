import RunbookDrill
import RunbookModel
import RunbookTestSupport
import Testing

@Suite("A drill's score")
struct DrillScoreTests {
  private func verdicts(_ drill: DrillFixture) throws -> [String: String] {
    let results = try DrillScore(entries: drill.entries).results
    return Dictionary(
      uniqueKeysWithValues: results.map { ($0.expectation.id, $0.verdict.rawValue) })
  }

  @Test func leavesOpenWhatCannotBeKnownYet() throws {
    let drill = try DrillFixture()
    #expect(
      try verdicts(drill) == [
        "looked": "pending", "quick": "pending", "calm": "pending", "spoke": "pending",
      ])
  }

  @Test func countsWhatWasDoneInTime() throws {
    var drill = try DrillFixture()
    try drill.tell()
    drill.pass(170)
    try drill.act(.answer(subject: nil, participant: "Ada", text: "look"))
    let answer = try #require(drill.entries.last?.sequence)
    try drill.act(.judge("spoke", isMet: true, reason: "Ada said so"))
    try drill.act(.end("done"))
    let score = try DrillScore(entries: drill.entries)
    #expect(score.points == 7)
    #expect(score.possible == 7)
    #expect(score.objectives.map(\.rating) == [.performed, .performed])
    let quick = try #require(score.results.first { $0.expectation.id == "quick" })
    #expect(quick.evidence == answer)
    #expect(quick.at == StoryTime(.seconds(170)))
  }

  @Test func missesWhatWasLateWrongOrNeverDone() throws {
    var drill = try DrillFixture()
    try drill.tell()
    drill.pass(181)
    try drill.act(.hint(nil))
    try drill.act(.answer(subject: nil, participant: "Ada", text: "restore"))
    try drill.act(.judge("spoke", isMet: false, reason: "nobody"))
    try drill.act(.end("done"))
    #expect(
      try verdicts(drill) == [
        "looked": "missed", "quick": "missed", "calm": "missed", "spoke": "missed",
      ])
    #expect(
      try DrillScore(entries: drill.entries).objectives.map(\.rating)
        == [.notPerformed, .notPerformed])
  }

  @Test func takesTheLastAnswerAndTheLastJudgement() throws {
    var drill = try DrillFixture()
    try drill.tell()
    try drill.act(.answer(subject: nil, participant: nil, text: "restore"))
    try drill.act(.answer(subject: "alert", participant: nil, text: "look"))
    try drill.act(.judge("spoke", isMet: false, reason: "not yet"))
    try drill.act(.judge("spoke", isMet: true, reason: "now"))
    let verdicts = try verdicts(drill)
    #expect(verdicts["looked"] == "met")
    #expect(verdicts["spoke"] == "met")
  }

  /// Counts the points of random drills once more, by the entries alone and without the machine.
  @Test(arguments: 1...40)
  func isWhatAnIndependentCountSays(_ seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var drill = try DrillFixture()
    try drill.tell()
    for _ in 0..<12 {
      drill.pass(Int64.random(in: 1...60, using: &random))
      let command: DrillMachine.Command =
        switch Int.random(in: 0..<5, using: &random) {
        case 0: .answer(subject: "alert", participant: nil, text: "look")
        case 1: .answer(subject: "alert", participant: nil, text: "restore")
        case 2: .hint("alert")
        case 3: .judge("spoke", isMet: Bool.random(using: &random), reason: "r")
        default: .next("boss")
        }
      // A hint too many is refused, which is no matter here.
      _ = try? drill.act(command)
    }
    try drill.act(.end("done"))
    #expect(try DrillScore(entries: drill.entries).points == Self.count(drill.entries))
  }

  private static func count(_ entries: [Entry]) -> Int {
    var choice: String?
    var firstAnswer: Timestamp?
    var hints = 0
    var isSpoken = false
    for entry in entries {
      guard case .drill(let event) = entry.event else { continue }
      switch event {
      case .answerGiven(let answer):
        choice = answer.choice
        firstAnswer = firstAnswer ?? entry.recordedAt
      case .hintGiven: hints += 1
      case .judged(let judged): isSpoken = judged.isMet
      default: break
      }
    }
    let start = entries[1].recordedAt
    let isQuick = firstAnswer.map { $0.since(start) <= .seconds(180) } ?? false
    return (choice == "look" ? 3 : 0) + (isQuick ? 2 : 0) + (hints == 0 ? 1 : 0)
      + (isSpoken ? 1 : 0)
  }
}
