import RunbookModel

extension DiagnosticGuide {
  /// Of `sql` steps.
  static let sql: [Explanation] = [
    Explanation(
      400, "SQL syntax error",
      """
      PostgreSQL's own parser, that of version 15, cannot read the statement; the message is its
      own.
      """,
      cure: "Correct the statement.",
      example: .yaml(
        """
        detection:
          - {id: sessions, sql: SELEC count(*) FROM session}
        """)),
    Explanation(
      401, "No statement",
      "The SQL is empty or holds only comments.",
      cure: "Write a statement, or remove the step.",
      example: .yaml(
        """
        detection:
          - {id: sessions, sql: "-- to be written"}
        """)),
    Explanation(
      402, "SQL nested too deep",
      "Brackets and expressions are nested deeper than the parser reads safely.",
      cure: "Take the statement apart."),
    Explanation(
      403, as: .warning, "SQL of a later PostgreSQL",
      """
      PostgreSQL 15's parser does not know the syntax, and it looks like that of a later version.
      The statement's effect is then not known.
      """,
      cure: "Nothing, if the server is that new: the server decides when the step runs.",
      example: .yaml(
        """
        detection:
          - id: numbers
            sql: SELECT * FROM JSON_TABLE('[1]', '$[*]' COLUMNS (n int PATH '$')) AS t
        """)),
    Explanation(
      404, "Unknown name in SQL",
      """
      `:name` is no input, constant or earlier capture. Beside such names `$1` is refused, too:
      the program numbers the parameters itself.
      """,
      cure: "Correct the spelling, or write the value into the SQL.",
      example: .yaml(
        """
        constants: {protected: [user, session]}
        detection:
          - {id: tables, sql: "SELECT unnest(:protcted::text[]) AS t"}
        """)),
    Explanation(
      405, "Parameter where PostgreSQL takes none",
      "Utility statements, such as DDL, take no parameters.",
      cure: """
        Write `:'name'` for a literal, or `:"name"` for an identifier.
        """,
      example: .yaml(
        """
        constants: {role: guest}
        detection:
          - {id: gone, sql: SELECT true AS gone, confirms: "rows[0].gone"}
        recovery:
          - {id: recreate, sql: "CREATE TABLE member (role text DEFAULT :role)"}
        """)),
    Explanation(
      406, "SQL given twice, or not at all",
      "The statements are in `text` or in `file`: one of the two.",
      cure: "Keep one of them.",
      example: .yaml(
        """
        detection:
          - {id: sessions, sql: {statement_timeout: 5s}}
        """)),
    Explanation(
      410, "Change in a read-only phase",
      """
      `timeline`, `detection` and `verification` change nothing. The statement changes something,
      or calls a function that does so even in a READ ONLY transaction.
      """,
      cure: """
        Move the step to recovery. A check that must write can be a `trial` in verification or
        safeguards.
        """,
      example: .yaml(
        """
        detection:
          - {id: sessions, sql: DELETE FROM session}
        """)),
    Explanation(
      411, "Transaction control",
      """
      `BEGIN`, `COMMIT`, `SAVEPOINT` and the like are refused: each step runs in a transaction of
      its own, on which its protection and its receipt depend.
      """,
      cure: "Remove the statement.",
      example: .yaml(
        """
        detection:
          - {id: sessions, sql: BEGIN; SELECT 1 AS n}
        """)),
    Explanation(
      412, "COPY on the server in a read-only phase",
      """
      `COPY` with a program or a file of the server reaches outside the database, whatever the
      transaction is.
      """,
      cure: "Move the step to recovery or safeguards, or use `SELECT`.",
      example: .yaml(
        """
        detection:
          - {id: sessions, sql: "COPY session TO '/tmp/session.csv'"}
        """)),
    Explanation(
      413, "COPY from or to the client",
      "A step has no data stream for `COPY … FROM STDIN` or `TO STDOUT`.",
      cure: "Use `INSERT` or `SELECT`, or a shell step with `psql`.",
      example: .yaml(
        """
        detection:
          - {id: sessions, sql: COPY session TO STDOUT}
        """)),
    Explanation(
      414, "DO or CALL in a read-only phase",
      "What a block or a procedure does cannot be seen.",
      cure: "Use `SELECT`, or move the step to recovery.",
      example: .yaml(
        """
        detection:
          - {id: sessions, sql: CALL count_sessions()}
        """)),
    Explanation(
      415, "Statement that cannot run in a transaction",
      """
      `VACUUM`, `CREATE INDEX CONCURRENTLY` and the like refuse to run in a transaction block.
      """,
      cure: """
        In recovery and safeguards give the step `transaction: none`. It has no receipt then:
        give it a `settle:` probe as well.
        """,
      example: .yaml(
        """
        detection:
          - {id: gone, sql: SELECT true AS gone, confirms: "rows[0].gone"}
        recovery:
          - {id: clean, sql: VACUUM session}
        """)),
    Explanation(
      416, "`transaction: none` where it may not be",
      """
      In a read-only phase, and for a trial, the transaction is what protects the database.
      """,
      cure: "Remove it, or move the step to recovery or safeguards.",
      example: .yaml(
        """
        detection:
          - {id: sessions, sql: {text: SELECT 1 AS n, transaction: none}}
        """)),
    Explanation(
      417, "Change of role",
      """
      The connection has a `read_only_role`, which read-only phases run as. A statement that
      changes the role would take that protection off.
      """,
      cure: "Remove the statement.",
      example: .yaml(
        """
        connections:
          main: {kind: postgres, url: "postgres:///app", read_only_role: reader}
        detection:
          - {id: sessions, sql: SET ROLE admin}
        """)),
    Explanation(
      418, "Trial in the wrong phase",
      """
      A trial belongs to verification or safeguards: it tries what users do, and is rolled back.
      """,
      cure: "Remove `trial`, or move the step."),
    Explanation(
      419, "Setting by which SQL is read",
      """
      The setting decides how SQL is read or values are written (`standard_conforming_strings`,
      `client_encoding`, `DateStyle`, …). Values of later statements could change their meaning.
      """,
      cure: """
        Remove the statement: each session is set up as PostgreSQL's own programs do it.
        """,
      example: .yaml(
        """
        detection:
          - {id: sessions, sql: SET standard_conforming_strings = off}
        """)),
    Explanation(
      420, "Value right beside a literal or a word",
      "PostgreSQL would read the two as one.",
      cure: "Join two texts by `||`, or put a blank between.",
      example: .yaml(
        #"""
        constants: {who: admin}
        detection:
          - {id: sessions, sql: "SELECT 'user '\n :'who' AS t"}
        """#)),
    Explanation(
      421, "Colon in a subscript",
      "`a[1:n]` may be the slice up to column `n`, or the value `:n`.",
      cure: "Write `a[1: :n]` for the value, and `a[1: n]` for the column.",
      example: .yaml(
        """
        constants: {n: 2}
        detection:
          - {id: slice, sql: "SELECT (ARRAY[1, 2, 3])[1:n] AS part"}
        """)),
    Explanation(
      422, "Trial that a rollback does not undo",
      """
      A trial is always rolled back. What it calls is not undone by that, or cannot be known to
      be.
      """,
      cure: "Write the statements themselves, or take them out of the trial.",
      example: .yaml(
        """
        verification:
          - {id: sign-in, trial: true, sql: "SELECT setval('session_id_seq', 1)"}
        """)),
    Explanation(
      423, "Too much SQL in one step",
      "A step has 2 MiB of SQL and 500,000 words and signs at most.",
      cure: "Split it into steps. Load data in a shell step, with `psql`."),
    Explanation(
      424, "Statement that no step may run",
      """
      SQLite says of the statement that it attaches another file, loads what is not SQL, or sets by
      `PRAGMA` what no transaction takes back.
      """,
      cure: """
        Remove it. Another file is another connection; `PRAGMA user_version = …` and `PRAGMA
        defer_foreign_keys = …` may stay.
        """,
      example: .yaml(
        """
        connections:
          main: {kind: sqlite, url: "sqlite:////srv/app.db"}
        recovery:
          - {id: attach, sql: ATTACH 'other.db' AS other}
        """)),
  ]
}
