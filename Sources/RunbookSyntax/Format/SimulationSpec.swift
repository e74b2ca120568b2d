import RunbookModel

/// The keys of a drill's `simulate:`, and of the file that it may name.
enum SimulationSpec {
  static let fields = [
    FieldSpec("inputs", .map(.data), "Values for the runbook's inputs, by name."),
    FieldSpec(
      "steps", .map(.oneOrMore(.fields(attempt))), required: true,
      "What comes of each step, by its id: of all its attempts, or a list of one after the other."),
  ]

  /// Keys that are results themselves, by the result's name.
  static let shorthands = [
    "rows": "rows", "output": "stdout", "exit_code": "exit_code", "status": "status",
    "body": "body", "answer": "answer",
  ]

  private static let attempt = [
    FieldSpec("result", .map(.data), "Results of the step's kind, by name; others are empty."),
    FieldSpec("rows", .list(.data), "The rows that a statement gives."),
    FieldSpec("output", .text, "What a script prints: the result `stdout`."),
    FieldSpec("exit_code", .int(0...255), "What a script ends with; 0 unless given."),
    FieldSpec("status", .int(100...599), "What a request is answered with; 200 unless given."),
    FieldSpec("body", .text, "The answer's body."),
    FieldSpec("answer", .text, "What a person answers."),
    FieldSpec("fail", .text, "The attempt fails with this message."),
    FieldSpec("code", .text, "The failure's code: a SQLSTATE, an exit code, a status."),
    FieldSpec("delay", .duration, "How long the attempt takes, by the story's clock."),
  ]
}
