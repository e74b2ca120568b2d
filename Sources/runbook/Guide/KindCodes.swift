import RunbookModel

extension DiagnosticGuide {
  /// Of the other kinds of step.
  static let kinds: [Explanation] = [
    Explanation(
      500, "Not exactly one of some keys",
      "The kind needs exactly one of the keys that the message lists.",
      cure: "Write one of them.",
      example: .yaml(
        """
        recovery:
          - {id: mend, http: {put: "https://app.example/a", delete: "https://app.example/b"}}
        """)),
    Explanation(
      501, "Effect that is not declared",
      """
      What a script, a command or a request other than GET and HEAD does cannot be told. In a
      read-only phase, and in `settle`, its author has to say that it only reads.
      """,
      cure: """
        Add `effect: readOnly` if that is so. It is shown as declared, not enforced. Otherwise
        move the step to recovery.
        """,
      example: .yaml(
        """
        detection:
          - {id: disk, shell: df -h}
        """)),
    Explanation(
      502, "Trial that cannot be rolled back",
      "Only SQL can be tried and taken back.",
      cure: "Remove `trial`.",
      example: .yaml(
        """
        verification:
          - {id: page, effect: readOnly, trial: true, shell: "true"}
        """)),
    Explanation(
      503, "Not a variable's name",
      """
      Variables in `env:` have letters, digits and `_`, no digit first, and do not start with
      `RUNBOOK_`, which belongs to the program.
      """,
      cure: "Choose another name.",
      example: .yaml(
        """
        verification:
          - {id: page, effect: readOnly, shell: {script: "true", env: {RUNBOOK_X: a}}}
        """)),
    Explanation(
      504, "Command without a program",
      "`interpreter` or `command` is an empty list.",
      cure: "Name the program first, then its arguments: `[bash, -eu]`.",
      example: .yaml(
        """
        verification:
          - {id: page, effect: readOnly, shell: {script: "true", interpreter: []}}
        """)),
    Explanation(
      505, "Not a regular expression",
      """
      The pattern is not in RE2's syntax, or so large that holding it against every line would
      take too long.
      """,
      cure: #"Correct the pattern; write `.*` or `\S+` instead of counted repetitions."#,
      example: .yaml(
        """
        timeline:
          - {id: drops, log: {path: server.log, format: iso8601, match: "(drop"}}
        """)),
    Explanation(
      506, "Request with two bodies",
      "`body` and `json` are both there.",
      cure: "Keep one of them.",
      example: .yaml(
        """
        recovery:
          - {id: mend, http: {post: "https://app.example/mend", body: a, json: {a: 1}}}
        """)),
    Explanation(
      507, "Not a header's name",
      "Names of headers hold no blanks, colons or control characters.",
      cure: "Use letters, digits and `-`.",
      example: .yaml(
        """
        verification:
          - {id: page, http: {get: "https://app.example/", headers: {"X Token": a}}}
        """)),
    Explanation(
      508, "Answer that is not a choice",
      "`fails_on` names an answer that the step does not offer.",
      cure: "Use one of `choices`, or add the answer to them.",
      example: .yaml(
        """
        verification:
          - {id: look, manual: {instruction: Can you sign in?, choices: ["yes", "no"], fails_on: [never]}}
        """)),
    Explanation(
      509, "`line_prefix` that cannot be used",
      """
      The prefix is not one that PostgreSQL's `log_line_prefix` can have, has no time, or has it
      after `%q`, where not every process writes it.
      """,
      cure: """
        Copy the server's own (`SHOW log_line_prefix`), which needs `%m`, `%t` or `%n`. Without
        `line_prefix` a time is looked for in each line.
        """,
      example: .yaml(
        """
        timeline:
          - {id: drops, log: {path: server.log, format: postgres, line_prefix: "%p "}}
        """)),
    Explanation(
      510, "Key of another format or source",
      "The key is of use only with another `format`, or only with `command`.",
      cure: "Remove it, or change the format.",
      example: .yaml(
        """
        timeline:
          - {id: drops, log: {path: server.log, format: csvlog, line_prefix: "%m "}}
        """)),
    Explanation(
      511, "Pattern with wrong groups",
      """
      `format: pattern` needs a `pattern` with the group `at`, which is an event's time, and may
      have `text`, `level` and `host`.
      """,
      cure: #"Name the groups, as in `(?P<at>\S+ \S+) (?P<text>.*)`."#,
      example: .yaml(
        """
        timeline:
          - {id: drops, log: {path: app.log, format: pattern, pattern: "(?P<text>.*)"}}
        """)),
    Explanation(
      512, "Not an offset",
      """
      `timezone` is an offset from UTC, as the name of a zone does not say which offset it had;
      `clock` is a duration with its sign.
      """,
      cure: "Write a zone as `+02:00`, `-0330` or `UTC`, and a clock as `1.5s` or `-200ms`.",
      example: .yaml(
        """
        timeline:
          - {id: drops, log: {path: app.log, format: iso8601, timezone: Europe/Berlin}}
        """)),
    Explanation(
      513, "Unknown connection of a clock",
      "`clock: {connection: NAME}` names a connection that the runbook does not have.",
      cure: "Correct the spelling, or declare the connection.",
      example: .yaml(
        """
        timeline:
          - {id: drops, log: {path: app.log, format: postgres, clock: {connection: man}}}
        """)),
    Explanation(
      514, as: .warning, "Script that leaves something running",
      """
      The script seems to start what goes on after it (`nohup`, `&` without `wait`,
      `pg_ctl start`, …). When the script has ended, that is ended too, and the step fails.
      """,
      cure: """
        Say `leaves: running` where it is to go on, such as a server. Otherwise let the script
        `wait` for it.
        """,
      example: .yaml(
        """
        verification:
          - {id: tunnel, effect: readOnly, shell: nohup ssh -N db &}
        """)),
    Explanation(
      515, "Value in a key of `json`",
      "Only the values of `json` are rendered. The key would be sent as it stands.",
      cure: "Write the request with `body:`.",
      example: .yaml(
        """
        recovery:
          - {id: mend, http: {post: "https://app.example/mend", json: {"${{ env.KEY }}": 1}}}
        """)),
    Explanation(
      516, as: .warning, "Script that hides a failure",
      """
      A pipeline's exit code is that of its last command, and `|| true` makes any failure a success:
      `nosuch | grep x` ends with 1, as a `grep` that found nothing. A check, a probe or a dump that
      could not do its work passes for one that did.
      """,
      cure: """
        Run it by `interpreter: [bash, -eu, -o, pipefail]`, or write what the first command gives to
        a file and read that. For `|| true` say which codes are wanted: `code=0; grep x f || code=$?`,
        and judge by them.
        """,
      example: .yaml(
        """
        verification:
          - {id: listed, effect: readOnly, shell: kubectl get pods | grep -q ready}
        """)),
    Explanation(
      530, "Restore outside recovery",
      "A restore changes the database, and only recovery and safeguards may.",
      cure: "Move the step.",
      example: .yaml(
        """
        detection:
          - {id: bring-back, restore: {way: "{}"}}
        """)),
  ]
}
