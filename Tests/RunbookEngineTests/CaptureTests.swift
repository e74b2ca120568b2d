import RunbookDrill
import RunbookModel
import Testing

@testable import RunbookEngine

/// What later steps see of earlier ones.
struct CaptureTests {
  private func outcome(_ stdout: Value) -> [SimulatedOutcome] { [.values(["stdout": stdout])] }

  @Test func aCaptureIsVisibleByItsBareName() async throws {
    let simulation = Simulation(
      [
        step("make", .detection) { $0.captures = [capture("made", "stdout + '!'")] },
        step("use", .detection, text: "got ${{ made }} of ${{ steps['make'].outcome }}"),
      ], outcomes: ["make": outcome("one")])
    try await simulation.run()
    let works: [String] = simulation.journal.stored.compactMap {
      if case .attemptStarted(let start) = $0.event { start.work.first?.text } else { nil }
    }
    #expect(works.last == "got one! of succeeded")
  }

  @Test func aSkippedStepsCaptureHasItsDefault() async throws {
    let simulation = Simulation([
      step("make", .detection) {
        $0.when = source("false")
        $0.captures = [capture("made", "stdout", fallback: "none")]
      }, step("use", .detection, text: "${{ made }}"),
    ])
    let state = try await simulation.run()
    #expect(state.step("use").status == .succeeded)
  }

  @Test func aSkippedStepsCaptureWithoutADefaultIsAnError() async throws {
    let simulation = Simulation([
      step("make", .detection) {
        $0.when = source("false")
        $0.captures = [capture("made", "stdout")]
      }, step("use", .detection, text: "${{ made }}"),
    ])
    let state = try await simulation.run()
    #expect(state.step("use").failure?.cause == .invalid)
  }

  @Test func aFailedAttemptLeavesNoCaptures() async throws {
    let simulation = Simulation(
      [
        step("make", .detection) {
          $0.captures = [capture("first", "stdout"), capture("second", "nothing")]
        }
      ], outcomes: ["make": outcome("one")])
    let state = try await simulation.run()
    #expect(state.step("make").status == .failed)
    #expect(state.captures.isEmpty)
  }

  @Test func confirmsSeesTheStepsOwnCaptures() async throws {
    let simulation = Simulation(
      [
        step("look", .detection) {
          $0.captures = [capture("found", "stdout")]
          $0.confirms = source("found == 'broken'")
        }
      ], outcomes: ["look": outcome("broken")])
    let state = try await simulation.run()
    #expect(state.findings == ["look"])
  }

  @Test func evidenceIsNumberedThroughTheRun() async throws {
    let result = StepResult(
      values: ValueMap([("stdout", "text")]),
      evidence: [
        EvidenceDraft(what: "a", source: "s", content: .result("stdout"), uncutSize: 9),
        EvidenceDraft(what: "gone", source: "s", content: .file("not-there")),
      ])
    let simulation = Simulation(
      [step("one", .detection), step("two", .detection)],
      outcomes: ["one": [.result(result)], "two": [.result(result)]])
    let state = try await simulation.run()
    let evidence = simulation.journal.stored.flatMap { entry -> [EvidenceRecord] in
      if case .attemptFinished(let event) = entry.event { event.evidence } else { [] }
    }
    #expect(evidence.map(\.id) == ["E1", "E2"])
    #expect(evidence.allSatisfy { $0.digest == Digest.sha256(of: "text") && $0.isCut })
    #expect(state.evidenceCount == 2)
  }
}
