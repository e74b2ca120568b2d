import RunbookDrill
import RunbookModel
import Testing

@testable import RunbookEngine

/// Recovery is not offered where it hangs on what a step before it was to find out and could not.
struct UnfoundGateTests {
  private static let failure = SimulatedOutcome.failure(
    StepFailure(.unreachable, "the backup cannot be read", hint: "give another"))

  private static func found(_ value: Value) -> SimulatedOutcome { .values(["stdout": value]) }

  private static func steps(
    when: String = "way == 'archive'", text: String = "restore"
  ) -> [Step] {
    [
      step("look", .detection) {
        $0.confirms = source("true")
      },
      step("damage", .detection) { $0.captures = [capture("loss", "stdout")] },
      step("ways", .detection, text: "ways of ${{ loss }}") {
        $0.captures = [capture("way", "stdout")]
      },
      step("bring-back", .recovery, text: text) { $0.when = source(when) },
      step("check", .verification),
    ]
  }

  private static let readers = [
    ("way == 'archive'", "restore"), ("true", "restore by ${{ way }}"),
  ]

  @Test(arguments: readers)
  func isHeldAndNamesWhatFailedFirst(_ when: String, _ text: String) async throws {
    var simulation = Simulation(
      Self.steps(when: when, text: text), outcomes: ["damage": [Self.failure]])
    simulation.options.approvals = ["recovery"]
    let state = try await simulation.run()
    #expect(state.hold?.cause == .obstacle)
    #expect(state.hold?.subject == "damage")
    let message = try #require(state.hold?.message)
    #expect(message.holds("'bring-back'") && message.holds("`way`"), "\(message)")
    #expect(message.holds("the backup cannot be read") && message.holds("give another"))
    #expect(!simulation.history.contains("opened recovery"))
    // What failed for that alone says so, and nothing of names.
    let ways = try #require(state.step("ways").failure)
    #expect(ways.message == "`loss` is not known: step 'damage' could not be carried out")
  }

  @Test func looksAgainOnceItIsTakenUp() async throws {
    var simulation = Simulation(
      Self.steps(),
      outcomes: [
        "damage": [Self.failure, Self.failure, Self.found("all")],
        "ways": [.success, .success, Self.found("archive")],
      ])
    simulation.options.approvals = ["recovery"]
    #expect(try await simulation.run().hold?.subject == "damage")
    var again = simulation.crashed(after: simulation.journal.stored)
    #expect(try await again.resume().hold?.subject == "damage")
    again = again.crashed(after: again.journal.stored)
    let state = try await again.resume()
    #expect(state.endStatus == .resolved, "\(again.history)")
    #expect(state.step("damage").attempts == 3 && state.step("bring-back").attempts == 1)
    // What has answered is not asked again.
    #expect(state.step("look").attempts == 1)
  }

  /// Nobody has to know it: what is left out by a person has its default, or is needed by nothing.
  @Test func goesOnWithoutWhatNobodyNeeds() async throws {
    var simulation = Simulation(
      Self.steps(when: "true"), outcomes: ["damage": [Self.failure]])
    simulation.options.approvals = ["recovery"]
    #expect(try await simulation.run().endStatus == .resolved)
  }
}
