/// Runbooks that tests run.
enum Example {
  /// Finds out that `greeting` is missing, makes it again, and drops what stands in its place.
  static let greeting = """
    runbook: greeting
    title: The table of greetings is gone
    connections:
      main: {kind: postgres, url: "${{ env.DATABASE_URL }}"}
    detection:
      - id: missing-table
        sql: SELECT to_regclass('public.greeting') IS NULL AS gone
        confirms: rows[0].gone
    recovery:
      - id: recreate-table
        sql: CREATE TABLE public.greeting (id integer PRIMARY KEY, words text NOT NULL)
    verification:
      - id: table-there
        sql: SELECT count(*) AS n FROM public.greeting
        expect: rows[0].n == 0
    """

  /// The same, with a step that drops a table.
  static let destructive =
    greeting.replacing(
      "verification:",
      with: """
          - id: drop-leftover
            sql: DROP TABLE public.leftover
        verification:
        """)

  /// A detection step that runs a shell script, with no database.
  static func shell(_ script: String, effect: String = "readOnly") -> String {
    """
    runbook: shell
    title: A script
    inputs:
      pipe: {type: path, optional: true}
    detection:
      - id: script
        effect: \(effect)
        shell:
          script: |
            \(script.split(separator: "\n").joined(separator: "\n        "))
          env: {PIPE: "${{ has(inputs.pipe) ? inputs.pipe : '' }}"}
          grace: 1s
        confirms: exit_code == 0
    recovery:
      - id: nothing
        effect: readOnly
        shell: "true"
    verification:
      - id: fine
        effect: readOnly
        shell: "true"
    """
  }
}
