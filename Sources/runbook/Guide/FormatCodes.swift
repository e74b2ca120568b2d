import RunbookModel

extension DiagnosticGuide {
  /// Of the file's keys, and of steps whatever their kind.
  static let format: [Explanation] = [
    Explanation(
      100, "Value of the wrong shape",
      "A mapping, a list or a text is expected here, and something else was found.",
      cure: """
        Write the value in the shape that the message names. `runbook schema` has the whole form
        for your editor.
        """,
      example: .yaml("inputs: [backup, auth_url]")),
    Explanation(
      101, "Missing key",
      "A key that must be there is not.",
      cure: "Add it.",
      example: .yaml(
        """
        detection:
          - title: Which tables are missing?
            sql: SELECT 1 AS n
        """)),
    Explanation(
      102, "Not a duration",
      "A duration is a number with its unit, above zero.",
      cure: "Write `500ms`, `30s`, `5m` or `1h30m`.",
      example: .yaml(
        """
        verification:
          - id: page-answers
            timeout: 30
            sql: SELECT 1 AS n
        """)),
    Explanation(
      103, "Not a whole number in range",
      "The key takes a whole number from the range that the message names.",
      cure: "Write one from that range, without quotes.",
      example: .yaml(
        """
        verification:
          - id: page-answers
            retry: {every: 1s, attempts: 0}
            sql: SELECT 1 AS n
        """)),
    Explanation(
      104, "Unknown key",
      """
      There is no such key here. A misspelt key that was passed over could leave out a check, or
      a limit.
      """,
      cure: "Correct the spelling: the nearest known key is named where one is near.",
      example: .yaml(
        """
        verification:
          - id: user-rows
            sql: SELECT count(*) AS n FROM "user"
            expects: rows[0].n > 0
        """)),
    Explanation(
      105, "Not a name",
      """
      Names of runbooks and steps are made of lower-case letters, digits, `-` and `_`. Those of
      inputs, constants and captures have letters, digits and `_`, and no digit first, so that
      expressions can use them.
      """,
      cure: "Choose such a name. A title may be any text.",
      example: .yaml(
        """
        detection:
          - id: Missing tables
            sql: SELECT 1 AS n
        """)),
    Explanation(
      106, "None of the choices",
      "The key takes one of a few words, and this is none of them.",
      cure: "Write one of the words that the message lists.",
      example: .yaml("severity: urgent")),
    Explanation(
      107, "Neither true nor false",
      """
      YAML 1.2 knows `true` and `false`. `yes`, `on` and anything in quotes are texts.
      """,
      cure: "Write `true` or `false`, without quotes.",
      example: .yaml(
        """
        verification:
          - id: sign-in-writes
            trial: yes
            sql: SELECT 1 AS n
        """)),
    Explanation(
      108, "Step that does nothing",
      """
      A step has exactly one key that says what it does: its kind, such as `sql` or `shell`.
      """,
      cure: "Add the key of the kind.",
      example: .yaml(
        """
        detection:
          - id: missing-tables
            title: Which tables are missing?
        """)),
    Explanation(
      109, "Step of two kinds",
      """
      A step does one thing. It is the smallest unit that is settled after a crash, and two
      things in one could not be told apart.
      """,
      cure: "Make two steps of it.",
      example: .yaml(
        """
        recovery:
          - id: recreate-and-reload
            sql: CREATE TABLE session (id int)
            shell: systemctl reload app
        """)),
    Explanation(
      110, "Unknown kind of step",
      "No step kind has this name.",
      cure: "Correct the spelling. The kinds are listed in docs/runbook-file.md.",
      example: .yaml(
        """
        detection:
          - id: missing-tables
            sqll: SELECT 1 AS n
        """)),
    Explanation(
      111, "Two steps with one id",
      """
      Journals, reports and commands name a step by its id, which is unique in the whole file.
      """,
      cure: "Rename one of the steps.",
      example: .yaml(
        """
        detection:
          - {id: count-users, sql: SELECT 1 AS n}
          - {id: count-users, sql: SELECT 2 AS n}
        """)),
    Explanation(
      112, "Name given twice",
      """
      Inputs, constants and captures share one set of names, as SQL and expressions see all of
      them.
      """,
      cure: "Rename one of the two.",
      example: .yaml(
        """
        inputs: {backup: path}
        constants: {backup: /var/backups/app.dump}
        """)),
    Explanation(
      113, "Reserved name",
      """
      The name belongs to expressions (`inputs`, `steps`, `in`, `null`, …) or to the result of a
      step (`rows`, `stdout`, …).
      """,
      cure: "Choose another name.",
      example: .yaml("constants: {steps: 3}")),
    Explanation(
      114, "Key of another phase",
      """
      `confirms` belongs to detection, which establishes findings; `gate` to recovery and
      safeguards, which change something; `trial` to verification and safeguards.
      """,
      cure: "Remove the key, or move the step.",
      example: .yaml(
        """
        detection:
          - {id: sessions-gone, sql: SELECT true AS gone, confirms: "rows[0].gone"}
        recovery:
          - id: recreate-session
            sql: CREATE TABLE session (id int)
            confirms: "true"
        """)),
    Explanation(
      115, "Value in a text that takes none",
      """
      `${{ }}` stands in a script or in SQL. Pasted into code a value could become code itself,
      so values reach both another way.
      """,
      cure: "Give a script its values through `env:`, and name them in SQL as `:name`.",
      example: .yaml(
        """
        recovery:
          - id: restart
            shell: systemctl restart ${{ inputs.service }}
        """)),
    Explanation(
      116, "Path that leaves the runbook's folder",
      """
      A runbook reads only files beside it, so that it can be copied, reviewed and bound as a
      whole.
      """,
      cure: "Put the file into the runbook's folder, and name it without `..`.",
      example: .yaml(
        """
        recovery:
          - id: recreate-session
            sql: {file: ../shared/session.sql}
        """)),
    Explanation(
      117, "Empty list",
      "The key needs at least one item.",
      cure: "Add one, or remove the key.",
      example: .yaml(
        """
        verification:
          - {id: user-rows, sql: SELECT 1 AS n, expect: []}
        """)),
    Explanation(
      118, "Runbook without steps",
      "The file names no step at all.",
      cure: "Write the phases: `detection`, `recovery` and `verification`."),
    Explanation(
      119, "Recovery without detection",
      """
      Recovery is offered only after a detection step has confirmed the incident. Without
      detection it could never run.
      """,
      cure: "Add a detection step with `confirms`."),
    Explanation(
      120, as: .warning, "Runbook without verification",
      "Nothing would show that the incident is over: a run ends unverified at best.",
      cure: "Add steps that check what users need."),
  ]
}
