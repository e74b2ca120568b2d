import RunbookModel

/// Journals in the manner of the founding incident.
enum Incident {
  static let dropped = [
    "session", "account", "verification", "sessions", "accounts", "verification_tokens", "user",
    "pinned_stocks", "user_api_keys", "openai_usage",
  ]

  static let steps: [StepRecord] = [
    StepRecord("migrations", "Migration files that drop tables", .timeline, "migrations"),
    StepRecord("ddl-in-server-log", "DROP statements in the PostgreSQL log", .timeline, "log"),
    StepRecord("app-errors", "Errors of the application", .timeline, "log"),
    StepRecord(
      "missing-tables", "Which protected tables are missing?", .detection, captures: ["missing"]),
    StepRecord("endpoint-fails", "Does the sign-in endpoint fail?", .detection, "http"),
    StepRecord("users-columns", "Are columns of users missing?", .detection),
    StepRecord("backup-now", "Dump what is there", .recovery, "shell"),
    StepRecord("recreate-session", "Recreate the session table", .recovery),
    StepRecord("alter-users", "Add the missing columns of users", .recovery),
    StepRecord("tables-exist", "All tables exist", .verification),
    StepRecord("session-endpoint", "The sign-in endpoint answers", .verification, "http"),
    StepRecord("guard-env", "Alembic leaves the tables alone", .safeguards, "shell"),
  ]

  static var migration: Value {
    let drops = dropped.enumerated().map { index, table -> Value in
      [
        "kind": "table", "schema": nil, "table": .string(table), "name": .string(table),
        "line": .int(Int64(24 + index * 2)),
        "text": .string("op.drop_table('\(table)')"), "owner": "better-auth", "is_foreign": true,
      ]
    }
    return [
      "culprits": [
        [
          "file": "versions/82233f5589d3_add_research_report_streaming_fields.py",
          "revision": "82233f5589d3", "message": "add research report streaming fields",
          "created": .timestamp(.at("22:01:13")), "created_has_zone": false,
          "sha256": .string(Digest.sha256(of: "migration").hex),
          "commit": "5c3f0a7d9e1b", "author": "Backend Dev",
          "authored": .timestamp(.at("22:02:10")), "merged": .timestamp(.at("22:05:00")),
          "merged_by": "88ab12cd34ef Merge pull request #7",
          "reviewed_by": [], "approved_by": [], "pull_request": "#7",
          "drops": .list(
            [
              [
                "kind": "index", "table": "session", "name": "ix_session_token", "line": 23,
                "text": "op.drop_index('ix_session_token', table_name='session')",
              ]
            ] + drops),
          "intended": [
            [
              "op": "add_column", "line": 45,
              "text": "op.add_column('research_reports', sa.Column('status', sa.String()))",
            ]
          ], "text": "def upgrade() -> None: …",
        ]
      ]
    ]
  }

  static var report: Value {
    [
      "summary": "A migration dropped **${{ size(missing) }} tables** of the sign-in.",
      "impact": "User authentication tables dropped, all sessions lost",
      "root_cause": [
        """
        **Architecture Issue**: Database shared by two systems

        - Backend: FastAPI with SQLAlchemy/Alembic migrations
        - Frontend: Next.js with Better Auth ORM
        """,
        "**Alembic Limitation**: Only knows about SQLAlchemy models",
        "**Missing Safeguards**: No protection against dropping unmanaged tables",
      ], "trigger": "`alembic upgrade head` in run ${{ run.id }}",
      "detection": "A developer saw ${{ steps['endpoint-fails'].status }} from the endpoint.",
      "resolution": "Tables recreated, rows restored from ${{ backup_file }}.",
      "data_loss": [
        "lost": ["All active user sessions", "OAuth account linkages"],
        "preserved": ["User accounts (`users` table)", "Research reports"],
      ],
      "safeguards": [
        [
          "title": "SQLAlchemy models for Better Auth tables",
          "text": """
          **File**: `backend/shared/models/auth.py`

          ```python
          class BetterAuthUser(Base):
              __tablename__ = "user"
          ```
          """,
        ]
      ],
      "checklist": [
        "Review migration file manually",
        ["text": "Create a backup", "done": "steps['backup-now'].outcome == 'succeeded'"],
        ["text": "Test on development data first", "done": "steps['nothing'].outcome == 'x'"],
      ],
      "lessons": [
        "wrong": ["Trusted Alembic autogenerate without review", "No backup before migration"],
        "right": ["Caught in development environment"],
        "future": ["Set up automated daily backups"],
      ],
      "action_items": [
        [
          "action": "Daily backups of `akleao`", "type": "mitigate", "owner": "platform",
          "priority": "P1",
        ], "Review of migrations before merge",
      ], "confidence": "High - Multiple safeguards prevent recurrence",
      "environment": "development",
    ]
  }

  static func begun(_ report: Value = Incident.report) -> JournalBuilder {
    var journal = JournalBuilder()
    journal.start(
      steps, report: report,
      inputs: [
        InputRecord(
          name: "auth_url", type: "url", value: "http://localhost:3000/api/auth/session",
          origin: .flag, isSecret: false)
      ])
    journal.wait(.milliseconds(40))
    journal.identify()
    return journal
  }

  static func timeline(_ journal: inout JournalBuilder) {
    journal.attempt(
      "migrations", work: [], result: migration, evidence: [("migration files", "culprits")],
      timeline: [
        TimelineRow(
          at: .at("22:01:13"),
          text: "82233f5589d3 (add research report streaming fields) generated; drops 10 tables",
          source: "migration file")
      ])
    let rows = dropped.enumerated().map { index, table in
      TimelineRow(
        at: .at("22:01:\(40 + index)"), text: "statement: DROP TABLE \"\(table)\"",
        source: "PostgreSQL log", isDamage: true)
    }
    journal.attempt(
      "ddl-in-server-log", result: ["lines": .string(rows.map(\.text).joined(separator: "\n"))],
      evidence: [("lines of postgresql.log", "lines")], timeline: rows)
    journal.attempt(
      "app-errors", result: ["lines": "ERROR: relation \"session\" does not exist"],
      evidence: [("lines of app.log", "lines")],
      timeline: [
        TimelineRow(
          at: .at("22:04:05"), text: "ERROR: relation \"session\" does not exist",
          source: "application log")
      ])
  }

  static func detection(_ journal: inout JournalBuilder) {
    let rows = dropped.map { Value.map(ValueMap([("table_name", .string($0))])) }
    journal.attempt(
      "missing-tables", sql: "SELECT t AS table_name FROM unnest($1::text[]) AS t",
      result: ["rows": .list(rows), "row_count": 10],
      captures: ["missing": .list(dropped.map { .string($0) })], isConfirmed: true,
      evidence: [("rows of missing-tables", "rows")])
    journal.attempt(
      "endpoint-fails",
      work: [
        WorkItem(
          language: .http, text: "GET http://localhost:3000/api/auth/session", effect: .readOnly)
      ], result: ["status": 500, "body": "relation \"session\" does not exist"],
      isConfirmed: true, evidence: [("body of endpoint-fails", "body")])
    journal.attempt(
      "users-columns", sql: "SELECT 1", result: ["rows": [], "row_count": 0], isConfirmed: false)
  }

  static let sessionTable = """
    CREATE TABLE session (
        id TEXT PRIMARY KEY,
        "userId" TEXT NOT NULL,
        "expiresAt" TIMESTAMP NOT NULL,
        token TEXT NOT NULL UNIQUE
    );
    """

  static func recovery(_ journal: inout JournalBuilder) {
    journal.wait(.seconds(20))
    journal.gate(
      "recovery", steps: ["backup-now", "recreate-session"],
      approvedBy: Actor(account: "ops", name: "Bob"))
    journal.attempt(
      "backup-now",
      work: [
        WorkItem(language: .shell, text: "pg_dump -Fc -f \"$FILE\"", effect: .mutating)
      ], effect: .mutating, takes: .milliseconds(2_340), result: ["exit_code": 0, "stdout": ""])
    journal.attempt(
      "recreate-session", sql: sessionTable, effect: .mutating, outcome: .failed,
      takes: .seconds(5),
      failure: FailureRecord(
        cause: .lock, message: "canceling statement due to lock timeout",
        detail: "pid 4711 of akleao holds the lock", code: "55P03", mayRetryHelp: true))
    journal.attempt(
      "recreate-session", 2, sql: sessionTable, effect: .mutating, takes: .milliseconds(31),
      hasReceipt: true)
    journal.skip("alter-users", .condition, "size(missing_columns) > 0")
  }

  static func verification(_ journal: inout JournalBuilder, endpointStatus: Int64 = 200) {
    journal.wait(.seconds(2))
    journal.attempt(
      "tables-exist", sql: "SELECT count(*) FROM pg_tables WHERE tablename = ANY($1)",
      result: ["rows": [["count": 10]], "row_count": 1],
      expectations: [ExpectationRecord(expression: "rows[0].count == 10", isMet: true)],
      evidence: [("rows of tables-exist", "rows")])
    let passes = endpointStatus == 200
    journal.attempt(
      "session-endpoint",
      work: [
        WorkItem(
          language: .http, text: "GET http://localhost:3000/api/auth/session", effect: .readOnly)
      ], outcome: passes ? .succeeded : .failed,
      result: ["status": .int(endpointStatus), "body": "{}"],
      expectations: [ExpectationRecord(expression: "status == 200", isMet: passes)],
      failure: passes
        ? nil : FailureRecord(cause: .expectation, message: "expected `status == 200`"),
      evidence: [("body of session-endpoint", "body")])
  }
}
