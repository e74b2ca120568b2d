import RunbookEngine
import RunbookExpression
import RunbookModel

/// Stands in for a step kind in a drill: the same keys and results, and what comes of each attempt was
/// written ahead of time. It holds nothing that could act on the world: values, and a clock.
struct CannedKind: StepKind {
  let spec: KindSpec
  let scripts: [String: [Simulation.Attempt]]
  /// By step, where it is not what the step declares.
  let effects: [StepID: Effect]
  let clock: any EngineClock

  func check(_ step: Step, in context: CheckContext) -> [Diagnostic] { [] }

  func bind(_ step: Step, to context: BindingContext) throws(StepFailure) -> any Activity {
    let effect = effect(of: step)
    var work: [WorkItem] = []
    for item in spec.work.written(in: step) {
      let source = SourceText(item.text, at: step.place, layout: .opaque)
      // Only these kinds take values in what they run; in the others `${{` is text.
      let text =
        item.language == .http || item.language == .text
        ? try context.render(source) : item.text
      work.append(
        WorkItem(
          language: item.language, text: text, effect: effect, isAuthored: item.isAuthored))
    }
    return CannedActivity(
      step: step, effect: effect, connection: spec.usesConnection ? context.connection?.name : nil,
      work: work, spec: spec, attempts: scripts[step.id.rawValue] ?? [], clock: clock)
  }

  private func effect(of step: Step) -> Effect {
    if let declared = step.options.effect { return declared }
    if let known = effects[step.id], known != .undetermined { return known }
    guard step.phase.mayChange else { return .readOnly }
    return spec.work.language == .sql ? .mutating : .undetermined
  }
}
