package import RunbookEngine
package import RunbookModel

/// `manual:` something that a person does or looks at, and answers.
package struct ManualKind: StepKind {
  private let person: any Operator

  /// - Parameter person: who is asked.
  package init(operator person: any Operator) { self.person = person }

  package static let defaultChoices = ["done", "not done"]
  package static let defaultFailures = ["not done"]

  package var spec: KindSpec {
    KindSpec(
      "manual",
      .shorthand(
        key: "instruction",
        [
          FieldSpec("instruction", .template, required: true, "What to do, or to look at"),
          FieldSpec(
            "choices", .list(.text),
            "The answers to choose from (done, not done); an empty list takes any text"),
          FieldSpec("fails_on", .list(.text), "The answers that fail the step (not done)"),
        ]),
      results: [ResultSpec("answer", "string", "What the person answered")],
      work: WorkSpec(.text, in: ["instruction"]), asksAPerson: true,
      "Asks a person to do something, and waits for the answer")
  }

  package func check(_ step: Step, in context: CheckContext) -> [Diagnostic] {
    let choices = Self.choices(of: step)
    guard let failures = step.body["fails_on"], !choices.isEmpty else { return [] }
    return failures.items.compactMap(\.text).filter { !choices.contains($0.text) }.map { text in
      Diagnostic(
        .error, .answerNotAChoice, "`\(text.text)` is none of the choices", at: text.place,
        hint: "the choices are " + choices.map { "`\($0)`" }.joined(separator: ", "))
    }
  }

  /// To ask changes nothing; in a phase that may change something it is asked to do so.
  package func effect(of step: Step) -> Effect? {
    step.effect(unlessDeclared: step.phase.mayChange ? .undetermined : .readOnly)
  }

  package func bind(_ step: Step, to context: BindingContext) throws(StepFailure) -> any Activity {
    guard let template = step.body["instruction"]?.text else {
      throw StepFailure(.invalid, "step '\(step.id)' has no instruction (\(step.place))")
    }
    let question = ManualQuestion(
      step: step.id, title: step.title, instruction: try context.render(template),
      choices: Self.choices(of: step))
    return ManualActivity(
      step: step, question: question, failures: Self.failures(of: step), person: person)
  }

  private static func choices(of step: Step) -> [String] {
    step.body["choices"]?.items.compactMap(\.string) ?? defaultChoices
  }

  private static func failures(of step: Step) -> [String] {
    let written = step.body["fails_on"]?.items.compactMap(\.string)
    return written ?? (step.body["choices"] == nil ? defaultFailures : [])
  }
}

/// A question with its values.
private struct ManualActivity: Activity {
  let step: Step
  let question: ManualQuestion
  let failures: [String]
  let person: any Operator

  /// To ask changes nothing; in a phase that may change something it is asked to do so.
  var effect: Effect {
    step.effect(unlessDeclared: step.phase.mayChange ? .undetermined : .readOnly)
  }
  var isEffectDeclared: Bool { step.options.effect != nil }
  var connection: String? { nil }
  /// Who was asked and did not answer is asked again.
  var settlingMeans: SettlingMeans { .repeatable }
  var work: [WorkItem] {
    [WorkItem(language: .text, text: question.instruction, effect: effect)]
  }

  func perform(in context: AttemptContext) async throws(StepFailure) -> StepResult {
    guard !Task.isCancelled else { throw StepFailure(.interrupted, "nobody was asked") }
    let shown = context.redactor.redact(question)
    guard Set(shown.choices).count == Set(question.choices).count else {
      throw StepFailure(
        .refused,
        "two choices are the same without the secrets in them: nobody could tell which is meant")
    }
    guard let answer = await ask(shown) else {
      throw StepFailure(
        .unanswered, "nobody is there to answer: there is no terminal",
        hint: "resume the run on a terminal")
    }
    guard !Task.isCancelled else { throw StepFailure(.interrupted, "the question was withdrawn") }
    // Copied from what was shown: the mark is not what it stands for.
    guard question.choices.contains(answer) || !Redactor.hasMark(.string(answer)) else {
      throw StepFailure(
        .refused, "the answer holds \(Redactor.mark), which stands where a secret was taken out",
        hint: "give the value itself")
    }
    var result = StepResult(values: ValueMap([("answer", .string(answer))]))
    result.evidence = [
      EvidenceDraft(
        what: "answer", source: context.actor.displayName, content: .result("answer"))
    ]
    if failures.contains(answer) {
      result.presumedFailure = PresumedFailure(
        FailureRecord(cause: .refused, message: "the answer was: \(answer)", code: answer),
        toldBy: "answer",
        besides: question.choices.filter { !failures.contains($0) }.map { .string($0) })
    }
    return result
  }

  /// Shows the question without secrets; the answer is the choice as it was written.
  private func ask(_ shown: ManualQuestion) async -> String? {
    let answer = await person.answer(shown)
    return zip(shown.choices, question.choices).first { $0.0 == answer }?.1 ?? answer
  }
}
