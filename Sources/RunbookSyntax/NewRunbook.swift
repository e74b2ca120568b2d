/// The first runbook that an author starts from.
public enum NewRunbook {
  /// Whether a text can be a runbook's name: lower-case letters, digits, `-` and `_`, at most 100,
  /// with a letter or a digit first.
  public static func isName(_ name: String) -> Bool {
    NameTable.isName(name)
  }

  /// A short runbook with comments, which is valid as it stands and runs in the sandbox.
  ///
  /// - Parameter name: a name by `isName(_:)`.
  public static func text(name: String) -> String {
    """
    # Validate it with `runbook validate \(name)`, try it with `runbook run \(name) --sandbox`.
    runbook: \(name)
    title: The table of greetings is gone
    summary: Use it when the application says that the relation "greeting" does not exist.
    severity: high                      # critical, high, medium or low

    connections:
      main: {kind: postgres, url: "${{ env.DATABASE_URL }}"}

    # Detection changes nothing. The incident is confirmed when any `confirms` is true; otherwise
    # the run ends here.
    detection:
      - id: missing-table
        title: Is the table gone?
        sql: SELECT to_regclass('public.greeting') IS NULL AS gone
        confirms: rows[0].gone

    # Recovery asks before it changes anything.
    recovery:
      - id: recreate-table
        title: Make the table again
        sql: |
          CREATE TABLE public.greeting (
            id integer PRIMARY KEY,
            words text NOT NULL
          )

    # Verification proves it. All of its steps run, and any that fails makes the run fail.
    verification:
      - id: columns-there
        title: Are the columns what they were?
        sql: |
          SELECT column_name FROM information_schema.columns
          WHERE table_schema = 'public' AND table_name = 'greeting'
          ORDER BY ordinal_position
        expect: "rows.map(r, r.column_name) == ['id', 'words']"

    # The parts of the report that people write ahead. What nobody fills in becomes a TODO.
    report:
      root_cause: "TODO: why was the table dropped?"

    # The throwaway database of `--sandbox`: as it was before the incident, and what broke it.
    sandbox:
      fixture:
        - id: make-table
          sql: CREATE TABLE public.greeting (id integer PRIMARY KEY, words text NOT NULL)
      fault:
        - id: drop-table
          sql: DROP TABLE public.greeting

    """
  }
}
