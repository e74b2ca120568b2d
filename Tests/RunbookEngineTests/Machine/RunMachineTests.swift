import RunbookModel
import Testing

@testable import RunbookEngine

/// The table of `RunMachine`, row by row.
struct RunMachineTests {
  struct Row: Sendable, CustomTestStringConvertible {
    let name: String
    let steps: [Step]
    var samples: [(EventSample, StepID)] = []
    var isSandbox = false
    let command: String
    var testDescription: String { name }
  }

  @Test(arguments: rows) func decides(_ row: Row) throws {
    var simulation = Simulation(row.steps)
    simulation.isSandbox = row.isSandbox
    let plan = simulation.plan
    var state = RunState()
    try state.apply(EventSample.runStarted.event(), at: .epoch, by: Actor(account: "ann"))
    for (sample, subject) in row.samples {
      try state.apply(
        sample.event(
          about: subject, gate: subject.rawValue, confirms: subject == "d" ? false : nil),
        at: .epoch,
        by: Actor(account: "ann"))
    }
    var machine = RunMachine(plan: plan, binder: Binder(plan: plan, kinds: simulation.kinds))
    let command = machine.decide(
      state, scope: RunScope(plan: plan, state: state), now: .epoch)
    #expect(command.summary == row.command)
  }

  private static func retried(_ change: (inout StepOptions) -> Void = { _ in }) -> Step {
    step("s", .safeguards) {
      $0.retry = StepOptions.Retry(every: .zero, within: nil, attempts: 3)
      change(&$0)
    }
  }

  private static let a = step("a", .detection)
  private static let r = step("r", .recovery)
  private static let v = step("v", .verification)
  private static let w = step("w", .verification)
  private static let confirmed: [(EventSample, StepID)] = [
    (.attemptStarted, "d"), (.attemptSucceeded, "d"),
  ]
  /// Confirms nothing by itself: the samples say what was found.
  private static let unconfirming = step("d", .detection) { $0.confirms = source("false") }

  private static let probed = step("s", .safeguards) {
    let place = Place(file: "runbook.yaml", line: 1, column: 1)
    $0.settle = Fields(
      [Fields.Field(name: "done", place: place, value: .text(source("true")))], at: place)
  }

  static let rows: [Row] = [
    Row(name: "sandbox not ready", steps: [a], isSandbox: true, command: "prepareSandbox"),
    Row(
      name: "sandbox ready", steps: [a], samples: [(.sandboxPrepared, "a")], isSandbox: true,
      command: "perform a#1"),
    Row(
      name: "pending, when false", steps: [step("a", .detection) { $0.when = source("false") }],
      command: "skip a"),
    Row(
      name: "pending, when in error",
      steps: [step("a", .detection) { $0.when = source("missing") }], command: "fail a invalid"),
    Row(
      name: "pending, when no bool", steps: [step("a", .detection) { $0.when = source("1") }],
      command: "fail a invalid"),
    Row(name: "pending", steps: [a], command: "perform a#1"),
    Row(
      name: "failed in detection", steps: [a, step("b", .detection)],
      samples: [(.attemptStarted, "a"), (.attemptFailed, "a")], command: "perform b#1"),
    Row(
      name: "failed in safeguards", steps: [step("s", .safeguards)],
      samples: [(.attemptStarted, "s"), (.attemptFailed, "s")], command: "hold failedStep s"),
    Row(
      name: "failed, retry allowed",
      steps: [
        step("a", .detection) {
          $0.retry = StepOptions.Retry(every: .seconds(1), within: nil, attempts: 2)
        }
      ], samples: [(.attemptStarted, "a"), (.attemptFailed, "a")],
      command: "perform a#2 at 1970-01-01T00:00:01Z"),
    Row(
      name: "in flight, read-only phase", steps: [a], samples: [(.attemptStarted, "a")],
      command: "settle a"),
    Row(
      name: "in flight, changing phase", steps: [step("s", .safeguards)],
      samples: [(.attemptStarted, "s")], command: "settle s"),
    Row(
      name: "unknown, changing phase", steps: [step("s", .safeguards)],
      samples: [(.attemptStarted, "s"), (.attemptUnknown, "s")], command: "settle s"),
    Row(
      name: "unknown, though its retry allows another",
      steps: [
        step("s", .safeguards) {
          $0.retry = StepOptions.Retry(every: .seconds(1), within: nil, attempts: 9)
        }
      ], samples: [(.attemptStarted, "s"), (.attemptUnknown, "s")], command: "settle s"),
    Row(
      name: "unknown though its retry allows another, and nothing can say more",
      steps: [
        step("s", .safeguards) {
          $0.retry = StepOptions.Retry(every: .seconds(1), within: nil, attempts: 9)
        }
      ], samples: [(.attemptStarted, "s"), (.attemptUnknown, "s"), (.settledUnknown, "s")],
      command: "hold unknownStep s"),
    Row(
      name: "unknown, and nothing can say more", steps: [step("s", .safeguards)],
      samples: [(.attemptStarted, "s"), (.attemptUnknown, "s"), (.settledUnknown, "s")],
      command: "hold unknownStep s"),
    Row(
      name: "unknown, and resumed", steps: [step("s", .safeguards)],
      samples: [
        (.attemptStarted, "s"), (.attemptUnknown, "s"), (.settledUnknown, "s"), (.runHeld, "s"),
        (.runResumed, "s"),
      ], command: "settle s"),
    Row(
      name: "settled as done", steps: [step("s", .safeguards)],
      samples: [(.attemptStarted, "s"), (.settledDone, "s")], command: "end unverified"),
    Row(
      name: "settled as not done", steps: [step("s", .safeguards)],
      samples: [(.attemptStarted, "s"), (.runResumed, "s"), (.settledNotDone, "s")],
      command: "perform s#2"),
    Row(
      name: "lost, and settled as not done by the process that lost it",
      steps: [step("s", .safeguards)],
      samples: [(.attemptStarted, "s"), (.attemptUnknown, "s"), (.settledNotDone, "s")],
      command: "hold failedStep s"),
    Row(
      name: "failed, and a person wants another attempt", steps: [step("s", .safeguards)],
      samples: [(.attemptStarted, "s"), (.attemptFailed, "s"), (.retryRequested, "s")],
      command: "perform s#2"),
    Row(
      name: "failed, to be retried, with a probe", steps: [probed],
      samples: [(.attemptStarted, "s"), (.attemptFailed, "s"), (.retryRequested, "s")],
      command: "settle s"),
    Row(
      name: "failed, to be retried, and the probe says that it is not done", steps: [probed],
      samples: [
        (.attemptStarted, "s"), (.attemptFailed, "s"), (.retryRequested, "s"),
        (.settledNotDone, "s"),
      ], command: "perform s#2"),
    Row(
      name: "another database than before", steps: [a],
      samples: [(.connectionIdentified, "a"), (.otherIdentified, "a")],
      command: "openGate identity:main"),
    Row(
      name: "unknown, read-only phase", steps: [step("v", .verification)],
      samples: [(.attemptStarted, "v"), (.attemptUnknown, "v")], command: "end unverified"),
    Row(
      name: "nothing confirmed", steps: [unconfirming, r], samples: confirmed,
      command: "end notConfirmed"),
    Row(
      name: "failed though its work had ended well, to be retried", steps: [retried()],
      samples: [(.attemptStarted, "s"), (.attemptRefused, "s")], command: "hold failedStep s"),
    Row(
      name: "failed though its work had ended well, with a probe",
      steps: [retried { $0.settle = settle(done: "true") }],
      samples: [(.attemptStarted, "s"), (.attemptRefused, "s")], command: "settle s"),
    Row(
      name: "failed though its work had ended well, and the probe says that it is not done",
      steps: [retried { $0.settle = settle(done: "true") }],
      samples: [(.attemptStarted, "s"), (.attemptRefused, "s"), (.settledNotDone, "s")],
      command: "perform s#2 at 1970-01-01T00:00:00Z"),
    Row(
      name: "failed though its work had ended well, and a person wants another attempt",
      steps: [retried()],
      samples: [(.attemptStarted, "s"), (.attemptRefused, "s"), (.retryRequested, "s")],
      command: "perform s#2"),
    Row(
      name: "detection failed", steps: [unconfirming, r],
      samples: [(.attemptStarted, "d"), (.attemptFailed, "d")], command: "end undetermined"),
    Row(
      name: "detection failed, no recovery", steps: [a],
      samples: [(.attemptStarted, "a"), (.attemptFailed, "a")], command: "end undetermined"),
    Row(
      name: "verification failed", steps: [step("v", .verification), step("s", .safeguards)],
      samples: [(.attemptStarted, "v"), (.attemptFailed, "v")], command: "end failed"),
    Row(
      name: "everything over", steps: [step("v", .verification)],
      samples: [(.attemptStarted, "v"), (.attemptSucceeded, "v")], command: "end resolved"),
    Row(name: "no step at all", steps: [], command: "end unverified"),
    Row(
      name: "verification could not run", steps: [v],
      samples: [(.attemptStarted, "v"), (.attemptUnable, "v")],
      command: "hold verification v"),
    Row(
      name: "verification could not run, and the run is taken up", steps: [v],
      samples: [
        (.attemptStarted, "v"), (.attemptUnable, "v"), (.runHeld, "v"), (.runResumed, "v"),
      ], command: "perform v#2"),
    Row(
      name: "verification could not run, and a person wants another attempt", steps: [v],
      samples: [(.attemptStarted, "v"), (.attemptUnable, "v"), (.retryRequested, "v")],
      command: "perform v#2"),
    Row(
      name: "verification failed, and the run is taken up", steps: [v],
      samples: [
        (.attemptStarted, "v"), (.attemptFailed, "v"), (.runHeld, "v"), (.runResumed, "v"),
      ], command: "end failed"),
    Row(
      name: "verification skipped by a person", steps: [v], samples: [(.stepDeclined, "v")],
      command: "end unverified"),
    Row(
      name: "one of two verification steps skipped by a person", steps: [v, w],
      samples: [(.stepDeclined, "v"), (.attemptStarted, "w"), (.attemptSucceeded, "w")],
      command: "end unverified"),
    Row(
      name: "verification declared done", steps: [v],
      samples: [(.attemptStarted, "v"), (.declaredDone, "v")], command: "end unverified"),
    Row(
      name: "no verification step applied", steps: [v], samples: [(.stepSkipped, "v")],
      command: "end unverified"),
    Row(
      name: "one of two verification steps did not apply", steps: [v, w],
      samples: [(.stepSkipped, "v"), (.attemptStarted, "w"), (.attemptSucceeded, "w")],
      command: "end resolved"),
    Row(
      name: "a safeguard skipped by a person", steps: [v, step("s", .safeguards)],
      samples: [(.attemptStarted, "v"), (.attemptSucceeded, "v"), (.stepDeclined, "s")],
      command: "end resolved"),
    Row(
      name: "detection skipped by a person", steps: [unconfirming, r],
      samples: [(.stepDeclined, "d")], command: "end undetermined"),
    Row(
      name: "detection declared done", steps: [unconfirming, r],
      samples: [(.attemptStarted, "d"), (.declaredDone, "d")], command: "end undetermined"),
    Row(
      name: "no detection step applied", steps: [unconfirming, r], samples: [(.stepSkipped, "d")],
      command: "end undetermined"),
    Row(
      name: "detection and all of recovery skipped by a person", steps: [unconfirming, r, v],
      samples: [(.stepDeclined, "d"), (.stepDeclined, "r")], command: "end undetermined"),
    Row(name: "recovery without a detection", steps: [r], command: "end undetermined"),
    Row(
      name: "own gate", steps: [step("s", .safeguards) { $0.gate = StepOptions.Gate() }],
      command: "openGate s"),
    Row(
      name: "own gate open", steps: [step("s", .safeguards) { $0.gate = StepOptions.Gate() }],
      samples: [(.gateOpened, "s")], command: "ask s"),
    Row(
      name: "own gate approved", steps: [step("s", .safeguards) { $0.gate = StepOptions.Gate() }],
      samples: [(.gateOpened, "s"), (.gateDecided, "s")], command: "perform s#1"),
  ]
}

extension Command {
  /// The command in a few words, for comparisons.
  var summary: String {
    switch self {
    case .prepareSandbox: "prepareSandbox"
    case .skip(let step, _, _): "skip \(step)"
    case .reopen(let steps): "reopen \(steps.map(\.step.rawValue).joined(separator: " "))"
    case .decline(let step, _): "decline \(step)"
    case .fail(let step, let failure): "fail \(step) \(failure.cause.rawValue)"
    case .settle(let step): "settle \(step.id)"
    case .perform(let bound, let attempt, let time):
      "perform \(bound.step.id)#\(attempt)" + (time.map { " at \($0)" } ?? "")
    case .identify(let connection): "identify \(connection)"
    case .openGate(let request): "openGate \(request.gate)"
    case .ask(let gate): "ask \(gate.gate)"
    case .hold(let hold): "hold \(hold.cause.rawValue) \(hold.subject ?? "-")"
    case .end(let end): "end \(end.status.rawValue)"
    }
  }
}
