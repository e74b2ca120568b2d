import RunbookModel

/// The settings by which a server reads SQL and writes values, as this program takes them to be.
///
/// A role, a database, `PGOPTIONS` or a step may have set them otherwise. So they are set before anything
/// else, as PostgreSQL's own programs do: pg_dump
/// (https://github.com/postgres/postgres/blob/REL_15_STABLE/src/bin/pg_dump/pg_dump.c, `setup_connection`)
/// and postgres_fdw (`configure_remote_session`). Unlike there each transaction sets them for itself: a
/// pooler gives the next one another of the server's sessions, and this one to somebody else.
///
/// The `search_path` is one of them. Whoever may create functions, operators, views or types in a schema
/// that stands before `pg_catalog` in it would answer this program's questions in the server's place. So
/// it is looked in `pg_catalog` alone, and what the session was to look in is kept in a setting of its own: a
/// step's statements are given that (`SQLSettings.command`) for as long as they run. What this program sends
/// in that time names the schema of everything in it; `QualifiedSQLTests` reads each of these texts.
package enum SessionSettings {

  /// By these the same value is written the same in every session. A step's own statements have them as the session
  /// does: `TimeZone` says what day it is.
  private static let zone = [("TimeZone", "UTC"), ("xmlbinary", "base64")]

  /// In a transaction whose values are held against texts that another session wrote.
  package static let sameEverywhere = setting(zone, isLocal: true)
  /// Where values are only read, too: an amount of money would be read otherwise than it was written.
  package static let sameEverywhereToRead = setting(zone + [("lc_monetary", "C")], isLocal: true)

  /// Where this program's own questions are looked up. Without a place in it `pg_temp` would be the first:
  /// https://www.postgresql.org/docs/current/runtime-config-client.html#GUC-SEARCH-PATH
  private static let place = [("search_path", "pg_catalog, pg_temp")]
  /// Where the session's own `search_path` is kept.
  private static let keptPath = "runbook.search_path"

  /// First in a transaction, in this order; they end with it.
  package static let entering = commands(isLocal: true)
  /// For a session whose statements take effect one by one.
  package static let forSession = commands(isLocal: false)

  private static func commands(isLocal: Bool) -> [SQLCommand] {
    [
      SQLCommand(
        "SELECT pg_catalog.set_config('\(keptPath)', "
          + "pg_catalog.current_setting('search_path'), \(isLocal))"),
      setting(ReadingSettings.reading + ReadingSettings.values + place, isLocal: isLocal),
      notices(isLocal: isLocal),
    ]
  }

  /// A database or a role may keep warnings from whoever connects: they are part of what happened.
  private static func notices(isLocal: Bool) -> SQLCommand {
    let own = "pg_catalog.current_setting('client_min_messages')"
    return SQLCommand(
      "SELECT pg_catalog.set_config('client_min_messages', CASE WHEN \(own) "
        + "OPERATOR(pg_catalog.=) 'error' THEN 'warning' ELSE \(own) END, \(isLocal))")
  }

  /// What the same statements do depends on them, as on the `search_path`: what time and day it is, which rows are seen,
  /// which triggers and keys are heeded. A gate binds them; a transaction has them as a new session would.
  /// https://www.postgresql.org/docs/current/runtime-config-client.html
  package static let deciding =
    anybodys + superusers + ReadingSettings.values.map(\.0) + [
      "default_transaction_read_only", "default_transaction_deferrable",
    ]

  /// Whoever is connected may set them.
  private static let anybodys = [
    "TimeZone", "timezone_abbreviations", "xmlbinary", "lc_monetary", "lc_numeric", "lc_time",
    "default_text_search_config", "default_transaction_isolation", "row_security",
    "gin_fuzzy_search_limit", "default_tablespace", "default_table_access_method",
    "default_toast_compression", "check_function_bodies",
  ]
  /// Only a superuser may, and whoever was granted that.
  private static let superusers = ["session_replication_role", "event_triggers"]

  /// Has the settings that decide as they are held; nil where none are known. One that only a superuser may set is
  /// touched where it is another: then the server says that it may not be, and nothing is carried out.
  package static func holding(
    _ held: [(name: String, value: String)], isLocal: Bool
  ) -> SQLCommand? {
    var calls: [String] = []
    var bound: [String?] = []
    for (name, value) in held {
      let isAnybodys = anybodys.contains(name)
      guard isAnybodys || superusers.contains(name) || ReadingSettings.isSame(name, "DateStyle")
      else { continue }
      bound.append(ReadingSettings.isSame(name, "DateStyle") ? "ISO, \(order(in: value))" : value)
      let number = "$\(bound.count)"
      let set = "pg_catalog.set_config('\(name)', \(number), \(isLocal))"
      calls.append(
        superusers.contains(name)
          ? "CASE WHEN pg_catalog.current_setting('\(name)') OPERATOR(pg_catalog.=) \(number) "
            + "THEN \(number) ELSE \(set) END" : set)
    }
    return calls.isEmpty ? nil : SQLCommand("SELECT " + calls.joined(separator: ", "), bound)
  }

  /// Of day and month, in a `DateStyle`.
  private static func order(in style: String) -> String {
    let words = style.pieces { $0 == "," || $0 == " " }
    return words.first {
      $0.utf8.count == 3 && !$0.isIdentical(to: "ISO") && !$0.isIdentical(to: "SQL")
    }
    .map(String.init) ?? "MDY"
  }

  /// Has the session's own `search_path` again; an expression of a query.
  package static func ownPath(isLocal: Bool) -> String {
    "pg_catalog.set_config('search_path', pg_catalog.current_setting('\(keptPath)'), \(isLocal))"
  }

  /// Before a statement that holds values or gives rows, in case that one before it has changed how SQL is
  /// read or values are written.
  ///
  /// - Parameter isLocal: whether it ends with the transaction.
  package static func guardCommand(isLocal: Bool) -> SQLCommand {
    setting(ReadingSettings.reading + ReadingSettings.values, isLocal: isLocal)
  }

  /// Before and behind a statement that gives rows: how values are written now. A function that it calls, or a trigger,
  /// may have changed that; what changes it and puts it back within one statement is not seen.
  package static let question = SQLCommand(
    "SELECT "
      + (writing.map(\.0) + own).map { "pg_catalog.current_setting('\($0)')" }
      .joined(separator: ", "))

  private static let writing = ReadingSettings.values + [("client_encoding", "UTF8")]
  /// By these values are written too, and they are whatever the session and the step have made of them: only a
  /// statement that gives rows must not change them while it does.
  private static let own = ["TimeZone", "xmlbinary", "lc_monetary"]

  /// The first setting that the question found to be another one.
  ///
  /// - Parameter before: what it found before the statement; nil where it was not asked.
  package static func changed(_ outcome: SQLOutcome, since before: SQLOutcome?) -> String? {
    guard let row = row(outcome) else { return nil }
    let changed = zip(writing, row).first { setting, now in
      !ReadingSettings.isReadTheSame(setting.0, by: now.stringValue)
    }?.0.0
    if let changed { return changed }
    guard let former = before.flatMap(Self.row) else { return nil }
    return zip(own, zip(former, row).dropFirst(writing.count)).first { _, values in
      values.0.stringValue != values.1.stringValue
    }?.0
  }

  private static func row(_ outcome: SQLOutcome) -> [Value]? {
    guard case .completed(let completion) = outcome else { return nil }
    return completion.resultSet?.rows.first
  }

  private static func setting(_ settings: [(String, String)], isLocal: Bool) -> SQLCommand {
    let calls = settings.map { "pg_catalog.set_config('\($0)', '\($1)', \(isLocal))" }
    return SQLCommand("SELECT " + calls.joined(separator: ", "))
  }
}
