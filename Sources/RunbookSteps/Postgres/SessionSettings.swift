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
enum SessionSettings {
  /// By these SQL is read: with others a literal may end elsewhere.
  static let reading = [
    ("standard_conforming_strings", "on"), ("backslash_quote", "safe_encoding"),
    ("client_encoding", "UTF8"),
  ]

  /// By these values are read and written. `DateStyle` keeps the order of day and month.
  private static let values = [
    ("array_nulls", "on"), ("transform_null_equals", "off"), ("xmloption", "content"),
    ("quote_all_identifiers", "off"), ("DateStyle", "ISO"), ("IntervalStyle", "postgres"),
    ("extra_float_digits", "3"), ("bytea_output", "hex"),
  ]

  /// By these the same value is written the same in every session. A step's own statements have them as the session
  /// does: `TimeZone` says what day it is.
  private static let zone = [("TimeZone", "UTC"), ("xmlbinary", "base64")]

  /// In a transaction whose values are held against texts that another session wrote.
  static let sameEverywhere = setting(zone, isLocal: true)
  /// Where values are only read, too: an amount of money would be read otherwise than it was written.
  static let sameEverywhereToRead = setting(zone + [("lc_monetary", "C")], isLocal: true)

  /// Where this program's own questions are looked up. Without a place in it `pg_temp` would be the first:
  /// https://www.postgresql.org/docs/current/runtime-config-client.html#GUC-SEARCH-PATH
  private static let place = [("search_path", "pg_catalog, pg_temp")]
  /// Where the session's own `search_path` is kept.
  private static let keptPath = "runbook.search_path"

  /// First in a transaction, in this order; they end with it.
  static let entering = commands(isLocal: true)
  /// For a session whose statements take effect one by one.
  static let forSession = commands(isLocal: false)

  private static func commands(isLocal: Bool) -> [SQLCommand] {
    [
      SQLCommand(
        "SELECT pg_catalog.set_config('\(keptPath)', "
          + "pg_catalog.current_setting('search_path'), \(isLocal))"),
      setting(reading + values + place, isLocal: isLocal),
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

  /// Has the session's own `search_path` again; an expression of a query.
  static func ownPath(isLocal: Bool) -> String {
    "pg_catalog.set_config('search_path', pg_catalog.current_setting('\(keptPath)'), \(isLocal))"
  }

  /// Before a statement that holds values or gives rows, in case that one before it has changed how SQL is
  /// read or values are written.
  ///
  /// - Parameter isLocal: whether it ends with the transaction.
  static func guardCommand(isLocal: Bool) -> SQLCommand {
    setting(reading + values, isLocal: isLocal)
  }

  /// Before and behind a statement that gives rows: how values are written now. A function that it calls, or a trigger,
  /// may have changed that; what changes it and puts it back within one statement is not seen.
  static let question = SQLCommand(
    "SELECT "
      + (writing.map(\.0) + own).map { "pg_catalog.current_setting('\($0)')" }
      .joined(separator: ", "))

  private static let writing = values + [("client_encoding", "UTF8")]
  /// By these values are written too, and they are whatever the session and the step have made of them: only a
  /// statement that gives rows must not change them while it does.
  private static let own = ["TimeZone", "xmlbinary", "lc_monetary"]

  /// The first setting that the question found to be another one.
  ///
  /// - Parameter before: what it found before the statement; nil where it was not asked.
  static func changed(_ outcome: SQLOutcome, since before: SQLOutcome?) -> String? {
    guard let row = row(outcome) else { return nil }
    let changed = zip(writing, row).first { setting, now in
      !isReadTheSame(setting.0, by: now.stringValue)
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

  /// Whether two names are of one setting: PostgreSQL compares them without regard to the case of ASCII
  /// letters (`guc_name_compare`).
  static func isSame(_ name: String, _ other: String) -> Bool {
    folded(name).utf8.elementsEqual(folded(other).utf8)
  }

  /// Whether SQL is read, and values are written, as before once the setting has that value; true for
  /// settings of another sort.
  ///
  /// - Parameter value: nil where it is not known, or is whatever it was set to elsewhere.
  static func isReadTheSame(_ name: String, by value: String?) -> Bool {
    guard let (_, usual) = (reading + values).first(where: { isSame($0.0, name) }) else {
      return true
    }
    guard let value = value.map(folded) else { return false }
    if usual.isIdentical(to: "ISO") {
      return value.utf8.split { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: " ") }
        .allSatisfy { dateWords.contains(String(decoding: $0, as: UTF8.self)) }
    }
    let same: [String: Set<String>] = [
      "on": ["on", "true", "yes", "1"], "off": ["off", "false", "no", "0"],
      "UTF8": ["utf8", "utf-8", "unicode"],
    ]
    return same[usual, default: [usual]].contains(value)
  }

  /// What a `DateStyle` that writes as ISO may be made of: the order of day and month is the step's.
  private static let dateWords: Set<String> = ["iso", "dmy", "mdy", "ymd"]

  static func folded(_ name: String) -> String {
    String(
      decoding: name.utf8.map { (65...90).contains($0) ? $0 + 32 : $0 }, as: UTF8.self)
  }
}
