package import RunbookModel

/// One way to bring back what was lost: everything that it would run, and what it would bring.
///
/// It goes from the step that looks for ways, through a capture, to the one that takes it.
package struct RecoveryWay: Sendable {
  package enum Name: String, Sendable, CaseIterable {
    /// Renaming back: nothing is lost.
    case rename
    /// A backup.
    case archive
    /// What the culprit migration's own `downgrade()` makes.
    case downgrade
    /// The runbook's own statements.
    case runbook
    /// Nothing was lost.
    case none
  }

  package var name: Name
  /// One line for people.
  package var title = ""
  /// Objects that it makes again, and rows that it brings.
  package var objects: Int64 = 0
  package var rows: Int64 = 0
  /// As of when its rows are.
  package var asOf: Timestamp?
  /// What it cannot bring back, as a sentence.
  var loses = ""
  package var risks: [String] = []
  /// Run first, in order.
  package var before: [String] = []
  package var loads: [TableLoad] = []
  /// What the archive's data are, in its order.
  package var contents: [ArchivePart] = []
  /// Keys and indexes, after the rows.
  package var after: [String] = []
  /// Where standing sequences have to be at least, after these.
  package var positions: [String] = []
  /// Partitions and children to their parents, when they have what is theirs and no row that must not be there.
  package var attach: [String] = []
  /// References, triggers and what else must not see the rows come.
  package var last: [String] = []
  /// References that are made again, or that are there on tables that are filled.
  package var foreignKeys: [ForeignKey] = []
  /// Tables whose rows are those of their partitions, each with those of these that rows come to.
  package var partitioned: [[String]] = []
  /// Other tables with children: a statement that is meant for one of them alone says so.
  package var parents: [String] = []
  /// Columns that are added again and may not be null: `table` and `column`.
  package var required: [[String]] = []
  /// Columns that are added again and number their rows: `table`, `column`, and what numbers them.
  package var numbered: [[String]] = []
  /// What is known not to come back, as sentences.
  package var remains: [String] = []
  /// What it could run and does not, as it would take away what is meant to be there.
  package var leftOut: [String] = []
  package var archive: ArchiveMark?
  /// The archive's entries of data.
  var data: [Int] = []

  package init(_ name: Name) { self.name = name }

  /// What it brings and what not, in a line.
  var words: String {
    "brings back \(objects) objects and \(rows) rows by \(title); lost with it: \(loses)"
  }

  package var statements: [String] { before + after + positions + attach + last }
}

/// Which file an archive was.
package struct ArchiveMark: Sendable, Hashable {
  package let path: String
  package let size: Int64
  package let digest: Digest
}

extension RecoveryWay {
  package var value: Value {
    var map = ValueMap()
    func put(_ key: String, _ texts: [String]) { map[key] = .list(texts.map(Value.string)) }
    map["way"] = .string(name.rawValue)
    map["title"] = .string(title)
    map["objects"] = .int(objects)
    map["rows"] = .int(rows)
    map["as_of"] = asOf.map(Value.timestamp) ?? .null
    map["loses"] = .string(loses)
    put("risks", risks)
    put("before", before)
    map["loads"] = .list(loads.map(\.value))
    map["contents"] = .list(contents.map(\.value))
    put("after", after)
    put("last", last)
    // What is not needed is left out: a receipt of before is of the same way.
    func putSome(_ key: String, _ lists: [[String]]) {
      guard !lists.isEmpty else { return }
      map[key] = .list(lists.map { .list($0.map(Value.string)) })
    }
    for (key, texts) in [
      ("positions", positions), ("attach", attach), ("parents", parents), ("remains", remains),
    ] where !texts.isEmpty { put(key, texts) }
    putSome("partitioned", partitioned)
    putSome("required", required)
    putSome("numbered", numbered)
    map["foreign_keys"] = .list(foreignKeys.map(\.value))
    put("left_out", leftOut)
    if let archive {
      map["archive"] = [
        "path": .string(archive.path), "size": .int(archive.size),
        "sha256": .string(archive.digest.hex),
      ]
      map["entries"] = .list(data.map { .int(Int64($0)) })
    }
    return .map(map)
  }

  package init?(_ value: Value) {
    guard let map = value.mapValue, let name = map["way"]?.stringValue.flatMap(Name.init) else {
      return nil
    }
    self.init(name)
    func texts(_ key: String) -> [String] {
      map[key]?.listValue?.compactMap(\.stringValue) ?? []
    }
    title = map["title"]?.stringValue ?? ""
    objects = map["objects"]?.intValue ?? 0
    rows = map["rows"]?.intValue ?? 0
    if case .timestamp(let time)? = map["as_of"] { asOf = time }
    loses = map["loses"]?.stringValue ?? ""
    risks = texts("risks")
    before = texts("before")
    after = texts("after")
    last = texts("last")
    leftOut = texts("left_out")
    positions = texts("positions")
    attach = texts("attach")
    parents = texts("parents")
    remains = texts("remains")
    func lists(_ key: String) -> [[String]] {
      map[key]?.listValue?.compactMap { $0.listValue?.compactMap(\.stringValue) } ?? []
    }
    partitioned = lists("partitioned").filter { !$0.isEmpty }
    required = lists("required").filter { $0.count == 2 }
    numbered = lists("numbered").filter { $0.count == 3 }
    loads = map["loads"]?.listValue?.compactMap { TableLoad($0) } ?? []
    foreignKeys = map["foreign_keys"]?.listValue?.compactMap { ForeignKey($0) } ?? []
    contents = map["contents"]?.listValue?.compactMap { ArchivePart($0) } ?? []
    guard loads.count == map["loads"]?.listValue?.count ?? 0,
      contents.count == map["contents"]?.listValue?.count ?? 0
    else { return nil }
    guard let archive = map["archive"]?.mapValue else { return }
    guard let path = archive["path"]?.stringValue, let size = archive["size"]?.intValue,
      let digest = archive["sha256"]?.stringValue.flatMap(Digest.init(hex:))
    else { return nil }
    self.archive = ArchiveMark(path: path, size: size, digest: digest)
    data = map["entries"]?.listValue?.compactMap { $0.intValue.map { Int(clamping: $0) } } ?? []
  }
}
