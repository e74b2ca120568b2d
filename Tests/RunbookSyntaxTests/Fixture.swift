import RunbookModel
import RunbookSyntax

/// Kinds and files for the tests of this room.
enum Fixture {
  static let kinds = [
    KindSpec(
      "sql",
      .shorthand(
        key: "text",
        [
          FieldSpec("text", .text, "The statements."),
          FieldSpec("file", .file, "A file of statements."),
          FieldSpec("lock_timeout", .duration, "How long to wait for a lock."),
          FieldSpec("statement_timeout", .duration, "How long a statement may take."),
          FieldSpec("transaction", .enumeration(["default", "none"]), "Whether there is one."),
        ]),
      results: [
        ResultSpec("rows", "list", "The rows."), ResultSpec("row_count", "int", "Their number."),
      ],
      usesConnection: true, "Runs SQL."),
    KindSpec(
      "shell",
      .shorthand(
        key: "script",
        [
          FieldSpec("script", .text, "The script."),
          FieldSpec("file", .file, "A file with the script."),
          FieldSpec("env", .map(.template), "Variables."),
          FieldSpec("grace", .duration, "How long it has to end."),
        ]),
      results: [ResultSpec("exit_code", "int", "The exit code.")], "Runs a script."),
    KindSpec(
      "http",
      .fields([
        FieldSpec("get", .template, "The URL."),
        FieldSpec("post", .template, "The URL."),
        FieldSpec("headers", .map(.template), "Headers."),
        FieldSpec("body", .template, "What is sent."),
        FieldSpec("follow", .bool, "Whether redirects are followed."),
        FieldSpec("redirects", .int(0...20), "How many."),
      ]),
      results: [ResultSpec("status", "int", "The status.")], "Makes a request."),
    KindSpec(
      "manual",
      .shorthand(key: "instruction", [FieldSpec("instruction", .template, "What to do.")]),
      results: [ResultSpec("answer", "string", "What was answered.")], "Asks a person."),
  ]

  static let reader = RunbookReader(kinds: kinds)

  /// A runbook that uses every part of the format.
  static let whole = """
    runbook: auth-tables-dropped
    title: Authentication tables dropped by a migration
    summary: >
      Use it when sign-in
      fails.
    severity: critical
    owner: platform
    inputs:
      auth_url: {type: url, optional: true, summary: The URL that is checked}
      backup: path
      attempts: {type: int, default: 3}
      color: {type: enum, values: [blue, green], default: blue}
      hosts: {type: list, items: string, default: [a, b]}
      password: {type: string, secret: true, from: {command: [pass, show, db]}}
    connections:
      main: {kind: postgres, url: "${{ env.DATABASE_URL }}", receipts: none}
    constants:
      protected: [user, session]
      limits: {rows: 10, share: 0.5, on: yes, "x": ~}
    timeline:
      - id: log
        when: has(inputs.backup)
        shell: {script: "cat $LOG", env: {LOG: "${{ inputs.backup }}"}}
        effect: readOnly
    detection:
      - id: missing-tables
        title: Which tables are missing?
        sql: |
          SELECT t AS table_name
            FROM unnest(:protected::text[]) AS t
        capture:
          missing: "rows.map(r, r.table_name)"
          first: {value: "rows[0]", default: {table_name: none}}
        confirms: size(missing) > 0
    recovery:
      - id: recreate
        when: "'session' in missing"
        sql: {text: CREATE TABLE session (), lock_timeout: 5s, statement_timeout: 1m30s}
        gate: {approvals: 2, question: Really?}
        settle:
          sql: SELECT to_regclass('session') IS NOT NULL AS there
          done: rows[0].there
      - id: announce
        manual: Tell ${{ inputs.color }} users
        gate: true
    verification:
      - id: endpoint
        http: {get: "${{ inputs.auth_url }}"}
        expect: [status == 200, status < 300]
        retry: {every: 1s, for: 30s, attempts: 5}
        timeout: 500ms
      - id: sign-in
        trial: true
        sql: INSERT INTO session DEFAULT VALUES
    report:
      root_cause: The tables of ${{ constants.protected[0] }}
      contributing_factors: [one, two]
      checklist: [plain, {text: counted, done: size(missing) == 0}]
      lessons: {wrong: [a], right: [b]}
      action_items: [{action: Guard, type: prevent, owner: platform}]
    sandbox:
      settings: {log_statement: ddl}
      inputs: {auth_url: "${{ sandbox.services.auth }}"}
      fixture: [{id: load, sql: "CREATE TABLE session ()"}]
      services: {auth: {command: [python3, app.py], env: {PORT: "0"}}}
      fault: [{id: break, sql: DROP TABLE session}]
    drill: {title: Practice, injects: [{id: first, on: start, text: It begins}]}

    """
}
