import ArgumentParser
import RunbookEngine
import RunbookModel

/// The program's exit statuses, after sysexits.h where it has one.
enum ExitStatus: Int32 {
  /// Resolved and verified, or not confirmed.
  case success = 0
  case failed = 1
  case usage = 64
  case invalidRunbook = 65
  case unreachable = 69
  /// A journal or another file cannot be written, or cannot be read as what it should be.
  case badFile = 74
  case held = 75
  case refused = 77
  /// Nothing is left to be done, and it is not shown that the incident is over. The first that sysexits.h
  /// has no use for.
  case unverified = 79
  case interrupted = 130

  var code: ExitCode { ExitCode(rawValue) }

  /// Of what the store could not do.
  init(_ error: StoreError) {
    switch error.cause {
    case .notFound: self = .usage
    case .leaseHeld, .leaseLost: self = .held
    case .cannotRead, .cannotWrite, .busy, .damaged, .formatTooNew: self = .badFile
    }
  }

  init(_ state: RunState) {
    switch state.lifecycle {
    case .notStarted, .running: self = .failed
    case .held(let hold):
      switch hold.cause {
      case .refusal: self = .refused
      case .interruption: self = .interrupted
      case .gate, .failedStep, .unknownStep, .privilege, .obstacle, .question, .deadline, .sandbox,
        .lostSecret, .verification, .unconfirmed, .decided:
        self = .held
      }
    case .ended(let end):
      switch end.status {
      case .resolved, .notConfirmed, .practised: self = .success
      case .unverified: self = .unverified
      case .failed, .abandoned: self = .failed
      case .undetermined:
        let isUnreachable = state.steps.values.contains { $0.failure?.cause == .unreachable }
        self = isUnreachable ? .unreachable : .failed
      }
    }
  }
}
