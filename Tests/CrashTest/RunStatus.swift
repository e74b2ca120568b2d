import RunbookModel

/// What `runbook status --json` says of a run.
struct RunStatus {
  let run: String
  /// `running`, `held`, or how the run ended.
  let state: String
  let reason: String
  let isAlive: Bool
  /// `pending`, `running`, `succeeded`, …, by the step's id.
  let steps: [String: String]

  init(_ object: ValueMap) {
    run = object["run"]?.stringValue ?? ""
    state = object["state"]?.stringValue ?? ""
    reason = object["reason"]?.stringValue ?? ""
    isAlive = object["alive"]?.boolValue ?? false
    var steps: [String: String] = [:]
    for step in object["steps"]?.listValue ?? [] {
      guard let map = step.mapValue, let id = map["id"]?.stringValue else { continue }
      steps[id] = map["left_out"] == .bool(true) ? "skipped" : map["status"]?.stringValue
    }
    self.steps = steps
  }
}
