import RunbookDrill
import RunbookModel
import Testing

@testable import RunbookEngine

/// Law L7: secrets are redacted by value before anything is stored or shown.
struct SecretLawTests {
  private static let secret = "hunter2-\"quoted\""

  private func simulation(_ steps: [Step]) -> Simulation {
    let declaration = input("token", isSecret: true)
    var simulation = Simulation(
      runbook(steps, inputs: [declaration], connections: [connection(url: "postgres://pw9")]))
    simulation.inputs = [
      ResolvedInput(declaration: declaration, value: .string(Self.secret), origin: .environment)
    ]
    simulation.targets = simulation.runbook.connections.map {
      ConnectionTarget(connection: $0, url: $0.url.text, display: "h/db", secrets: ["pw9"])
    }
    return simulation
  }

  private func expectNoSecret(
    in simulation: Simulation, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let shown =
      simulation.journal.stored.map(\.body) + simulation.observer.entries.map(\.body)
      + simulation.observer.lines + simulation.observer.progress
    for text in shown {
      #expect(!text.holds("hunter2"), sourceLocation: sourceLocation)
      #expect(!text.holds("pw9"), sourceLocation: sourceLocation)
    }
  }

  @Test func l7NowhereInTheJournal() async throws {
    let secret = Self.secret
    let result = StepResult(
      values: ValueMap([
        ("stdout", .string("it is \(secret)!")),
        ("rows", .list([.map(ValueMap([(secret, .string("a key"))]))])),
      ]),
      evidence: [
        EvidenceDraft(what: secret, source: "curl \(secret)", content: .result("stdout"))
      ],
      timeline: [TimelineRow(at: .epoch, text: secret, source: secret)], notices: ["pw9"])
    let failure = StepFailure(
      .refused, secret, detail: "pw9", hint: secret, partial: result)
    var simulation = simulation([
      confirmation(),
      step("work", .detection, text: "curl ${{ inputs.token }}") {
        $0.captures = [capture("kept", "stdout")]
      },
      step("fail", .detection),
      step("fix", .recovery, text: "use ${{ inputs.token }}") {
        $0.gate = StepOptions.Gate(approvals: 1)
      },
    ])
    simulation.outcomes["work"] = [.result(result)]
    simulation.outcomes["fail"] = [.failure(failure)]
    simulation.whilePerforming = { $0.output(OutputLine(.standardOutput, "say \(secret)")) }
    simulation.options.approvals = ["recovery", "fix"]
    let state = try await simulation.run()
    #expect(state.endStatus == .unverified)
    expectNoSecret(in: simulation)
  }

  @Test func aWithheldCaptureIsStillUsable() async throws {
    var simulation = simulation([
      step("login", .detection) { $0.captures = [capture("session", "stdout")] },
      step("use", .detection, text: "${{ session }}") {
        $0.when = source("session.startsWith('hunter2')")
      },
    ])
    simulation.outcomes["login"] = [.values(["stdout": .string(Self.secret)])]
    let state = try await simulation.run()
    #expect(state.step("use").status == .succeeded)
    #expect(state.withheldCaptures == ["session"])
    #expect(state.captures.isEmpty)
    expectNoSecret(in: simulation)
  }

  @Test func secretsInListsCountOneByOne() async throws {
    let declaration = input("tokens", .list(.string), isSecret: true)
    var simulation = Simulation(
      runbook([step("work", .detection, text: "hunter2")], inputs: [declaration]))
    simulation.inputs = [
      ResolvedInput(declaration: declaration, value: ["x1y", "hunter2"], origin: .file)
    ]
    try await simulation.run()
    expectNoSecret(in: simulation)
  }

  @Test func aSecretInTheRunbookItselfIsNotStored() async throws {
    var simulation = simulation([step("work", .detection)])
    let original = simulation.runbook
    let source = SourceFile(path: "runbook.yaml", text: "url: postgres://u:pw9@h/db\n")
    simulation.runbook = Runbook(
      name: original.name, title: original.title, severity: original.severity,
      steps: original.steps, sources: [source], folder: original.folder,
      fileName: original.fileName)
    let state = try await simulation.run()
    expectNoSecret(in: simulation)
    // The digest stays that of the file, so that a changed file is still noticed.
    #expect(state.started?.runbook.sources.first?.digest == source.digest)
  }

  @Test func aGatesDigestTellsNothingOfASecret() async throws {
    let simulation = simulation([
      confirmation(), step("fix", .recovery, text: "use ${{ inputs.token }}"),
    ])
    try await simulation.run()
    guard
      case .gateOpened(let gate)? = simulation.journal.stored.compactMap({
        if case .gateOpened = $0.event { $0.event } else { nil }
      }).first
    else {
      Issue.record("no gate was opened")
      return
    }
    #expect(gate.digest == GateRequest.digest(of: gate.steps, identities: gate.identities, []))
  }
}
