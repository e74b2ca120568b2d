import RunbookDrill
import RunbookEngine
import RunbookModel
import RunbookTestSupport
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

  /// Pauses and jumps do not shorten an extension, which counts on where they end.
  @Test(arguments: ["pause", "jump", "back"])
  func extensionsAreHeldToTheirEnd(_ between: String) throws {
    var drill = try DrillFixture()
    try drill.tell()
    drill.pass(10)
    try drill.act(.extend(StoryTime(.seconds(60)), reason: ""))
    drill.pass(20)
    var start = StoryTime(.seconds(10))
    switch between {
    case "pause":
      try drill.act(.pause(""))
      drill.pass(1000)
      try drill.act(.goOn)
    case "jump":
      try drill.act(.ahead(StoryTime(.seconds(5))))
      start = StoryTime(.seconds(15))
    default:
      try drill.act(.back("alert"))
      start = .start
    }
    drill.pass(40)
    #expect(drill.state.storyTime(at: drill.now) == start)
    drill.pass(7)
    #expect(drill.state.storyTime(at: drill.now) == start + StoryTime(.seconds(7)))
  }

  @Test func whenItIsOverOnlyItsQuestionsAreAnswered() throws {
    var drill = try DrillFixture()
    try drill.tell()
    try drill.act(.end(""))
    for text in ["look", "restore"] {
      for subject in [nil, "alert"] {
        #expect(throws: DrillMachine.Refusal.self) {
          try drill.act(.answer(subject: subject, participant: nil, text: text))
        }
      }
    }
    try drill.act(.answer(subject: "better", participant: nil, text: "More sleep"))
    #expect(try DrillScore(entries: drill.entries).points == 1)
  }

  /// Whatever is decided can be replayed: else a command would destroy the drill's journal.
  @Test(arguments: 0..<60)
  func nothingIsDecidedThatCannotBeReplayed(_ seed: Int) throws {
    var random = SeededGenerator(seed: UInt64(seed + 1))
    var drill = try DrillFixture(
      mode: seed.isMultiple(of: 3) ? .sandbox : seed.isMultiple(of: 2) ? .simulate : .talk)
    let names: [String?] = [nil, "alert", "angry", "boss", "late", "better", "spoke", "none"]
    for _ in 0..<60 {
      drill.pass(Int64.random(in: 0...120, using: &random))
      try drill.tell()
      if Int.random(in: 0..<20, using: &random) == 0 {
        for event in DrillMachine.takeUp(drill.state) { try drill.add(.drill(event)) }
      }
      let name = names.randomElement(using: &random) ?? nil
      let text = ["look", "restore", "1", "a word", ""].randomElement(using: &random) ?? ""
      let span = StoryTime(.seconds(Int64.random(in: 0...300, using: &random)))
      let commands: [DrillMachine.Command] = [
        .next(name), .answer(subject: name, participant: nil, text: text), .hint(name),
        .answer(subject: nil, participant: nil, text: text), .pause(text), .goOn, .back(name),
        .ahead(span), .extend(span, reason: text), .skip(name, reason: text),
        .decide(participant: nil, text: text),
        .judge(name ?? "spoke", isMet: text == "look", reason: text),
      ]
      let isLast = Int.random(in: 0..<40, using: &random) == 0
      let command = isLast ? .end(text) : commands.randomElement(using: &random) ?? .goOn
      guard let events = try? DrillMachine.decide(command, in: drill.state, at: drill.now) else {
        continue
      }
      for event in events { try drill.add(.drill(event)) }
    }
    _ = try DrillScore(entries: drill.entries)
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

  @Test func surprisesByEachOfItsFaultsAtAnyTime() throws {
    let place = Place(file: "drill.yaml", line: 1, column: 1)
    let surprise = Drill.Surprise(
      place: place, within: StoryTime(.seconds(600)), input: .init("fault", at: place),
      values: ["dropped", "column", "emptied"].map { .init($0, at: place) })
    let picks = (Int64(1)...300).map { DrillMachine.surpriseValue(surprise, seed: $0) }
    for value in surprise.values {
      #expect((70...130).contains(picks.count { $0 == value.text }), "\(value.text)")
    }
    let minutes = (Int64(1)...300).map {
      DrillMachine.surpriseDelay(surprise, seed: $0).rawValue / 60_000
    }
    for minute in Int64(0)..<10 {
      #expect((10...50).contains(minutes.count { $0 == minute }), "minute \(minute)")
    }
  }

  /// What people write while nobody carries the run out says nothing of how long that went on.
  @Test func peoplesEntriesAreNoSignOfLife() throws {
    var drill = try DrillFixture(mode: .simulate)
    drill.pass(50)
    try drill.addFinding("probe")
    drill.pass(700)
    try drill.add(.noteAdded(NoteAdded(text: "it hangs", at: nil)))
    for event in DrillMachine.takeUp(drill.state) { try drill.add(.drill(event)) }
    #expect(drill.state.storyTime(at: drill.now) == StoryTime(.seconds(50)))
  }

  /// From an interruption to the resumption nobody carries the run out; a gate's wait is the team's.
  @Test(arguments: [(RunHeld.Cause.interruption, Int64(10)), (.gate, 1010)])
  func onlyTheWaitOfTheTeamCounts(_ cause: RunHeld.Cause, _ seconds: Int64) throws {
    var drill = try DrillFixture(mode: .simulate)
    drill.pass(10)
    try drill.add(.runHeld(RunHeld(cause: cause, subject: nil, message: "")))
    drill.pass(1000)
    try drill.add(.runResumed(RunResumed(host: "h", approvals: [])))
    #expect(drill.state.storyTime(at: drill.now) == StoryTime(.seconds(seconds)))
    drill.pass(5)
    #expect(drill.state.storyTime(at: drill.now) == StoryTime(.seconds(seconds + 5)))
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
    #expect(refusal?.message.holds(words) == true, "\(String(describing: refusal))")
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
