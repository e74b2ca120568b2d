import Glibc
import RunbookEngine
package import RunbookModel
package import RunbookPostgres
import RunbookSystem

/// What an archive holds of data.
package struct ArchiveContents: Sendable {
  /// In the archive's order.
  package var parts: [ArchivePart] = []
  /// By the table's name, as the catalogue or else the archive writes it: how many rows there are, and of which columns.
  package var counts = ExactMap<Int64>()
  package var columns = ExactMap<[String]>()
}

/// A piece of an archive's data.
package enum ArchivePart: Sendable, Hashable {
  case rows(table: String)
  /// The statement that says where a sequence stands.
  case sequence(String)

  package var value: Value {
    switch self {
    case .rows(let table): ["rows": .string(table)]
    case .sequence(let statement): ["sequence": .string(statement)]
    }
  }

  package init?(_ value: Value) {
    if let table = value.mapValue?["rows"]?.stringValue {
      self = .rows(table: table)
    } else if let statement = value.mapValue?["sequence"]?.stringValue {
      self = .sequence(statement)
    } else {
      return nil
    }
  }
}

extension Archive {
  /// What it holds of data; everything is read.
  ///
  /// - Parameters:
  ///   - ids: of data's entries.
  ///   - names: how tables are to be called; others are called as the archive does.
  package func contents(
    of ids: Set<Int>, as names: [TableName: String]
  ) async throws(StepFailure) -> ArchiveContents {
    guard !ids.isEmpty else { return ArchiveContents() }
    return try await stream(ids) { (data) throws(StepFailure) in
      var counter = Counter(names: names)
      try data.read(into: &counter)
      return counter.contents
    }
  }

  /// What the data of these entries begin with.
  package func heads(of ids: Set<Int>) throws(StepFailure) -> [ArchiveData.Head] {
    var heads: [ArchiveData.Head] = []
    for entry in entries where ids.contains(entry.id) { heads.append(try ArchiveData.Head(entry)) }
    return heads
  }

  private struct Counter: ArchiveData.Receiver {
    let names: [TableName: String]
    private(set) var contents = ArchiveContents()
    private var table = ""

    init(names: [TableName: String]) { self.names = names }

    mutating func begin(_ copy: CopyStatement) {
      table = names[copy.name] ?? copy.table
      contents.parts.append(.rows(table: table))
      contents.columns[table] = copy.columns
      contents.counts[table] = 0
    }

    mutating func receive(_ bytes: ArraySlice<UInt8>) {
      contents.counts[table, default: 0] += bytes.lineCount
    }

    mutating func end() {}
    mutating func statement(_ text: String) { contents.parts.append(.sequence(text)) }
  }

  /// Runs `pg_restore` for these entries, and `body` on a thread of its own with what it writes.
  package func stream<Result: Sendable>(
    _ ids: Set<Int>, _ body: @escaping @Sendable (ArchiveData) throws(StepFailure) -> Result
  ) async throws(StepFailure) -> Result {
    let heads = try heads(of: ids)
    return try await streaming(ids) { (channel) async throws(StepFailure) -> Result in
      let outcome = try await OwnThread.run { () -> Swift.Result<Result, StepFailure> in
        do throws(StepFailure) {
          return .success(try body(ArchiveData(next: channel.next, heads: heads)))
        } catch {
          return .failure(error)
        }
      }
      return try outcome.get()
    }
  }

  /// Runs `pg_restore` for these entries beside `body`, which reads the channel to its end.
  package func streaming<Result: Sendable>(
    _ ids: Set<Int>, _ body: @escaping @Sendable (ByteChannel) async throws(StepFailure) -> Result
  ) async throws(StepFailure) -> Result {
    let channel = ByteChannel()
    let process = command(for: ids)
    let path = path
    let outcome = await withTaskGroup(of: Swift.Result<Result, StepFailure>?.self) { group in
      group.addTask {
        channel.finish(await Self.run(process, path, into: channel))
        return nil
      }
      group.addTask {
        do throws(StepFailure) {
          let result = try await body(channel)
          channel.close()
          return .success(result)
        } catch {
          channel.close()
          return .failure(error)
        }
      }
      var outcome: Swift.Result<Result, StepFailure>?
      for await one in group {
        guard let one else { continue }
        outcome = one
        // Whoever read has no use for the rest.
        group.cancelAll()
      }
      return outcome
    }
    guard let outcome else { throw StepFailure(.refused, "the archive was not read") }
    return try outcome.get()
  }

  private static func run(
    _ process: ChildProcess, _ path: String, into channel: ByteChannel
  ) async -> Swift.Result<Void, StepFailure> {
    let words = ByteCollector()
    do throws(StepFailure) {
      let ending = try await process.perform { stream, bytes in
        if stream == .standardOutput { channel.push(bytes) } else { words.append(bytes) }
      }
      if ending.reason == .exited, ending.exitCode == 0 { return .success(()) }
      if ending.reason == .cancelled {
        return .failure(StepFailure(.interrupted, "reading the archive was stopped"))
      }
      throw StepFailure(
        .refused, "pg_restore could not read \(path)", detail: words.text,
        code: "\(ending.exitCode)")
    } catch {
      return .failure(error)
    }
  }
}

extension ArraySlice<UInt8> {
  /// How many lines end in it; a row may be tens of megabytes long.
  package var lineCount: Int64 {
    withUnsafeBytes { all in
      guard let start = all.baseAddress else { return 0 }
      var count: Int64 = 0
      var from = 0
      while from < all.count,
        let hit = memchr(start + from, CInt(UInt8(ascii: "\n")), all.count - from)
      {
        count += 1
        from = UnsafeRawPointer(hit) - start + 1
      }
      return count
    }
  }
}
