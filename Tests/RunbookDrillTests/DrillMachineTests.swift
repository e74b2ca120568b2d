import RunbookDrill
import RunbookEngine
import RunbookModel
import Testing

@Suite("The drill's machine")
struct DrillMachineTests {
  @Test func tellsWhatIsDueInTheOrderOfTime() throws {
    var drill = try DrillFixture()
    #expect(try drill.tell() == ["alert"])
    drill.pass(59)
    #expect(try drill.tell() == [])
    drill.pass(310)
    #expect(try drill.tell() == ["boss"])
  }

  @Test func waitsForAConditionAndForWhatComesBefore() throws {
    var drill = try DrillFixture()
    try drill.tell()
    drill.pass(61)
    #expect(try drill.tell() == [])
    try drill.act(.answer(subject: nil, participant: "ada", text: "look"))
    #expect(try drill.tell() == ["late"])
    try drill.act(.next("boss"))
    drill.pass(119)
    #expect(try drill.tell() == [])
    drill.pass(1)
    #expect(try drill.tell() == ["reply"])
  }

  @Test func tellsWhatAFindingBrings() throws {
    var drill = try DrillFixture()
    try drill.tell()
    try drill.addFinding("probe")
    #expect(try drill.tell() == ["found"])
  }

  @Test func followsTheBranchOfAChoice() throws {
    var drill = try DrillFixture()
    try drill.tell()
    let events = try drill.act(.answer(subject: nil, participant: nil, text: "2"))
    #expect(events.count == 2)
    #expect(events.last == .injectDelivered(InjectDelivered(inject: "angry", cause: .branch)))
    #expect(drill.state.answer(to: "alert")?.fact.choice == "restore")
  }

  @Test func teamThatChangesItsMindDoesNotGetTheBranch() throws {
    var drill = try DrillFixture(
      drill: """
          injects:
            - {id: way, on: start, text: Which way?,
               choices: [{id: bad, text: Bad, leads_to: lost}, {id: good, text: Good}]}
            - {id: lost, after: 2m, text: It is lost.}
        """)
    try drill.tell()
    try drill.act(.answer(subject: nil, participant: nil, text: "bad"))
    drill.pass(60)
    try drill.act(.answer(subject: nil, participant: nil, text: "good"))
    drill.pass(120)
    #expect(try drill.tell() == [])
    try drill.act(.answer(subject: nil, participant: nil, text: "bad"))
    drill.pass(120)
    #expect(try drill.tell() == ["lost"])
  }

  @Test func takesAChoiceForTheInjectThatOffersIt() throws {
    var drill = try DrillFixture()
    try drill.tell()
    try drill.act(.next("boss"))
    try drill.act(.answer(subject: nil, participant: nil, text: "look"))
    try drill.act(.answer(subject: nil, participant: nil, text: "in ten minutes"))
    #expect(drill.state.answer(to: "alert")?.fact.choice == "look")
    #expect(drill.state.answer(to: "boss")?.fact.text == "in ten minutes")
  }

  @Test func standsStillInPausesAndExtensions() throws {
    var drill = try DrillFixture()
    drill.pass(60)
    try drill.act(.pause("coffee"))
    drill.pass(600)
    #expect(drill.state.storyTime(at: drill.now) == StoryTime(.seconds(60)))
    #expect(try drill.tell() == [])
    try drill.act(.goOn)
    drill.pass(10)
    try drill.act(.extend(StoryTime(.seconds(30)), reason: "a good talk"))
    drill.pass(30)
    #expect(drill.state.storyTime(at: drill.now) == StoryTime(.seconds(70)))
    drill.pass(5)
    #expect(drill.state.storyTime(at: drill.now) == StoryTime(.seconds(75)))
  }

  @Test func runsAtItsSpeed() throws {
    var drill = try DrillFixture(speedPercent: 6000)
    drill.pass(2)
    #expect(drill.state.storyTime(at: drill.now) == StoryTime(.seconds(120)))
  }

  @Test func jumpsBackToWhatWasTold() throws {
    var drill = try DrillFixture()
    try drill.tell()
    drill.pass(100)
    try drill.act(.next("boss"))
    drill.pass(100)
    try drill.act(.back("boss"))
    #expect(drill.state.storyTime(at: drill.now) == StoryTime(.seconds(100)))
    #expect(drill.state.allDeliveries.count == 3)
    #expect(drill.state.current == "boss")
  }

  @Test func setsTheClockToTheNextInject() throws {
    var drill = try DrillFixture()
    try drill.tell()
    try drill.act(.next(nil))
    #expect(drill.state.current == "late")
    #expect(drill.state.storyTime(at: drill.now) == StoryTime(.seconds(60)))
  }

  @Test func goesOnWhereItWasCutOff() throws {
    var drill = try DrillFixture()
    drill.pass(50)
    try drill.act(.next("boss"))
    drill.pass(5000)
    for event in DrillMachine.takeUp(drill.state) { try drill.add(.drill(event)) }
    #expect(drill.state.storyTime(at: drill.now) == StoryTime(.seconds(50)))
  }

  @Test func givesTheSameDelaysForTheSameSeed() throws {
    let times = try [Int64(1), 1, 2, 3].map { seed in
      let drill = try DrillFixture(seed: seed)
      let boss = try #require(drill.state.drill?.inject("boss"))
      return try #require(DrillMachine.dueTime(of: boss, in: drill.state))
    }
    #expect(times[0] == times[1])
    #expect(Set(times).count > 1)
    let range = StoryTime(.seconds(300))...StoryTime(.seconds(360))
    #expect(times.allSatisfy { range.contains($0) })
  }

  /// Commands that are refused, with a part of what is said.
  static let refusals: [(DrillMachine.Command, String)] = [
    (.next("none"), "no inject 'none'"),
    (.answer(subject: "boss", participant: nil, text: "x"), "has not been told"),
    (.answer(subject: nil, participant: "Bob", text: "look"), "nobody called 'Bob'"),
    (.answer(subject: nil, participant: nil, text: "perhaps"), "no choice"),
    (.answer(subject: nil, participant: nil, text: " "), "empty"),
    (.hint("boss"), "has no hints"), (.goOn, "not paused"), (.back("boss"), "has not been told"),
    (.skip("alert", reason: ""), "told already"),
    (.judge("none", isMet: true, reason: "x"), "no expectation"),
    (.judge("calm", isMet: true, reason: "x"), "scored from the journal"),
    (.judge("spoke", isMet: true, reason: " "), "needs a reason"),
  ]

  @Test(arguments: refusals.indices)
  func refusesWhatMakesNoSense(_ index: Int) throws {
    var drill = try DrillFixture()
    try drill.tell()
    let (command, words) = Self.refusals[index]
    let refusal = #expect(throws: DrillMachine.Refusal.self) {
      try DrillMachine.decide(command, in: drill.state, at: drill.now)
    }
    #expect(refusal?.message.contains(words) == true, "\(String(describing: refusal))")
  }

  /// The table of `DrillState`, one row a lifecycle.
  static let accepted: [DrillState.Lifecycle: Set<String>] = [
    .running: [
      "delivered", "skipped", "jumped", "extended", "hint", "answer", "decision", "paused",
      "judged", "ended",
    ],
    .paused: [
      "delivered", "skipped", "jumped", "extended", "hint", "answer", "decision", "continued",
      "judged", "ended",
    ],
    .ended: ["answer", "decision", "judged"],
  ]

  @Test(arguments: [DrillState.Lifecycle.running, .paused, .ended])
  func takesInTheEntriesOfTheTableAndNoOthers(_ lifecycle: DrillState.Lifecycle) throws {
    for (name, event) in Self.samples {
      var drill = try DrillFixture()
      if lifecycle == .paused { try drill.add(.drill(.paused(DrillWord("")))) }
      if lifecycle == .ended { try drill.add(.drill(.ended(DrillWord("")))) }
      let isAccepted = (try? drill.add(.drill(event))) != nil
      #expect(isAccepted == Self.accepted[lifecycle]?.contains(name), "\(name) in \(lifecycle)")
    }
  }

  @Test func refusesEntriesAboutWhatItDoesNotHave() throws {
    let events: [DrillEvent] = [
      .injectDelivered(InjectDelivered(inject: "none", cause: .hand)),
      .answerGiven(DrillAnswer(subject: "none", participant: nil, choice: nil, text: "x")),
      .judged(ExpectationJudged(expectation: "none", isMet: true, reason: "x")),
      .hintGiven(HintGiven(inject: "none", number: 1)),
    ]
    for event in events {
      var drill = try DrillFixture()
      #expect(throws: StoreError.self) { try drill.add(.drill(event)) }
    }
  }

  static let samples: [(String, DrillEvent)] = [
    ("delivered", .injectDelivered(InjectDelivered(inject: "alert", cause: .hand))),
    ("skipped", .injectSkipped(InjectSkipped(inject: "boss", reason: "r"))),
    ("jumped", .jumped(DrillJump(to: .start, inject: nil))),
    ("extended", .extended(DrillExtension(by: .start, reason: "r"))),
    ("hint", .hintGiven(HintGiven(inject: "alert", number: 1))),
    (
      "answer",
      .answerGiven(DrillAnswer(subject: "better", participant: nil, choice: nil, text: "x"))
    ),
    ("decision", .decisionMade(DrillWord("x"))), ("paused", .paused(DrillWord("x"))),
    ("continued", .continued),
    ("judged", .judged(ExpectationJudged(expectation: "spoke", isMet: true, reason: "r"))),
    ("ended", .ended(DrillWord("x"))),
  ]
}
