import RunbookModel

/// Why it happened, in the author's words, and what the migration files say.
struct RootCauseFacts: Sendable {
  let rootCause: AuthoredBlock?
  let trigger: AuthoredBlock?
  let contributingFactors: AuthoredBlock?
  let migrations: [MigrationFacts]

  init(_ history: RunHistory, _ authored: AuthoredReport) {
    rootCause = authored.block("root_cause")
    trigger = authored.block("trigger")
    contributingFactors = authored.block("contributing_factors")
    migrations = history.steps.filter { $0.record.kind == "migrations" }.flatMap { step in
      guard let finished = step.answer, finished.payload.outcome == .succeeded,
        let culprits = finished.payload.result.mapValue?["culprits"]?.listValue
      else { return [MigrationFacts]() }
      let reference = Reference(finished)
      return culprits.compactMap { $0.mapValue }.map { MigrationFacts($0, reference: reference) }
    }
  }
}

/// A migration file that drops something.
struct MigrationFacts: Sendable {
  struct Drop: Sendable {
    /// `drop`, `truncate`, `delete`, `rename`, `move` or `detach`.
    let action: String
    let kind: String
    let table: String
    /// Of the index, column or the like that is dropped from the table.
    let name: String?
    let line: Int64?
    let text: String
    let owner: String?
    /// Whether that is another application than the one whose migration it is; nil where it is not known.
    let isForeign: Bool?

    var isOfTable: Bool { action == "drop" && (kind == "table" || kind == "drop_table") }
  }

  struct Change: Sendable {
    let operation: String
    let line: Int64?
    let text: String
  }

  enum Created: Sendable {
    case at(Timestamp, hasZone: Bool)
    case text(String)
  }

  struct Line: Sendable, Hashable {
    let number: Int64?
    let text: String
  }

  let file: String
  let revision: String?
  let message: String?
  let created: Created?
  let digest: String?
  let author: String?
  let commit: String?
  let authored: Timestamp?
  let merged: Timestamp?
  /// The merge that brought the commit.
  let merge: String?
  /// What shows a review, or that nothing does; nil where no commit is known.
  let review: String?
  let drops: [Drop]
  let intended: [Change]
  let reference: Reference

  init(_ map: ValueMap, reference: Reference) {
    file = map.text("file") ?? "unnamed"
    revision = map.text("revision")
    message = map.text("message")
    if case .timestamp(let time)? = map["created"] {
      created = .at(time, hasZone: map["created_has_zone"]?.boolValue ?? true)
    } else {
      created = (map.text("created") ?? map.text("create_date")).map { .text($0) }
    }
    digest = map.text("sha256")
    author = map.text("author")
    commit = map.text("commit")
    authored = map.time("authored")
    merged = map.time("merged")
    merge = map.text("merged_by")
    review = Self.review(map)
    drops = map.maps("drops").map {
      Drop(
        action: $0.text("action") ?? "drop", kind: $0.text("kind") ?? "drop",
        table: $0.text("table") ?? "", name: $0.text("name"),
        line: $0["line"]?.intValue, text: $0.text("text") ?? "", owner: $0.text("owner"),
        isForeign: $0["is_foreign"]?.boolValue)
    }
    intended = map.maps("intended").map {
      Change(
        operation: $0.text("op") ?? "change", line: $0["line"]?.intValue,
        text: $0.text("text") ?? "")
    }
    self.reference = reference
  }

  /// Whether the file is one of SQL.
  var isSQL: Bool { file.ends(with: ".sql") }

  private static func review(_ map: ValueMap) -> String? {
    guard map["commit"] != nil else { return nil }
    func names(_ key: String) -> [String] {
      map[key]?.listValue?.compactMap(\.stringValue) ?? []
    }
    let people = names("reviewed_by") + names("approved_by")
    let request = map.text("pull_request").map { ["pull request \($0)"] } ?? []
    let named = people.isEmpty ? "nobody is named as reviewer" : people.joined(separator: ", ")
    return ([named] + request).joined(separator: "; ")
  }

  /// The lines that take away what is not the application's own, in the file's order.
  var dangerousLines: [Line] {
    let foreign = drops.filter { $0.isForeign != false }
    return Self.sorted(
      (foreign.isEmpty ? drops : foreign).map { Line(number: $0.line, text: $0.text) })
  }
  /// The lines that drop, in the file's order.
  var dropLines: [Line] { Self.sorted(drops.map { Line(number: $0.line, text: $0.text) }) }
  /// The lines that were meant.
  var intendedLines: [Line] { Self.sorted(intended.map { Line(number: $0.line, text: $0.text) }) }

  /// Names of the tables that are dropped, each once.
  var droppedTables: [String] {
    drops.filter(\.isOfTable).reduce(into: []) { tables, drop in
      if !tables.contains(drop.table) { tables.append(drop.table) }
    }
  }

  private static func sorted(_ all: [Line]) -> [Line] {
    var seen: Set<Line> = []
    let lines = all.filter { seen.insert($0).inserted }
    return lines.enumerated().sorted { left, right in
      let (one, other) = (left.element.number ?? .max, right.element.number ?? .max)
      return one == other ? left.offset < right.offset : one < other
    }
    .map(\.element)
  }
}

extension ValueMap {
  /// The text at a key; nil where there is none, where it is null and where it is empty.
  func text(_ key: String) -> String? {
    guard let value = self[key], value != .null else { return nil }
    let text = value.displayText
    return text.isEmpty ? nil : text
  }

  func time(_ key: String) -> Timestamp? {
    if case .timestamp(let time)? = self[key] { time } else { nil }
  }

  func maps(_ key: String) -> [ValueMap] { self[key]?.listValue?.compactMap(\.mapValue) ?? [] }
}
