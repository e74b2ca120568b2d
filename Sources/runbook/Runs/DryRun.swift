import RunbookEngine
import RunbookModel

/// Shows what a plan would do; nothing is performed.
struct DryRun {
  let plan: Plan
  let kinds: [any StepKind]
  let console: Console

  func show() {
    let text = WorkText(isBounded: false)
    let redactor = Redactor(secrets: plan.secrets)
    func show(_ step: Step) {
      let item = redactor.redact(Preview(plan: plan, kinds: kinds).item(step))
      self.show(item, when: step.options.when.map { redactor.redact($0.text) }, text)
      showGate(of: step, item)
    }
    console.print("\("\(plan.runbook.title): the plan", .bold)")
    for target in plan.targets { console.print("  \(target.connection.name): \(target.display)") }
    for connection in plan.runbook.connections
    where !plan.targets.contains(where: { $0.connection.name == connection.name }) {
      console.print(
        "  \(connection.name): \(plan.isSandbox ? "a throwaway PostgreSQL" : "not set (\(redactor.redact(connection.url.text)))")"
      )
    }
    if plan.isSandbox, let sandbox = plan.runbook.sandbox {
      console.print("\n\("Sandbox", .bold)")
      for step in sandbox.fixture + sandbox.fault {
        show(step)
      }
    }
    for phase in Phase.allCases {
      let steps = plan.runbook.steps(in: phase)
      guard !steps.isEmpty else { continue }
      console.print("\n\(phase.title, .bold)")
      if phase == .recovery {
        console.print("  \("Gate 'recovery': asks before the first of these steps", .yellow)")
      }
      for step in steps {
        show(step)
      }
    }
    console.print("\nNothing was performed.")
  }

  private func show(_ item: GateItem, when: String?, _ text: WorkText) {
    console.print(
      "  \(item.step): \(item.title) [\(text.effect(item.effect, isDeclared: item.isEffectDeclared == true))]"
    )
    if let when { console.print("      \("when \(when)", .dim)") }
    for line in text.lines(of: item.work, indent: "      ")
      + text.lines(of: item.probe, seal: [], indent: "      ")
    {
      console.print(line)
    }
  }

  /// That a step asks by itself, and how many people that takes.
  private func showGate(of step: Step, _ item: GateItem) {
    guard RunMachine.needsOwnGate(step, effect: item.effect) == true else { return }
    let count = step.options.gate?.approvals ?? 1
    let people = count > 1 ? "; it takes \(count) people" : ""
    let words = "gate '\(step.id)': asks before this step by itself\(people)"
    console.print("      \(words, .yellow)")
  }
}
