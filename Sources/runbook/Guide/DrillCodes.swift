import RunbookModel

extension DiagnosticGuide {
  /// Of drills.
  static let drills: [Explanation] = [
    Explanation(
      800, "Two things of a drill with one id",
      "Two injects, questions, expectations or the like have the same id.",
      cure: "Rename one of them.",
      example: .yaml(
        """
        drill:
          title: Saturday night
          injects:
            - {id: pager, on: start, text: The endpoint answers 500.}
            - {id: pager, at: 5m, text: A customer calls.}
        """)),
    Explanation(
      801, "Two drills",
      "There is `drill:` in the runbook, and a file `drill.yaml` beside it.",
      cure: "Keep one of them."),
    Explanation(
      802, "Unknown name in a drill",
      """
      There is no such step, inject, choice, objective or module, or an expression reads a name
      that drills do not have.
      """,
      cure: "Correct the spelling.",
      example: .yaml(
        """
        drill:
          title: Saturday night
          injects:
            - {id: pager, on: start, text: The endpoint answers 500.}
            - {id: caller, on: {inject: pagre}, text: A customer calls.}
        """)),
    Explanation(
      803, "Injects that wait for one another",
      "Each comes after the other, so that none ever comes.",
      cure: "Let one of them come at a time, or by hand.",
      example: .yaml(
        """
        drill:
          title: Saturday night
          injects:
            - {id: pager, on: start, text: The endpoint answers 500.}
            - {id: caller, on: {inject: manager}, text: A customer calls.}
            - {id: manager, on: {inject: caller}, text: A manager asks.}
        """)),
    Explanation(
      804, "Finding of a step that finds nothing",
      "The inject waits for a finding of a step without `confirms`.",
      cure: "Name a step with `confirms`, or wait for `finished`.",
      example: .yaml(
        """
        detection:
          - {id: count, sql: SELECT 1 AS n}
        drill:
          title: Saturday night
          injects:
            - {id: pager, on: start, text: The endpoint answers 500.}
            - {id: news, on: {finding: count}, text: It spreads.}
        """)),
    Explanation(
      805, as: .warning, "Drill that begins with nothing",
      "No inject comes at a time: the drill waits for the facilitator's hand.",
      cure: "Give the first inject `on: start`.",
      example: .yaml(
        """
        drill:
          title: Saturday night
          injects:
            - {id: pager, text: The endpoint answers 500.}
        """)),
    Explanation(
      806, "Unknown result in a simulation",
      "The step's kind does not bring back a result of this name.",
      cure: "Use one of the kind's results; docs/runbook-file.md has them.",
      example: .yaml(
        """
        detection:
          - {id: count, sql: SELECT 1 AS n}
        drill:
          title: Saturday night
          injects: [{id: pager, on: start, text: The endpoint answers 500.}]
          simulate:
            steps: {count: {status: 200}}
        """)),
    Explanation(
      807, "Simulated value of another type",
      "The value is not of the type that the input or the result has.",
      cure: "Write a value of that type.",
      example: .yaml(
        """
        detection:
          - {id: count, sql: SELECT 1 AS n}
        drill:
          title: Saturday night
          injects: [{id: pager, on: start, text: The endpoint answers 500.}]
          simulate:
            steps: {count: {result: {row_count: many}}}
        """)),
    Explanation(
      808, as: .warning, "Something that is not simulated",
      """
      A step has no outcome, or a needed input no value. That is a warning of `validate`, and an
      error where a simulated drill starts.
      """,
      cure: """
        Give the step an outcome under `steps` (the least is `{}`), the input a value under
        `inputs`.
        """,
      example: .yaml(
        """
        detection:
          - {id: count, sql: SELECT 1 AS n}
        drill:
          title: Saturday night
          injects: [{id: pager, on: start, text: The endpoint answers 500.}]
          simulate: {steps: {}}
        """)),
  ]
}
