import RunbookModel

/// The keys of `report:`.
enum ReportSpec {
  static let fields = [
    FieldSpec("summary", .template, "The executive summary."),
    FieldSpec(
      "not_confirmed", .template, "The summary when no incident was confirmed."),
    FieldSpec("impact", .template, "What users saw."),
    FieldSpec("root_cause", .template, "Why it happened."),
    FieldSpec("trigger", .template, "What set it off."),
    FieldSpec("contributing_factors", texts, "What else had to be so."),
    FieldSpec("detection", texts, "How it was noticed."),
    FieldSpec("resolution", texts, "How it was resolved."),
    FieldSpec("data_loss", .fields(dataLoss), "What was lost."),
    FieldSpec("safeguards", .list(.fields(safeguard)), "What keeps it from happening again."),
    FieldSpec("checklist", .list(.shorthand(key: "text", check)), "Boxes to tick."),
    FieldSpec("lessons", .fields(lessons), "What was learned."),
    FieldSpec("action_items", .list(.shorthand(key: "action", action)), "What is to be done."),
    FieldSpec("times", .fields(times), "Times that the run cannot know, RFC 3339."),
    FieldSpec("reported_by", .template, "Who reported the incident."),
    FieldSpec("communications", texts, "Who was told what."),
    FieldSpec("environment", .template, "Where it happened."),
    FieldSpec("confidence", .template, "How sure the report is."),
    FieldSpec("risk", .template, "The risk that is left."),
  ]

  private static let texts = FieldType.oneOrMore(.template)

  private static let dataLoss = [
    FieldSpec("lost", texts, "What is gone."),
    FieldSpec("preserved", texts, "What is still there."),
    FieldSpec("impact", texts, "What that means."),
    FieldSpec(
      "rows", .expression, "Rows a table: a list of maps, such as an assess step's `tables`."),
  ]

  private static let safeguard = [
    FieldSpec("title", .template, required: true, "The safeguard's name."),
    FieldSpec("text", .template, "What it does."),
  ]

  private static let times = [
    FieldSpec("incident_start", .template, "When the damage was done."),
    FieldSpec("detected", .template, "When somebody, or an alert, first reported it."),
    FieldSpec("declared", .template, "When it was called an incident."),
    FieldSpec("mitigated", .template, "When users were no longer affected."),
    FieldSpec("resolved", .template, "When it was over."),
  ]

  private static let check = [
    FieldSpec("text", .template, required: true, "What is to be true."),
    FieldSpec("done", .expression, "The box is ticked when this is true."),
  ]

  private static let lessons = [
    FieldSpec("wrong", .list(.template), "What went wrong."),
    FieldSpec("right", .list(.template), "What went right."),
    FieldSpec("lucky", .list(.template), "Where we were lucky."),
    FieldSpec("future", .list(.template), "Improvements."),
  ]

  private static let action = [
    FieldSpec("action", .template, required: true, "What is to be done."),
    FieldSpec(
      "type", .enumeration(["prevent", "detect", "mitigate", "process"]), "What it is for."),
    FieldSpec("owner", .template, "Who does it."),
    FieldSpec("priority", .template, "How urgent it is."),
    FieldSpec("due", .template, "By when."),
    FieldSpec("ticket", .template, "Where it is tracked."),
    FieldSpec("status", .template, "How far it is."),
  ]
}
