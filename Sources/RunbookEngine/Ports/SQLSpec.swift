package import RunbookModel

extension KindSpec {
  /// `sql` steps look the same in the file whatever the kind of their connection is.
  package static let sql =
    KindSpec(
      "sql",
      .shorthand(
        key: "text",
        [
          FieldSpec("text", .text, "The statements, with :name, :\"name\" and :'name' for values"),
          FieldSpec("file", .file, "A file with the statements, instead of text"),
          FieldSpec("lock_timeout", .duration, "How long a statement waits for a lock (5s)"),
          FieldSpec(
            "statement_timeout", .duration,
            "How long a statement may take (60s; in read-only phases 30s)"),
          FieldSpec(
            "transaction", .enumeration(["default", "none"]),
            "none for what cannot run in a transaction block, such as VACUUM"),
        ]),
      results: [
        ResultSpec("rows", "list", "The rows of the last statement that gave some, as maps"),
        ResultSpec(
          "row_count", "int", "How many rows there were, also those cut from rows", isPublic: true),
        ResultSpec(
          "affected", "int", "Rows inserted, updated, deleted or merged, in all", isPublic: true),
        ResultSpec("columns", "list", "The names of the rows' columns, in order"),
      ],
      usesConnection: true, keepsReceipts: true, work: WorkSpec(.sql, in: ["text", "file"]),
      "Runs SQL; in read-only phases in a READ ONLY transaction")
}
