import RunbookEngine
package import RunbookModel

/// What a database held at a moment: its catalogue, how many rows, and where its sequences stood.
package struct CatalogSnapshot: Sendable {
  /// How a number of rows is known.
  package enum Counting: String, Sendable, CaseIterable {
    /// By `count(*)`, with a number for each row's primary key, so that it can be told later which rows
    /// are gone and which have come; of larger tables by `count(*)` alone.
    case keys
    /// As `keys`, with a number for all that a row holds.
    case contents
    /// By `count(*)`.
    case exact
    /// By the server's statistics, which lag behind.
    case estimated
    /// Not at all.
    case none
  }

  /// What a row's number is made of.
  package enum Numbering: String, Sendable {
    /// Its primary key.
    case keys
    /// All of its columns, by their names.
    case contents
  }

  package struct Rows: Sendable, Hashable {
    /// Of a partitioned table those of its partitions. nil where they were not counted.
    package let count: Int64?
    let counting: Counting
    /// Why they could not be counted: `the role reader lacks SELECT on it`.
    package var reason: String?
    /// 64 bits of a hash of each row's primary key, or of all of it; nil where they were not taken.
    var keys: [Int64]?
    /// nil also in a file of version 1, which does not say it, and had other numbers for contents.
    var numbering: Numbering?

    /// Both tables' numbers; nil where one has none, or where they are not known to be made of the same.
    func numbers(with other: Rows) -> (own: [Int64], others: [Int64])? {
      guard let keys, let others = other.keys else { return nil }
      let isSame =
        if let numbering, let another = other.numbering {
          numbering == another
        } else {
          // Numbers of 64 bits are in both only where they are made of the same.
          keys.isEmpty || others.isEmpty || !Set(keys).isDisjoint(with: others)
        }
      return isSame ? (keys, others) : nil
    }

    /// How many rows another table's numbers lack of this one's, and how many they have beside them; nil where they
    /// cannot be held against one another. Each row counts, also one that is the same as another.
    package func change(to other: Rows) -> (gone: Int64, new: Int64)? {
      guard let (own, others) = numbers(with: other) else { return nil }
      var counts: [Int64: Int64] = [:]
      for number in own { counts[number, default: 0] += 1 }
      var shared: Int64 = 0
      for number in others where counts[number, default: 0] > 0 {
        counts[number, default: 0] -= 1
        shared += 1
      }
      return (Int64(own.count) - shared, Int64(others.count) - shared)
    }
  }

  package let database: String
  package let serverVersion: String
  package let takenAt: Timestamp?
  /// In the order of kind and identity.
  let objects: [CatalogObject]
  /// By the table's identity.
  package let rows: ExactMap<Rows>
  /// By the sequence's identity: the last value that was given out; nil when none was.
  package let positions: ExactMap<Int64?>

  package init(
    database: String, serverVersion: String, takenAt: Timestamp?, objects: [CatalogObject],
    rows: ExactMap<Rows>, positions: ExactMap<Int64?>
  ) {
    self.database = database
    self.serverVersion = serverVersion
    self.takenAt = takenAt
    self.objects = objects.sorted { $0.key < $1.key }
    self.rows = rows
    self.positions = positions
  }

  /// SHA-256 over the objects in their order, without rows and positions: the same for databases whose
  /// catalogues are the same, whichever server they are on. How inner objects are called depends on the order in
  /// which others were made.
  package var fingerprint: Digest {
    var hasher = Digest.Hasher()
    for object in objects where !object.isInner {
      for part in [object.kind, object.identity, object.definition] {
        hasher.update("\(part.utf8.count):\(part)")
      }
    }
    return hasher.finalize()
  }

  package var tables: ExactSet { ExactSet(objects.filter { $0.kind == "table" }.map(\.identity)) }

  package func with(rows: ExactMap<Rows>, takenAt: Timestamp?) -> CatalogSnapshot {
    CatalogSnapshot(
      database: database, serverVersion: serverVersion, takenAt: takenAt, objects: objects,
      rows: rows, positions: positions)
  }
}

extension CatalogSnapshot {
  package static let format = "runbook-catalog"
  package static let version: Int64 = 2
  private static let readVersions: ClosedRange<Int64> = 1...version

  /// As stored in a file: a format of its own with a version.
  package var value: Value {
    var map = ValueMap()
    map["format"] = .string(Self.format)
    map["version"] = .int(Self.version)
    map["database"] = .string(database)
    map["server_version"] = .string(serverVersion)
    map["taken_at"] = takenAt.map { .timestamp($0) } ?? .null
    map["fingerprint"] = .string(fingerprint.hex)
    map["rows"] = .list(
      rows.inOrder.map { table, rows in
        var row: ValueMap = ValueMap([
          ("table", .string(table)), ("count", rows.count.map(Value.int) ?? .null),
          ("counting", .string(rows.counting.rawValue)),
        ])
        if let reason = rows.reason { row["not_counted"] = .string(reason) }
        if let keys = rows.keys { row["keys"] = .list(keys.map(Value.int)) }
        if let numbering = rows.numbering { row["keys_of"] = .string(numbering.rawValue) }
        return .map(row)
      })
    map["sequences"] = .list(
      positions.inOrder.map { sequence, position in
        ["sequence": .string(sequence), "last_value": position.map(Value.int) ?? .null]
      })
    map["objects"] = .list(objects.map(\.value))
    return .map(map)
  }

  /// - Throws: `CatalogSnapshotError` for anything else, and for a catalogue that does not have the
  ///   fingerprint that stands beside it.
  package init(_ value: Value) throws(CatalogSnapshotError) {
    guard let map = value.mapValue, map["format"]?.stringValue == Self.format else {
      throw CatalogSnapshotError("it is not a snapshot of `runbook snapshot`")
    }
    guard map["version"]?.intValue.map(Self.readVersions.contains) ?? false else {
      throw CatalogSnapshotError("it has a format version that this program does not know")
    }
    let objects = map["objects"]?.listValue ?? []
    let read = objects.compactMap { CatalogObject($0) }
    guard read.count == objects.count, map["objects"]?.listValue != nil else {
      throw CatalogSnapshotError("an object in it lacks its kind, identity or definition")
    }
    var takenAt: Timestamp?
    if case .timestamp(let time)? = map["taken_at"] { takenAt = time }
    if let text = map["taken_at"]?.stringValue { takenAt = Timestamp(rfc3339: text) }
    guard let rows = Self.rows(map["rows"]), let positions = Self.positions(map["sequences"]) else {
      throw Self.problem("its rows or sequences are not written as a snapshot has them", value)
    }
    self.init(
      database: map["database"]?.stringValue ?? "",
      serverVersion: map["server_version"]?.stringValue ?? "", takenAt: takenAt, objects: read,
      rows: rows, positions: positions)
    guard map["fingerprint"]?.stringValue == fingerprint.hex else {
      throw Self.problem("its objects do not have the fingerprint that it states", value)
    }
  }

  /// What is marked as taken out is no definition and no number to compare with.
  private static func problem(_ message: String, _ value: Value) -> CatalogSnapshotError {
    CatalogSnapshotError(
      Redactor.hasMark(value)
        ? "secrets were taken out of it (\(Redactor.mark) stands in their place), and nothing can be held against "
          + "what is left: take one with `runbook snapshot`" : message)
  }

  /// - Returns: nil where one is written otherwise than a snapshot has it.
  private static func rows(_ value: Value?) -> ExactMap<Rows>? {
    var result = ExactMap<Rows>()
    for item in value?.listValue ?? [] {
      guard let map = item.mapValue, let table = map["table"]?.stringValue, result[table] == nil,
        let count = optional(map["count"], \.intValue),
        let counting = map["counting"]?.stringValue.flatMap(Counting.init),
        let keys = optional(map["keys"], { $0.listValue }),
        let reason = optional(map["not_counted"], \.stringValue),
        let numbering = optional(map["keys_of"], { $0.stringValue.flatMap(Numbering.init) })
      else { return nil }
      let numbers = keys?.compactMap(\.intValue)
      guard numbers?.count == keys?.count else { return nil }
      result[table] = Rows(
        count: count, counting: counting, reason: reason, keys: numbers, numbering: numbering)
    }
    return result
  }

  private static func positions(_ value: Value?) -> ExactMap<Int64?>? {
    var result = ExactMap<Int64?>()
    for item in value?.listValue ?? [] {
      guard let map = item.mapValue, let sequence = map["sequence"]?.stringValue,
        let position = optional(map["last_value"], \.intValue)
      else { return nil }
      result.updateValue(position, forKey: sequence)
    }
    return result
  }

  /// What may be missing or null, and is of its type where it is not.
  ///
  /// - Returns: nil where it is of another.
  private static func optional<Content>(
    _ value: Value?, _ content: (Value) -> Content?
  ) -> Content?? {
    guard let value, value != .null else { return .some(nil) }
    return content(value).map { .some($0) }
  }
}

/// Why a file is no snapshot.
package struct CatalogSnapshotError: Error, Sendable, Hashable {
  package let message: String

  package init(_ message: String) { self.message = message }
}
