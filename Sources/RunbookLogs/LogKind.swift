package import RunbookEngine
package import RunbookModel

/// `log:` what logs tell of a time, as rows of the timeline.
package struct LogKind: StepKind {
  package let environment: [String: String]
  package let gateway: (any ConnectionGateway)?

  /// - Parameters:
  ///   - environment: what commands inherit: the executor's own environment.
  ///   - hiddenNames: variables that they do not inherit, as they hold secrets.
  ///   - gateway: the servers whose clocks are asked for.
  package init(
    environment: [String: String] = [:], hiddenNames: Set<String> = [],
    gateway: (any ConnectionGateway)? = nil
  ) {
    self.environment = environment.filter { !hiddenNames.contains($0.key) }
    self.gateway = gateway
  }

  package var spec: KindSpec {
    KindSpec(
      "log", .fields(Self.sourceFields + Self.formatFields + Self.filterFields),
      results: [
        ResultSpec(
          "events", "list",
          "Maps with `at` and `text`, and what the log says of `pid`, `user`, `database`, `level` and "
            + "`host`; in the log's order"),
        ResultSpec(
          "count", "int", "How many events there were, also those that were not kept",
          isPublic: true),
        ResultSpec("first", "timestamp", "The earliest; null when there is none", isPublic: true),
        ResultSpec("last", "timestamp", "The latest; null when there is none", isPublic: true),
        ResultSpec(
          "clock_offset", "duration",
          "The source's clock less the executor's, by which times were corrected; null when unknown"
        ),
        ResultSpec(
          "exit_code", "int", "What the command ended with; null without one", isPublic: true),
        ResultSpec(
          "unread", "list",
          "Maps with `file` and `why`: what a pattern in `path:` names and was not read, such as folders"
        ),
      ], work: WorkSpec(.text, in: ["path", "command"]),
      "Reads events from log files, or from a command's output")
  }

  private static let sourceFields = [
    FieldSpec(
      "path", .oneOrMore(.template),
      "The log file, a pattern such as postgresql.log*, or a list of them; packed ones too"),
    FieldSpec(
      "command", .list(.template),
      "A program and its arguments that print the log, instead of path; no shell is between"),
    FieldSpec(
      "stderr", .bool, "Whether the command's standard error is part of the log (false)"),
  ]

  private static let formatFields = [
    FieldSpec(
      "format", .enumeration(LogFormat.allCases.map(\.rawValue)), required: true,
      "How it is written: one of PostgreSQL's, lines with a time, or a JSON object a line"),
    FieldSpec(
      "line_prefix", .text, "The server's log_line_prefix; found by itself where it is usual"),
    FieldSpec(
      "pattern", .text,
      "A regular expression (RE2) with the groups `at`, and `text`, `level`, `host` if there are"),
    FieldSpec(
      "time_key", .text,
      "The key of an object's time, such as `meta.at`; found by itself where its name is usual"),
    FieldSpec(
      "timezone", .text,
      "The offset (+02:00) of times that say none, or whose zone's name has several meanings"),
    FieldSpec(
      "clock",
      .shorthand(
        key: "offset",
        [
          FieldSpec("offset", .template, "The source's clock less this host's, such as -1.5s"),
          FieldSpec("connection", .name, "The database server that writes the log"),
        ]),
      "How far the source's clock is from this host's, or the connection that tells"),
  ]

  private static let filterFields = [
    FieldSpec("match", .text, "Only events that match this regular expression (RE2)"),
    FieldSpec("damage", .text, "Events that match this did the damage"),
    FieldSpec("since", .template, "Only events from this time on (RFC 3339)"),
    FieldSpec("until", .template, "Only events up to this time (RFC 3339)"),
    FieldSpec("limit", .int(1...100_000), "The most events that are kept (1000)"),
    FieldSpec("source", .text, "What the timeline calls the log"),
  ]
}
