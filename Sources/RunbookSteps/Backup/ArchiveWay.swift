import Glibc
import RunbookEngine
import RunbookModel

/// The way by a backup: what of the damage it undoes, and how.
struct ArchiveWay {
  let damage: CatalogDamage
  let archive: Archive
  let live: CatalogSnapshot
  let renames: [String]
  /// Looks up a standing table's triggers.
  let triggers:
    @Sendable ([(table: String, present: String)]) async throws(StepFailure) -> ExactMap<
      [TableTrigger]
    >

  func find() async throws(StepFailure) -> RecoveryWay {
    var way = RecoveryWay(.archive)
    let lost = damage.missing.filter { object in
      object.kind != "column" && !(object.table.map { damage.renamed[$0] != nil } ?? false)
        && !isWithoutColumns(object)
    }
    let present = ExactSet(live.objects.map(\.archiveName))
    let ids = ArchiveClosure(archive: archive, present: present)
      .ids(for: ExactSet(lost.map(\.archiveName))).union(ofColumns)
    let entries = archive.entries.filter { ids.contains($0.id) }
    func statements(_ section: ArchiveEntry.Section) async throws(StepFailure) -> [String] {
      let chosen = entries.filter { archive.section(of: $0) == section }
      return try await archive.statements(for: Set(chosen.map(\.id)))
    }
    let columns = lostColumns
    way.before = renames + columns.compactMap(\.remake.first)
    way.before += try await statements(.before)
    way.after = try await columns.flatMap { $0.remake.dropFirst() } + statements(.after)
    way.last = try await statements(.last)
    way.last += uncovered(lost, by: ExactSet(entries.compactMap(\.objectName))).flatMap(
      \.statements)
    way.foreignKeys = lost.compactMap { ForeignKey($0) }
    try await addLoads(to: &way, entries)
    way.objects = Int64(lost.count + columns.count)
    way.asOf = archive.createdAt
    way.archive = try await ArchiveMark(of: archive.path)
    describe(&way)
    return way
  }

  /// Parts of standing tables that an archive holds only within their table: checks, say, and grants.
  private func uncovered(_ lost: [CatalogObject], by names: ExactSet) -> [CatalogObject] {
    let there = ExactSet(live.objects.map { "\($0.kind) \($0.identity)" })
    return lost.filter { object in
      if let granted = object.grantedObject { return there.contains(String(granted)) }
      return object.belongs(toOneOf: live.tables)
        && !names.contains(object.archiveName)
    }
  }

  /// Whether it is a reference from columns that are gone, and that nobody asked to bring back.
  private func isWithoutColumns(_ object: CatalogObject) -> Bool {
    guard let key = ForeignKey(object), live.tables.contains(key.table) else { return false }
    let back = ExactSet(lostColumns.map(\.identity))
    return key.columns.map { "\(key.table).\($0)" }.contains { column in
      !back.contains(column)
        && !live.objects.contains { $0.kind == "column" && $0.identity.isIdentical(to: column) }
    }
  }

  private var lostColumns: [CatalogObject] {
    let gone = ExactSet(damage.missing.filter { $0.kind == "table" }.map(\.identity))
    return damage.missing.filter {
      $0.kind == "column" && $0.table != nil && !$0.belongs(toOneOf: gone) && !$0.remake.isEmpty
    }.sorted { ($0.table ?? "", $0.position) < ($1.table ?? "", $1.position) }
  }

  /// Comments and grants of columns that are added again: the table that they depend on is there.
  private var ofColumns: Set<Int> {
    func name(_ kind: String, _ schema: String?, _ tag: String) -> String {
      [kind, schema ?? "", tag].joined(separator: CatalogObject.nameSeparator)
    }
    let names = ExactSet(
      lostColumns.flatMap { column in
        // pg_dump writes names in a grant's tag as they are, and in a comment's with quotes.
        let bare = TableName.parts(of: column.identity)
        let quoted = column.identity.splitOutsideQuotes(by: ".").dropFirst()
        return [
          name("ACL", bare.first, "COLUMN " + bare.dropFirst().joined(separator: ".")),
          name("COMMENT", bare.first, "COLUMN " + quoted.joined(separator: ".")),
        ]
      })
    return Set(
      archive.entries.filter { names.contains(name($0.kind, $0.schema, $0.tag)) }.map(\.id))
  }

  private func addLoads(
    to way: inout RecoveryWay, _ entries: [ArchiveEntry]
  ) async throws(StepFailure) {
    let made = damage.missing.filter { $0.kind == "table" && damage.renamed[$0.identity] == nil }
    var modes: [TableName: TableLoad.Mode] = [:]
    for table in made { modes[TableName(identity: table.identity)] = .whole }
    for table in damage.emptied { modes[TableName(identity: table)] = .fill }
    for column in lostColumns {
      if let table = column.table {
        modes[TableName(identity: table), default: .columns] = .columns
      }
    }
    let data = archive.entries.filter { entry in
      guard entry.kind == "TABLE DATA", let schema = entry.schema else { return false }
      return modes[TableName(schema: schema, name: entry.tag)] != nil
    }
    let sequences = entries.filter { $0.kind == "SEQUENCE SET" }
    way.data = archive.entries.map(\.id).filter { id in
      data.contains { $0.id == id } || sequences.contains { $0.id == id }
    }
    let known = damage.missing + damage.standing + live.objects
    let names = Dictionary(
      known.filter { $0.kind == "table" }.map { (TableName(identity: $0.identity), $0.identity) }
    ) { first, _ in first }
    let contents = try await archive.contents(of: Set(way.data), as: names)
    way.contents = contents.parts
    let standing = contents.counts.inOrder.map(\.key).filter { table in
      modes[TableName(identity: table)].map { $0 != .whole } ?? false
    }
    let triggers = try await triggers(standing.map { ($0, damage.renamed[$0] ?? $0) })
    for (table, rows) in contents.counts.inOrder {
      guard let mode = modes[TableName(identity: table)] else { continue }
      var load = load(table, mode, rows)
      load.copied = contents.columns[table] ?? []
      load.triggers = triggers[table] ?? []
      way.loads.append(load)
      if mode == .whole { continue }
      way.foreignKeys += damage.standing.filter { $0.belongs(to: table) }.compactMap {
        ForeignKey($0)
      }
    }
    way.rows = way.loads.filter { $0.mode != .columns }.reduce(0) { $0 + $1.rows }
  }

  private func load(_ table: String, _ mode: TableLoad.Mode, _ rows: Int64) -> TableLoad {
    let columns = mode == .columns ? lostColumns.filter { $0.belongs(to: table) } : []
    let mark = "PRIMARY KEY ("
    let key = (damage.standing + damage.missing).first {
      $0.kind == "constraint" && $0.belongs(to: table) && $0.definition.begins(with: mark)
    }
    let names = key.map { key in
      let text = key.definition.dropFirstScalars(mark.unicodeScalars.count)
      let end = text.firstOutsideQuotes(of: ")") ?? text.endIndex
      return text[..<end].splitOutsideQuotes(by: ",").map(\.trimmingSpaces)
    }
    var load = TableLoad(
      table: table, mode: mode, rows: rows, key: names ?? [], columns: columns.map(\.name),
      types: columns.map(\.columnType))
    if mode == .columns {
      load.zoned = load.key.filter { name in
        damage.standing.contains { column in
          column.kind == "column" && column.belongs(to: table)
            && column.name.isIdentical(to: name)
            && column.columnType.begins(with: "timestamp")
            && column.columnType.ends(with: " with time zone")
        }
      }
    }
    return load
  }

  private func describe(_ way: inout RecoveryWay) {
    let time = archive.createdAt.map { "\($0)" } ?? "an unknown time"
    way.title = "the backup \(archive.path), made at \(time)"
    way.loses = "rows written after \(time), and changes of rows since then"
    let made = way.loads.filter { $0.mode == .whole }.map { TableName(identity: $0.table).shown }
    if !made.isEmpty {
      way.risks.append(
        "rows of \(made.joined(separator: ", ")) that were deleted after \(time) come back, and "
          + "updates since then are undone; the database no longer says which")
    }
    let without = damage.missing.filter { $0.kind == "table" }.map(\.identity).filter { table in
      damage.renamed[table] == nil && !way.loads.contains { $0.table.isIdentical(to: table) }
    }
    if !without.isEmpty {
      let names = without.map { TableName(identity: $0).shown }.joined(separator: ", ")
      way.risks.append("the backup has no rows of \(names)")
    }
    for object in damage.missing where isWithoutColumns(object) {
      way.risks.append(
        "the reference \(object.name) of \(TableName(identity: object.table ?? "").shown) cannot "
          + "come back without its columns")
    }
    for load in way.loads where load.mode == .columns && load.key.isEmpty {
      way.risks.append(
        "\(TableName(identity: load.table).shown) has no primary key: the lost columns' values "
          + "cannot be put back")
    }
  }
}

extension CatalogObject {
  /// Of a column.
  fileprivate var position: Int { Int(definition.prefixOfScalars { $0 != ":" }) ?? 0 }

  /// Of a column: `3: character varying(20) NOT NULL` has the type between.
  fileprivate var columnType: String {
    let text = definition.dropScalars { $0 != ":" }.dropFirstScalars(2)
    let ends = [
      " collate ", " NOT NULL", " GENERATED ", " DEFAULT ", " STORAGE ", " STATISTICS ", " WITH ",
    ]
    var isQuoted = false
    let end = text.unicodeScalars.indices.first { index in
      if text.unicodeScalars[index] == "\"" { isQuoted.toggle() }
      return !isQuoted && ends.contains { text[index...].begins(with: $0) }
    }
    return String(text[..<(end ?? text.endIndex)])
  }
}

extension ArchiveMark {
  /// Reads the whole file; a folder's mark is that of its table of contents.
  init(of path: String) async throws(StepFailure) {
    self = try await OwnThread.run { Self.read(path) }.get()
  }

  /// On the calling thread.
  static func read(_ path: String) -> Result<ArchiveMark, StepFailure> {
    var status = stat()
    guard stat(path, &status) == 0 else {
      return .failure(StepFailure(.unreachable, "\(path) cannot be read"))
    }
    let isFolder = status.st_mode & S_IFMT == S_IFDIR
    let descriptor = open(isFolder ? "\(path)/toc.dat" : path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      return .failure(StepFailure(.unreachable, "\(path) cannot be read"))
    }
    defer { close(descriptor) }
    var hasher = Digest.Hasher()
    var size: Int64 = 0
    var chunk = [UInt8](repeating: 0, count: 1 << 20)
    while true {
      let count = Glibc.read(descriptor, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else {
        return .failure(StepFailure(.unreachable, "\(path) cannot be read"))
      }
      guard count > 0 else { break }
      hasher.update(chunk[..<count])
      size += Int64(count)
    }
    return .success(ArchiveMark(path: path, size: size, digest: hasher.finalize()))
  }
}
