public import RunbookModel

/// The parts of a report that people fill by `runbook report edit`.
public enum ReportField {
  enum Time: String, CaseIterable {
    case incidentStart = "incident_start"
    case detected, declared, mitigated, resolved
  }

  static let status = "status"
  static let action = "action"

  /// Text fields by name, and what they are.
  private static let texts: [(name: String, summary: String)] = [
    ("summary", "the executive summary"), ("impact", "what users saw"),
    ("detection", "how it was noticed"), ("communications", "who was told what"),
    ("root_cause", "why it happened"), ("trigger", "what set it off"),
    ("contributing_factors", "what else had to be so"), ("resolution", "how it was resolved"),
    ("data_loss.lost", "what is gone"), ("data_loss.preserved", "what is still there"),
    ("data_loss.impact", "what that means"), ("environment", "where it happened"),
    ("lessons.wrong", "what went wrong"), ("lessons.right", "what went right"),
    ("lessons.lucky", "where we got lucky"), ("lessons.future", "improvements"),
    ("handled_by", "who handled it, besides those in the journal"),
    ("reported_by", "who reported it"), ("reviewed_by", "who reviewed the report"),
    ("confidence", "how sure the report is"), ("risk", "the risk that is left"),
  ]

  /// All names with what they are, for help.
  public static var all: [(name: String, summary: String)] {
    texts + Time.allCases.map { ($0.rawValue, "a time, RFC 3339, given in place of the run's own") }
      + [(status, "how far the report is: draft, review or closed")]
      + [(action, "a new action item, with --add")]
      + ActionItem.Cell.allCases.map {
        ("action.ID.\($0.rawValue)", "of the action item with this id, such as A1")
      }
  }

  /// Whether a field is one of the incident's times.
  public static func isTime(_ field: String) -> Bool { Time(rawValue: field) != nil }

  /// What is wrong with an edit.
  ///
  /// - Parameter actions: the ids of the action items that there are.
  /// - Returns: nil where nothing is; else a message, and a hint.
  public static func problem(
    with edit: ReportEdited.Edit, actions: [String]
  ) -> (message: String, hint: String?)? {
    if edit.operation != .clear, !edit.text.holds(where: { !$0.isWhitespace }) {
      return ("\(edit.field) is given no text", "to empty it: --clear \(edit.field)")
    }
    if texts.contains(where: { $0.name == edit.field }) { return nil }
    if Time(rawValue: edit.field) != nil { return timeProblem(edit) }
    if edit.field == status {
      guard edit.operation == .set, ReportEdits.Status(rawValue: edit.text) != nil else {
        return ("a report's status is draft, review or closed", nil)
      }
      return nil
    }
    if edit.field == action {
      guard edit.operation != .add else { return nil }
      return ("an action item is added, and then changed by its id", "--add action=TEXT")
    }
    return actionProblem(edit, actions)
  }

  private static func timeProblem(
    _ edit: ReportEdited.Edit
  ) -> (message: String, hint: String?)? {
    switch edit.operation {
    case .clear: nil
    case .add: ("\(edit.field) is one time", "--set \(edit.field)=TIME")
    case .set:
      Timestamp(rfc3339: edit.text) == nil
        ? ("'\(edit.text)' is no time", "give it like 2025-10-18T22:04:00Z") : nil
    }
  }

  private static func actionProblem(
    _ edit: ReportEdited.Edit, _ actions: [String]
  ) -> (message: String, hint: String?)? {
    let parts = edit.field.pieces(separatedBy: ".", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0] == action[...] else {
      let nearest = NearestName.of(edit.field, among: all.map(\.name))
      return (
        "a report has no field '\(edit.field)'",
        nearest.map { "did you mean '\($0)'?" } ?? "runbook report edit --fields lists them"
      )
    }
    guard actions.contains(String(parts[1])) else {
      let known =
        actions.isEmpty ? "there is none yet" : "there is \(actions.joined(separator: ", "))"
      return (
        "there is no action item '\(parts[1])'", "\(known); --add action=TEXT makes a new one"
      )
    }
    guard ActionItem.Cell(rawValue: String(parts[2])) != nil else {
      let cells = ActionItem.Cell.allCases.map(\.rawValue)
      return (
        "an action item has no '\(parts[2])'", "it has \(cells.joined(separator: ", "))"
      )
    }
    return edit.operation == .add ? ("\(edit.field) is one text", "--set \(edit.field)=TEXT") : nil
  }
}
