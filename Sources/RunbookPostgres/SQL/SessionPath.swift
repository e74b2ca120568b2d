/// What comes before a question about what names mean in the session's own statements.
///
/// The schemas of its `search_path` are in the setting `runbook.path`, separated by slashes, and the question itself
/// finds PostgreSQL's own things alone.
enum SessionPath {
  static let commands = [
    SQLCommand("SET LOCAL statement_timeout = '10s'"),
    // It is asked once, and compiling it takes longer than that.
    SQLCommand("SET LOCAL jit = off"),
    SQLCommand(
      "SELECT pg_catalog.set_config('search_path', "
        + "pg_catalog.current_setting('runbook.search_path'), true)"),
    SQLCommand(
      "SELECT pg_catalog.set_config('runbook.path', "
        + "pg_catalog.array_to_string(pg_catalog.current_schemas(true), '/'), true)"),
    SQLCommand("SELECT pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true)"),
  ]
}
