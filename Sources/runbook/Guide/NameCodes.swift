import RunbookModel

extension DiagnosticGuide {
  /// Of names and phases, once the file is read.
  static let names: [Explanation] = [
    Explanation(
      300, "Unknown name",
      """
      Nothing of this name is visible here. Expressions see inputs, constants, environment,
      findings, and the captures and results of earlier steps.
      """,
      cure: """
        Correct the spelling, write `inputs.NAME` or `constants.NAME`, or move the step behind
        the one that captures the name.
        """,
      example: .yaml(
        """
        detection:
          - id: missing-tables
            sql: SELECT 'session' AS table_name
            capture: {missing: "rows.map(r, r.table_name)"}
            confirms: size(mising) > 0
        """)),
    Explanation(
      301, "Capture with the name of a result",
      "The step's own result has a field of this name, which the capture would hide.",
      cure: "Give the capture another name."),
    Explanation(
      302, "Step without a connection",
      """
      The step needs a database. The runbook declares none, or several and the step does not say
      which.
      """,
      cure: "Declare one under `connections`, or name it with `connection:`.",
      example: .yaml(
        """
        connections:
          main: {kind: postgres, url: "postgres:///app"}
          audit: {kind: postgres, url: "postgres:///audit"}
        detection:
          - id: missing-tables
            sql: SELECT 1 AS n
        """)),
    Explanation(
      303, "Recovery that nothing can lead to",
      """
      No detection step has `confirms`, so no finding can be established, and recovery is offered
      only after one.
      """,
      cure: "Say with `confirms` which result shows the incident.",
      example: .yaml(
        """
        detection:
          - {id: missing-tables, sql: SELECT 1 AS n}
        recovery:
          - {id: recreate-session, sql: CREATE TABLE session (id int)}
        """)),
    Explanation(
      304, as: .warning, "Name that may be undefined",
      """
      The step that captures the name has a `when`. If the step is skipped, reading the name is
      an error at run time.
      """,
      cure: "Give the capture a default: `{value: …, default: …}`.",
      example: .yaml(
        """
        detection:
          - id: rows-lost
            when: env.COUNT == 'yes'
            sql: SELECT 7 AS n
            capture: {gone: "rows[0].n"}
          - id: is-damaged
            sql: SELECT 1 AS n
            confirms: gone > 0
        """)),
    Explanation(
      305, as: .warning, "Input that is named like a secret and is none",
      """
      The input's name, such as `token` or `db_password`, says that it is a credential. As it is not
      declared a secret, its value is stored and shown.
      """,
      cure: "If it is one, declare it with `secret: true`. Otherwise give it another name.",
      example: .yaml("inputs: {db_password: string}")),
    Explanation(
      306, as: .warning, "Credential that stands in the runbook",
      """
      A password in a URL, an `Authorization` header or the like is written into the file, which many
      can read; so are a value that is `Basic …` or `Bearer …` by itself, a URL with `user:password@` within a
      script, SQL or a body, and what SQL or a script says is one: `PASSWORD '…'`, `mysql -p…`, `TOKEN=…`. It is kept out of what is stored and shown all the same.
      """,
      cure: """
        Make it an input with `secret: true`, and write `${{ inputs.NAME }}` in its place. A password
        that has been in a file is best changed.
        """,
      example: .yaml(
        """
        connections:
          main: {kind: postgres, url: "postgres://app:hunter2@db/app"}
        """)),
    Explanation(
      307, "Step that its connection does not serve",
      """
      A `sqlite` connection serves `sql` steps alone: the other kinds that use a connection work on
      PostgreSQL's catalogue, archives, logs or programs.
      """,
      cure: "Write what is to be known as an `sql` step, or use a connection of another kind.",
      example: .yaml(
        """
        connections:
          main: {kind: sqlite, url: "sqlite:////srv/app.db"}
        detection:
          - {id: before, snapshot: {}}
        """)),
    Explanation(
      308, "Role or sandbox that the connection's kind has not",
      """
      A SQLite file has no roles, so that there is no `read_only_role`: who may read and write it is
      the file's own mode. Nor is there a throwaway server of it for `--sandbox` and drills.
      """,
      cure: "Take the key away. Practise with a copy of the file, whose path is an input.",
      example: .yaml(
        """
        connections:
          main: {kind: sqlite, url: "sqlite:////srv/app.db", read_only_role: reader}
        """)),
    Explanation(
      309, "Probe that asks a person",
      """
      A `settle:` finds out whether a step took effect. What a person answers is their word, and shows nothing of
      that: an answer given in passing would have the step count as done, or done once more.
      """,
      cure:
        "Take the `settle:` away: without one a person decides, by `runbook resolve RUN STEP --done`.",
      example: .yaml(
        """
        recovery:
          - id: pay
            shell: ./pay.sh
            effect: mutating
            settle:
              manual: {instruction: Was it paid?, choices: [paid, unpaid]}
              done: answer == 'paid'
        """)),
  ]
}
