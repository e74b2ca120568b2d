import RunbookModel
import Testing

@testable import RunbookReport

/// What another run's journal, a lease, a receipt or a server says is private wherever the engine's own sentences
/// quote it: each place where one is made, in every format.
struct PublicMessagesTests {
  private static let markers = ["Jonquil", "quxname", "zeno", "/srv/pp.yaml", "eleven"]
  /// As the other run's journal has it.
  private static let quoted =
    "step 'f' failed: invalid input for integer: \"Jonquil quxname\" (/srv/pp.yaml:7:19)"
  private static let other = OtherRun(
    run: RunID(rawValue: "20261130-eleven"),
    summary: "run 20261130-eleven (pp) has begun to change it, and is held since 22:00: \(quoted)",
    since: nil)
  private static let receipt = OtherRun(
    run: RunID(rawValue: "20261130-eleven"),
    summary: "run 20261130-eleven of zeno Bb (account zeno) last changed it at 22:00", since: nil,
    isByTrace: true)

  private static func held(_ cause: RunHeld.Cause, _ subject: String?, _ message: String) -> Event {
    .runHeld(RunHeld(cause: cause, subject: subject, message: message))
  }

  /// Each with what of it is to stay.
  private static let places: [(name: String, events: [Event], stays: String)] = [
    (
      "gate",
      [
        gate("recovery"),
        held(
          .gate, "recovery",
          "the gate 'recovery' must be approved by a person\n\(other.summary); to go on beside it, "
            + "say so: --beside \(other.run)\n\(receipt.summary); to go on beside it, say so: --beside x"
        ),
      ], "must be approved by a person"
    ),
    (
      "gate of an identity",
      [gate("identity:main"), held(.gate, "identity:main", "the gate\n\(quoted)")],
      "the gate"
    ),
    (
      "obstacle",
      [
        held(
          .obstacle, "main", "connection 'main': zeno has no entry for \"/srv/pp.yaml\"\nquxname")
      ],
      "connection 'main':"
    ),
    (
      "privilege",
      [held(.privilege, "main", "connection 'main': role \"zeno\" may not create quxname")],
      "connection 'main':"
    ),
    (
      "sandbox", [held(.sandbox, nil, "the sandbox cannot be started again: /srv/pp.yaml of zeno")],
      "the sandbox cannot be started again:"
    ),
    (
      "unknown step",
      [
        settled(.unknown, .none, "a receipt is there, and it is no proof: it is of zeno, quxname"),
        held(
          .unknownStep, "mend",
          "it is not known whether step 'mend' took effect: a receipt is there, of zeno, quxname"),
      ], "it is not known whether step 'mend' took effect:"
    ),
    (
      "unseen",
      [
        .connectionUnseen(
          ConnectionUnseen(connection: "main", reason: "role \"zeno\" of quxname is not permitted")),
        .runEnded(
          RunEnded(
            status: .unverified,
            reason:
              "'main' was not looked at: role \"zeno\" of quxname is not permitted; it is over")),
      ], "it is over"
    ),
    (
      "takeover",
      [
        .runResumed(
          RunResumed(host: "h1", approvals: [], takenFrom: "process 4711 of zeno on quxname"))
      ], "taken over"
    ),
    (
      "reason",
      [
        gate("recovery"),
        .retryRequested(
          RetryRequested(step: StepID("mend"), reason: "it said integer Jonquil quxname, fine")),
      ], "fine"
    ),
  ]

  private static func gate(_ name: String) -> Event {
    .gateOpened(
      GateOpened(
        gate: name, steps: [], identities: [], approvals: 1, question: nil,
        digest: .sha256(of: name), changes: [other.summary], others: [other, receipt],
        lapsed: ["zeno"]))
  }

  private static func settled(
    _ settlement: Settlement, _ means: AttemptSettled.Means, _ detail: String
  ) -> Event {
    .attemptSettled(
      AttemptSettled(
        step: StepID("mend"), attempt: 1, settlement: settlement, means: means, detail: detail))
  }

  private static func journal(_ events: [Event]) -> JournalBuilder {
    var journal = JournalBuilder(actor: Actor(account: "alice"))
    journal.start([StepRecord("mend", "Mend", .recovery)])
    journal.begin("mend")
    for event in events { journal.add(event) }
    return journal
  }

  @Test(arguments: places.indices)
  func whatASentenceQuotesIsPrivate(_ index: Int) throws {
    let (name, events, stays) = Self.places[index]
    let entries = Self.journal(events).entries
    var isAnywhere = false
    for format in ReportFormat.allCases {
      let whole = try IncidentReport(entries: entries).text(as: format)
      isAnywhere = isAnywhere || Self.markers.contains { whole.holds($0) }
      let copy = try IncidentReport(entries: entries, isPublic: true).text(as: format)
      for marker in Self.markers {
        #expect(!copy.holds(marker) as Bool, "\(marker) of \(name) in \(format)")
      }
    }
    #expect(isAnywhere, "\(name) is in no report, and tests nothing")
    let copy = try IncidentReport(entries: entries, isPublic: true).text(as: .json)
    #expect(copy.holds(stays) as Bool, "\(name)")
  }

  /// The reason for an end that servers and programs had a part in.
  @Test func aSandboxThatWasNotMadeTellsNothing() throws {
    var journal = JournalBuilder(actor: Actor(account: "alice"))
    journal.start([StepRecord("mend", "Mend", .recovery)], isSandbox: true)
    journal.add(
      .runEnded(
        RunEnded(status: .failed, reason: "the sandbox could not be made: /srv/pp.yaml of zeno")))
    for format in ReportFormat.allCases {
      let copy = try IncidentReport(entries: journal.entries, isPublic: true).text(as: format)
      for marker in Self.markers { #expect(!copy.holds(marker) as Bool, "\(marker) in \(format)") }
    }
  }

  /// What a receipt or a person decided is said as it was.
  @Test(arguments: [
    (Settlement.done, AttemptSettled.Means.receipt), (.notDone, .receipt), (.unknown, .word),
  ])
  func whatWasDecidedStays(_ settlement: Settlement, _ means: AttemptSettled.Means) throws {
    let journal = Self.journal([Self.settled(settlement, means, "looked at it twice")])
    let copy = PublicCopy.entries(journal.entries)
    guard case .attemptSettled(let settled)? = copy.last?.event else {
      Issue.record("no settlement")
      return
    }
    #expect(settled.detail == "looked at it twice")
  }
}
