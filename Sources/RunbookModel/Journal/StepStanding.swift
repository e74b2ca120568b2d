/// How a step stands, by what its entries show and nothing else: the words of `status` and of the report.
///
/// | attempts | the last one                    | while the step may still run | once it may not  |
/// | -------- | ------------------------------- | ---------------------------- | ---------------- |
/// | none     | –                               | pending                      | notBegun, or skipped where somebody or its `when` said so |
/// | some     | has no outcome                  | inFlight                     | unknown          |
/// | some     | cut off, and had no effect      | pending                      | notDone          |
/// | some     | has an outcome                  | the outcome                  | the outcome      |
/// | some     | succeeded, its record is lost   | missing                      | missing          |
/// | some     | counts no more                  | again                        | outdated         |
/// | some     | found something by what a person left out, or said | resting, attested | the same    |
///
/// A step may not run any more once its run has ended, somebody left it out, or a change took it out of the
/// runbook. What a person said afterwards is shown beside the standing, and makes none.
public enum StepStanding: String, Sendable, Hashable, CaseIterable {
  case pending, notBegun, inFlight, notDone, succeeded, failed, unknown
  /// It succeeded, and a person let the run go on in a database that has no record of it.
  case missing
  /// What it has shown counts no more, and it is to be carried out again.
  case again
  /// What it has shown counts no more, and it was not carried out again.
  case outdated
  /// Left out before it was tried, by a person or by its `when`.
  case skipped
  /// A person answered, and nothing else shows how it stands.
  case attested
  /// A check that was carried out, and judged by the value of a step that a person left out.
  case resting
  /// A person said that it is done, and nothing showed it.
  case declared
  /// A check that was not carried out, or could not be judged: it found nothing.
  case couldNotRun

  /// As tables say it.
  public var words: String {
    switch self {
    case .pending: "not run"
    case .notBegun: "not begun"
    case .inFlight: "no outcome yet"
    case .notDone: "begun, counts as not done"
    case .succeeded: "succeeded"
    case .missing: "succeeded, without a record in the present database"
    case .attested: "answered by a person"
    case .resting: "rests on a step that was left out"
    case .failed: "failed"
    case .unknown: "unknown"
    case .again: "to be carried out again"
    case .outdated: "counts no more, and was not carried out again"
    case .skipped: "skipped"
    case .declared: "declared done"
    case .couldNotRun: "could not be carried out"
    }
  }
}

extension Phase {
  /// What a person did to a step of the phase that is left out.
  ///
  /// - Parameter wasTried: whether an attempt was begun before: then it was not declined.
  public func verbOfLeavingOut(wasTried: Bool) -> String {
    if wasTried { return "left out" }
    return self == .safeguards ? "declined" : "skipped"
  }
}
