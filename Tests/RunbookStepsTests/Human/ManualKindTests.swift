import RunbookEngine
import RunbookModel
import Testing

@testable import RunbookSteps

@Suite struct ManualKindTests {
  struct Person: Operator {
    let reply: @Sendable (ManualQuestion) -> String?
    func decide(on gate: GateOpened) async -> OperatorDecision { .unavailable }
    func answer(_ question: ManualQuestion) async -> String? { reply(question) }
  }

  private func ask(
    _ body: KeyValuePairs<String, FieldValue>,
    _ reply: @escaping @Sendable (ManualQuestion) -> String?
  ) async throws -> StepResult {
    let fixture = try AttemptFixture()
    return try await ManualKind(operator: Person(reply: reply))
      .bind(
        KindFixture.step("manual", body),
        to: KindFixture.binding(ValueMap([("host", "db1")]))
      )
      .perform(in: fixture.context())
  }

  @Test func asksWithItsValuesAndGivesTheAnswer() async throws {
    let result = try await ask(["instruction": KindFixture.text("Look at ${{ host }}")]) {
      "\($0.instruction)|\($0.choices.joined(separator: ","))"
    }
    #expect(result.values["answer"] == "Look at db1|done,not done")
    #expect(result.presumedFailure == nil)
  }

  /// Who is asked sees no secret, whatever it stands in; the answer is the choice as it was written.
  @Test func showsNoSecret() async throws {
    let secret = "hunter2-S3cretX"
    let fixture = try AttemptFixture()
    let person = Person { question in
      #expect(question.instruction == "say [redacted] ok")
      #expect(question.title == "Tell [redacted]")
      #expect(question.choices == ["said [redacted]", "not said"])
      return question.choices.first
    }
    let body = KindFixture.fields([
      "instruction": KindFixture.text("say ${{ pw }} ok"),
      "choices": .list([KindFixture.text("said \(secret)"), KindFixture.text("not said")]),
    ])
    let step = Step(
      id: StepID("a-step"), title: "Tell \(secret)", phase: .recovery, kind: "manual", body: body,
      place: KindFixture.place)
    let result = try await ManualKind(operator: person)
      .bind(step, to: KindFixture.binding(ValueMap([("pw", .string(secret))])))
      .perform(in: fixture.context(redactor: Redactor(secrets: [secret])))
    #expect(result.values["answer"] == .string("said \(secret)"))
  }

  /// The mark is no answer: neither a choice that could be either of two, nor what somebody copied.
  @Test(arguments: [
    (["said hunter2-A1", "said hunter3-B2"], "said [redacted]"), (["done"], "use [redacted]"),
  ])
  func takesNoMarkForAnAnswer(_ choices: [String], _ answer: String) async throws {
    let fixture = try AttemptFixture()
    let step = KindFixture.step(
      "manual",
      [
        "instruction": KindFixture.text("say"),
        "choices": .list(choices.map { KindFixture.text($0) }),
      ])
    let failure = await #expect(throws: StepFailure.self) {
      _ = try await ManualKind(operator: Person { _ in answer })
        .bind(step, to: KindFixture.binding())
        .perform(
          in: fixture.context(redactor: Redactor(secrets: ["hunter2-A1", "hunter3-B2"])))
    }
    #expect(failure?.record.cause == .refused)
  }

  @Test func someAnswersFail() async throws {
    let plain = try await ask(["instruction": KindFixture.text("Look")]) { _ in "not done" }
    #expect(plain.presumedFailure?.record.cause == .refused)
    let chosen = try await ask([
      "instruction": KindFixture.text("Look"),
      "choices": .list([KindFixture.text("red"), KindFixture.text("green")]),
      "fails_on": .list([KindFixture.text("red")]),
    ]) { _ in "red" }
    #expect(chosen.presumedFailure?.record.code == "red")
  }

  @Test func holdsWhenNobodyIsThere() async throws {
    let failure = await #expect(throws: StepFailure.self) {
      _ = try await ask(["instruction": KindFixture.text("Look")]) { _ in nil }
    }
    #expect(failure?.record.cause == .unanswered)
  }

  @Test func refusesAFailingAnswerThatIsNoChoice() {
    let step = KindFixture.step(
      "manual",
      [
        "instruction": KindFixture.text("Look"),
        "fails_on": .list([KindFixture.text("never")]),
      ])
    let found = KindFixture.check(ManualKind(operator: Person { _ in nil }), step)
    #expect(found.map(\.code) == [.answerNotAChoice])
  }
}
