import RunbookModel

/// The keys of `drill:`, and of `drill.yaml`.
enum DrillSpec {
  static let fields = [
    FieldSpec("title", .text, required: true, "What is practised, in a line."),
    FieldSpec("scope", .text, "What the drill covers, and what it does not."),
    FieldSpec("scenario", .text, "What the participants are told at the start."),
    FieldSpec("objectives", items, "What the drill is to show."),
    FieldSpec("roles", items, "Who takes part."),
    FieldSpec("modules", items, "The drill's parts, in order."),
    FieldSpec("questions", items, "What is talked over while the drill goes on."),
    FieldSpec("hot_wash", items, "What is talked over right afterwards."),
    FieldSpec(
      "injects", .list(.fields(inject)), required: true, "What the team is confronted with."),
    FieldSpec("expectations", .list(.fields(expectation)), "What the team is to do."),
    FieldSpec(
      "recovered", .expression,
      "In a sandbox, when it counts as recovered; else when all is there, as it was."),
    FieldSpec("surprise", .fields(surprise), "How it breaks when nobody is to know when and how."),
    FieldSpec(
      "simulate", .either([.file, .fields(SimulationSpec.fields)]),
      "What the steps bring back where nothing is really carried out; or a file that says so."),
  ]

  private static let modes = FieldSpec(
    "modes", .oneOrMore(.enumeration(DrillMode.allCases.map(\.rawValue))),
    "The modes that it belongs to; all unless given.")

  private static let surprise = [
    FieldSpec("within", .duration, required: true, "It breaks at any time up to this."),
    FieldSpec("input", .name, "The input that says what breaks."),
    FieldSpec("values", .list(.text), "Its values, one of which the drill's seed picks."),
  ]

  /// The words of `on:` that need nothing beside them.
  static let plainTriggers = ["start", "hand"]

  private static let items = FieldType.list(
    .fields([
      FieldSpec("id", .name, required: true, "Its name, unique among its like."),
      FieldSpec("text", .text, required: true, "What it is."),
      FieldSpec("module", .name, "The module that a question belongs to."),
    ]))

  private static let inject = [
    FieldSpec("id", .name, required: true, "The inject's name, unique in the drill."),
    FieldSpec("title", .text, "What it is, in a line; its id unless given."),
    FieldSpec("module", .name, "The module that it belongs to."),
    FieldSpec("at", .duration, "When it comes, on the story clock."),
    FieldSpec(
      "on", .either([.enumeration(plainTriggers), .fields(trigger)]),
      "What brings it; by hand where there is neither this nor `at`."),
    FieldSpec("after", .duration, "How long after its trigger it comes."),
    FieldSpec("jitter", .duration, "By how much later it may come, by the drill's seed."),
    FieldSpec("when", .expression, "It waits until this is true."),
    FieldSpec("from", .text, "Who sends it."),
    FieldSpec("channel", .text, "Where it arrives."),
    FieldSpec("text", .text, required: true, "What the participants are told."),
    FieldSpec(
      "artefact", .either([.text, .fields(artefact)]), "A log excerpt, an alert, a message."),
    FieldSpec("choices", .list(.fields(choice)), "Answers to choose from."),
    FieldSpec("expected", .text, "What the team should do, for the facilitator."),
    FieldSpec("hints", .list(.text), "Help, one by one; that it was used is recorded."),
    FieldSpec("notes", .text, "For the facilitator alone."),
    modes,
  ]

  private static let trigger = [
    FieldSpec("started", .name, "A step has begun."),
    FieldSpec("finished", .name, "A step has ended."),
    FieldSpec("failed", .name, "A step has failed."),
    FieldSpec("finding", .name, "A step's `confirms` was true."),
    FieldSpec("answer", .name, "An inject was answered."),
    FieldSpec("is", .name, "The choice that was answered; any unless given."),
    FieldSpec("inject", .name, "Another inject has come."),
  ]

  private static let artefact = [
    FieldSpec("title", .text, "What it is."),
    FieldSpec("file", .file, "The file that holds it."),
    FieldSpec("text", .text, "The artefact itself."),
  ]

  private static let choice = [
    FieldSpec("id", .name, required: true, "The choice's name, unique in its inject."),
    FieldSpec("text", .text, required: true, "What is chosen."),
    FieldSpec("leads_to", .name, "The inject that it brings."),
  ]

  private static let expectation = [
    FieldSpec("id", .name, required: true, "The expectation's name, unique in the drill."),
    FieldSpec("title", .text, required: true, "What the team is to do."),
    FieldSpec("objective", .name, "The objective that it counts for."),
    FieldSpec("points", .int(0...1000), "What it is worth; 1 unless given."),
    FieldSpec("deadline", .duration, "By when on the story clock; by the end unless given."),
    FieldSpec("expect", .expression, "Met when this is true of the drill's journal."),
    FieldSpec(
      "choice",
      .fields([
        FieldSpec("inject", .name, required: true, "The inject that is answered."),
        FieldSpec("is", .oneOrMore(.name), required: true, "The choices that are right."),
      ]), "Met when the last answer is right."),
    FieldSpec("facilitator", .text, "Met when the facilitator says so; what to look at."),
    FieldSpec(
      "improvement",
      .fields([
        FieldSpec("action", .text, required: true, "What is to be done if it was missed."),
        FieldSpec("owner", .text, "Who does it."),
        FieldSpec("due", .text, "By when."),
      ]), "The improvement plan's item."),
    modes,
  ]
}
