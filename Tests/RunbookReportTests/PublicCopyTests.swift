import RunbookModel
import Testing

@testable import RunbookReport

/// A copy for others has no hosts, people and query values.
struct PublicCopyTests {
  private static let named = [
    "alice", "Bob", "ops1", "db1", "hunter", "ann@example.com", "10.1.2.3", "tok-4711",
    "secret-value",
    "internal.example.com", "7433219870012345678", "whole body", "said this",
  ]

  private func journal() -> JournalBuilder {
    var journal = JournalBuilder(actor: Actor(account: "alice"))
    journal.start(
      [
        StepRecord("look", "Look", .detection), StepRecord("ask", "Ask", .detection, "http"),
        StepRecord("say", "Say", .detection, "shell"), StepRecord("read", "Read", .timeline, "log"),
        StepRecord("mend", "Mend", .recovery),
      ], report: ["summary": "alice saw ${{ found }} on db1; planned, not alice's"],
      inputs: [
        InputRecord(
          name: "who", type: "string", value: "hunter", origin: .flag, isSecret: false)
      ])
    journal.identify()
    journal.attempt(
      "read", result: ["events": [["at": 1, "text": "LOG: INSERT 'secret-value'"]]],
      evidence: [("events", "events")],
      timeline: [
        TimelineRow(
          at: .at("22:00:00"),
          text: "INSERT VALUES ('secret-value') by ann@example.com from 10.1.2.3",
          source: "log on db1", isDamage: true)
      ])
    journal.attempt(
      "look",
      work: [
        WorkItem(
          language: .sql, text: "SELECT * FROM s WHERE token = 'tok-4711' AND id = $1",
          parameters: [.init(name: "id", value: "hunter")], effect: .readOnly,
          isAuthored: true)
      ], result: ["rows": [["token": "tok-4711", "n": nil]], "row_count": 1],
      captures: ["found": "one table"], isConfirmed: true, evidence: [("rows", "rows")])
    journal.attempt(
      "ask",
      work: [
        WorkItem(
          language: .http, text: "GET https://internal.example.com/api/x", effect: .readOnly)
      ], result: ["status": 500, "body": "whole body"], evidence: [("body", "body")])
    journal.attempt(
      "say",
      work: [WorkItem(language: .shell, text: "echo hi", effect: .readOnly, isAuthored: true)],
      result: ["exit_code": 0, "stdout": "said this"], evidence: [("standard output", "stdout")])
    journal.gate("recovery", steps: ["mend"], approvedBy: Actor(account: "ops", name: "Bob"))
    journal.add(.noteAdded(NoteAdded(text: "Bob called alice about db1", at: nil)))
    return journal
  }

  @Test func leavesThemOut() throws {
    let whole = try IncidentReport(entries: journal().entries).markdown()
    let copy = try IncidentReport(entries: journal().entries, isPublic: true).markdown()
    for word in Self.named where !["hunter", "internal.example.com"].contains(word) {
      #expect(whole.holds(word) as Bool, "\(word)")
    }
    for word in Self.named { #expect(!copy.holds(word) as Bool, "\(word)") }
  }

  /// Of a database of another kind nothing is public but what its kind says.
  @Test func whatADatabaseIsKnownByIsLeftOut() throws {
    var journal = journal()
    func identity(_ inode: String) -> ConnectionIdentity {
      ConnectionIdentity(
        kind: "sqlite", database: "customers-acme.db", role: "svcacct", version: "3.40.1",
        address: "/srv/acme/customers-acme.db",
        key: [IdentityFact("path", "/srv/acme/customers-acme.db"), IdentityFact("inode", inode)],
        facts: [
          IdentityFact("user version", "4711", mayChange: true),
          IdentityFact("journal", "wal", mayChange: true, isPublic: true),
        ])
    }
    for inode in ["8675309", "8675310"] {
      journal.add(
        .connectionIdentified(
          ConnectionIdentified(connection: "main", identity: identity(inode))))
    }
    let whole = try IncidentReport(entries: journal.entries).text(as: .json)
    #expect(whole.holds("customers-acme") as Bool)
    for text in [
      try IncidentReport(entries: journal.entries, isPublic: true).markdown(),
      try IncidentReport(entries: journal.entries, isPublic: true).text(as: .json),
    ] {
      for word in ["customers-acme", "8675309", "8675310", "4711", "/srv/acme", "svcacct"] {
        #expect(!text.holds(word) as Bool, "\(word)")
      }
    }
  }

  @Test func callsParticipantsOfADrillAsActors() throws {
    var journal = journal()
    journal.add(
      .drill(
        .started(
          DrillStarted(
            mode: .talk,
            drill: Drill(
              title: "x", place: Place(file: "d", line: 1, column: 1), scope: nil, scenario: nil,
              injects: []),
            participants: [
              DrillParticipant(name: "Bob", role: "lead"), DrillParticipant(name: "Zoe", role: nil),
            ], seed: 1, isCheck: true))))
    journal.add(
      .drill(
        .answerGiven(
          DrillAnswer(subject: "a", participant: "Zoe", choice: nil, text: "Zoe asks Bob"))))
    let copy = PublicCopy.entries(journal.entries)
    let drill = copy.compactMap { if case .drill(let event) = $0.event { event } else { nil } }
    guard case .started(let started) = drill.first, case .answerGiven(let answer) = drill.last
    else {
      throw Missing()
    }
    #expect(started.participants.map(\.name) == ["Person 2", "Person 3"])
    #expect(started.participants.map(\.role) == ["lead", nil] && started.isCheck == true)
    #expect(answer.participant == "Person 3" && answer.text == "Person 3 asks Person 2")
  }

  private struct Missing: Error {}

  /// Each place in which the world's own words stand, and where they are repeated.
  @Test func keepsNoWordOfTheWorld() throws {
    var journal = journal()
    let secrets = ["wörd-1", "wörd-2", "wörd-3", "wörd-4", "wörd-5", "wörd-6", "wörd-7", "4711471"]
    journal.attempt(
      "look",
      work: [
        WorkItem(
          language: .sql, text: "-- it's\nSELECT 'wörd-1', E'\\'wörd-2', $$wörd-3$$, 4711471",
          effect: .readOnly, isAuthored: true)
      ], result: ["rows": [["a": "wörd-4"]], "columns": ["wörd-5"], "row_count": 1],
      captures: ["found": "saw wörd-4, at https://e.org/x?y=wörd-6 by 10.9.8.7"])
    journal.attempt(
      "ask",
      work: [
        WorkItem(
          language: .http, text: "POST https://e.org/x?y=wörd-6\n\nwörd-7", effect: .readOnly)
      ], result: ["status": 200, "headers": ["x": "wörd-7"], "json": ["wörd-5": 4_711_471]])
    journal.attempt(
      "say", result: ["exit_code": 3, "stderr": "wörd-7"],
      failure: FailureRecord(cause: .refused, message: "no such wörd-7", code: "3"),
      timeline: [
        TimelineRow(at: .at("22:00:00"), text: "wörd-1 said", source: "log", isDamage: true)
      ])
    journal.add(
      .runHeld(RunHeld(cause: .failedStep, subject: "say", message: "it failed: no such wörd-7")))
    for format in ReportFormat.allCases {
      let text = try IncidentReport(entries: journal.entries, isPublic: true).text(as: format)
      for secret in secrets { #expect(!text.holds(secret) as Bool, "\(secret) in \(format)") }
      #expect(!text.holds("10.9.8.7") && !text.holds("e.org"))
    }
  }

  /// What a step brought stays left out where a person repeats it as a reason, and where the engine repeats that.
  @Test(arguments: ["skip", "refusal", "withdrawal", "retry", "abandoned"])
  func keepsNoWordOfTheWorldInAReason(_ place: String) throws {
    var journal = journal()
    journal.attempt("look", result: ["rows": [["a": "wörd-4"]], "row_count": 1])
    let reason = "it said wörd-4, and that is fine"
    switch place {
    case "skip":
      journal.add(.stepSkipped(StepSkipped(step: StepID("ask"), cause: .decision, reason: reason)))
      journal.add(
        .runEnded(RunEnded(status: .unverified, reason: "1 was skipped (reason: \(reason))")))
    case "refusal", "withdrawal":
      journal.add(
        .gateDecided(
          GateDecided(
            gate: "recovery", decision: place == "refusal" ? .refused : .withdrawn,
            means: .approveCommand, digest: .sha256(of: "x"), reason: reason)))
      journal.add(
        .runHeld(RunHeld(cause: .gate, subject: "recovery", message: "refused: \(reason)")))
    case "retry": journal.add(.retryRequested(RetryRequested(step: StepID("look"), reason: reason)))
    default: journal.add(.runEnded(RunEnded(status: .abandoned, reason: reason)))
    }
    for format in ReportFormat.allCases {
      let text = try IncidentReport(entries: journal.entries, isPublic: true).text(as: format)
      #expect(!text.holds("wörd-4") as Bool, "\(format)")
    }
  }

  /// How many texts there are does not matter, nor how they are written.
  @Test func keepsNoPartOfWhatAStepBroughtHoweverMuchThatWas() throws {
    var journal = journal()
    let rows = (0..<5_000).map { number -> Value in
      ["name": .string("Customer Number \(number) of Lünen"), "mail": .string("c\(number)@e.org")]
    }
    let line =
      "2025-10-18 backend: user zebra4711 paid with card blue horse battery, order 99-1234567"
    journal.attempt("look", result: ["rows": .list(rows), "row_count": 5_000])
    journal.attempt("say", result: ["exit_code": 0, "stdout": .string("x\n\(line)\ny")])
    for text in [
      "we saw customer number 4321 of LÜNEN there", "it was 'Blue, horse: battery'",
      "order 1234567 is lost", "ask Zebra4711.", "mail c77@e.org",
    ] { journal.add(.noteAdded(NoteAdded(text: text, at: nil))) }
    for format in ReportFormat.allCases {
      let text = try IncidentReport(entries: journal.entries, isPublic: true).text(as: format)
      for word in ["4321", "LÜNEN", "horse", "1234567", "ebra4711", "c77"] {
        #expect(!text.holds(word) as Bool, "\(word) in \(format)")
      }
      // Words of their own stay.
      for word in ["we saw", "is lost", "it was"] { #expect(text.holds(word) as Bool, "\(word)") }
    }
  }

  /// How large an output was tells something of it.
  @Test func leavesOutTheSizeOfWhatIsPrivate() throws {
    var journal = JournalBuilder()
    journal.start([StepRecord("say", "Say", .detection, "shell")])
    journal.finish(
      "say", ["stdout": "said this", "exit_code": 0], of: "standard output",
      "stdout", cut: "65536 of 7654321 bytes", size: 7_654_321)
    for format in ReportFormat.allCases {
      let whole = try IncidentReport(entries: journal.entries).text(as: format)
      let copy = try IncidentReport(entries: journal.entries, isPublic: true).text(as: format)
      #expect(whole.holds("7654321") as Bool, "\(format)")
      #expect(!copy.holds("7654321") as Bool && !copy.holds("65536"), "\(format)")
    }
  }

  @Test func aParticipantIsTheSameWithAndWithoutCapitals() throws {
    var journal = journal()
    journal.add(
      .drill(
        .answerGiven(
          DrillAnswer(subject: "a", participant: "bob", choice: nil, text: "BOB asks Alice, aLICE"))
      ))
    let copy = PublicCopy.entries(journal.entries)
    guard case .drill(.answerGiven(let answer))? = copy.last?.event else { throw Missing() }
    #expect(answer.participant == "Person 2")
    #expect(answer.text == "Person 2 asks Person 1, Person 1")
  }

  /// Private unless the kind says so; a kind that nobody knows says nothing.
  @Test(arguments: [("sql", true), ("other", false)])
  func tellsWhatTheKindDeclares(_ kind: String, _ isTold: Bool) throws {
    var journal = JournalBuilder()
    journal.start([StepRecord("look", "Look", .detection, kind)])
    journal.attempt("look", result: ["row_count": 271_828, "rows": [["n": 314_159]]])
    let spec = KindSpec(
      "sql", .text,
      results: [
        ResultSpec("row_count", "int", "x", isPublic: true), ResultSpec("rows", "list", "x"),
      ], "x")
    let copy = PublicCopy.entries(journal.entries, PublicRules(kinds: [spec]))
    let result = copy.compactMap { entry -> Value? in
      if case .attemptFinished(let finished) = entry.event { finished.result } else { nil }
    }.first?.mapValue
    #expect(result?["row_count"] == (isTold ? .int(271_828) : "[left out]"))
    #expect(result?["rows"] == "[left out]")
  }

  /// An expression over what is left out would state anything: nothing stands in its place.
  @Test func saysNothingByWhatIsLeftOut() throws {
    var journal = JournalBuilder()
    journal.start(
      [StepRecord("look", "Look", .detection)],
      report: [
        "summary":
          "${{ lost_n != 0 ? 'Rows were lost.' : 'No rows at all.' }} S: ${{ names }}, ${{ size(names) }}.",
        "impact": "${{ words.x == 1 || 'a' in names ? 'severe' : 'slight' }} and ${{ words }}",
        "root_cause": "${{ inputs.who == 'ann' ? 'It was her.' : 'It was another.' }}",
      ],
      inputs: [
        InputRecord(name: "who", type: "string", value: "ann", origin: .flag, isSecret: false)
      ])
    journal.attempt(
      "look", captures: ["lost_n": 0, "names": ["b", "c"], "words": ["horse": true, "x": 2]],
      isConfirmed: true)
    for format in ReportFormat.allCases {
      let whole = try IncidentReport(entries: journal.entries).text(as: format)
      #expect(whole.holds("No rows at all.") && whole.holds("slight and") && whole.holds("horse"))
      let copy = try IncidentReport(entries: journal.entries, isPublic: true).text(as: format)
      for word in ["Rows were lost.", "No rows", "severe", "slight", "horse", "It was", "no value"]
      {
        #expect(!copy.holds(word) as Bool, "\(word) in \(format)")
      }
    }
    let copy = try IncidentReport(entries: journal.entries, isPublic: true).markdown()
    #expect(copy.holds("\\[left out\\] S: \\[left out\\], 2."))
    #expect(copy.holds("\\[left out\\] and \\[left out\\]"))
  }

  /// A value that became a name is in no copy, and neither is SQL that nobody wrote.
  @Test(arguments: [true, false]) func keepsNoNameThatTheWorldGave(_ isAuthored: Bool) throws {
    var journal = journal()
    let work = [
      WorkItem(
        language: .sql, text: "UPDATE \"Acme Widgets Gmbh\".orders SET zqx = 1", effect: .mutating,
        isAuthored: isAuthored ? true : nil,
        template: isAuthored ? "UPDATE :\"tenant\".orders SET zqx = 1" : nil),
      WorkItem(language: .shell, text: "cat /acme/zqy", effect: .readOnly),
    ]
    journal.attempt("mend", work: work)
    for format in ReportFormat.allCases {
      let text = try IncidentReport(entries: journal.entries, isPublic: true).text(as: format)
      #expect(!text.holds("Acme") as Bool && !text.holds("zqy") as Bool, "\(format)")
      #expect(text.holds("zqx") == isAuthored, "\(format)")
    }
    let whole = try IncidentReport(entries: journal.entries).markdown()
    #expect(whole.holds("\"Acme Widgets Gmbh\".orders"))
  }

  @Test func keepsWhatTheReportIsAbout() throws {
    let copy = try IncidentReport(entries: journal().entries, isPublic: true).markdown()
    #expect(copy.holds("Person 1 saw \\[left out\\] on host-2; planned, not Person 1's"))
    #expect(copy.holds("This is a public copy"))
    #expect(copy.holds("Gate `recovery` approved by Person 2"))
    #expect(
      copy.holds("SELECT * FROM s WHERE token = '…' AND id = $1") || copy.holds("k7m2p4"))
  }
}
