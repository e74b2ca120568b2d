import RunbookModel

/// Reads the files of a tool that keeps its migrations as SQL.
package struct SQLMigrationReader {
  private static let mostBytes = 64 << 20
  private static let mostStatements = 5000
  /// Of a statement that takes nothing away.
  private static let excerpt = 400

  package let tool: MigrationTool
  package let folder: String

  package func read() -> MigrationFiles {
    let layout = SQLLayout(tool, folder)
    var files = MigrationFiles(tool: tool)
    files.notices = layout.notices
    for one in layout.unread {
      files.unreadable.append([
        "file": .string(one.file), "path": .string("\(folder)/\(one.file)"),
        "error": .string(one.why),
      ])
    }
    var left = Self.mostBytes
    for one in layout.migrations {
      let path = one.file.isEmpty ? folder : "\(folder)/\(one.file)"
      do throws(MigrationFile.Fault) {
        guard left > 0 else {
          throw MigrationFile.Fault(message: "the migrations are larger than 64 MiB in all")
        }
        let file = try MigrationFile.read(path)
        left -= file.bytes.count
        files.revisions.append(revision(one, file, at: path))
      } catch {
        files.unreadable.append([
          "file": .string(shown(one, path)), "path": .string(path),
          "error": .string(error.message),
        ])
      }
    }
    files.notices += Self.duplicates(of: files.revisions)
    files.heads = files.revisions.last.map { [$0.id] } ?? []
    return files
  }

  private static func duplicates(of revisions: [MigrationRevision]) -> [String] {
    Dictionary(grouping: revisions, by: \.id).filter { $0.value.count > 1 }
      .map { id, all in
        "the version \(id) is in several files: \(all.map(\.file).joined(separator: ", "))"
      }
      .sorted()
  }

  private func shown(_ one: SQLMigration, _ path: String) -> String {
    one.file.isEmpty ? path.pieces(separatedBy: "/").last.map(String.init) ?? path : one.file
  }

  private func revision(
    _ one: SQLMigration, _ file: MigrationFile, at path: String
  ) -> MigrationRevision {
    let sections = SQLSections(file.text)
    let reading = SQLJudge.read(sections.up, line: 1)
    var facts = ValueMap([
      ("file", .string(shown(one, path))), ("path", .string(path)), ("size", .int(file.size)),
      ("modified", .timestamp(file.modified)),
      ("sha256", .string(Digest.sha256(of: file.bytes).hex)), ("revision", .string(one.id)),
      ("message", .string(one.message)), ("created", one.created.map(Value.timestamp) ?? .null),
      ("created_has_zone", .bool(one.created != nil && one.hasZone)),
    ])
    if !one.dependencies.isEmpty {
      facts["depends_on"] = .list(one.dependencies.map(Value.string))
    }
    if let planner = one.planner { facts["planner"] = .string(planner) }
    var revision = MigrationRevision(
      id: one.id, downs: [], dependencies: one.dependencies, file: shown(one, path), path: path,
      facts: facts, created: one.created, modified: file.modified,
      operations: Self.operations(of: reading))
    revision.leftOut = max(0, reading.statements.count - Self.mostStatements)
    revision.makes = SQLJudge.read(sections.down).makes
    // A way down that cannot be read makes nothing that is known.
    if let name = one.downFile, let down = try? MigrationFile.read("\(folder)/\(name)") {
      revision.makes.formUnion(SQLJudge.read(down.text).makes)
    }
    return revision
  }

  private static func operations(of reading: SQLReading) -> [MigrationOperation] {
    var losses = Dictionary(grouping: reading.losses, by: \.statement)
    var operations = reading.statements.prefix(mostStatements).enumerated().map { index, one in
      MigrationOperation(one, losses: losses.removeValue(forKey: index) ?? [], excerpt: excerpt)
    }
    for index in losses.keys.sorted() {
      guard reading.statements.indices.contains(index) else { continue }
      operations.append(
        MigrationOperation(
          reading.statements[index], losses: losses[index] ?? [], excerpt: excerpt))
    }
    func gaps(_ gaps: [SQLReading.Gap]) -> [MigrationOperation.Gap] {
      gaps.map { MigrationOperation.Gap(line: Int64($0.line), text: "", reason: $0.reason) }
    }
    operations.append(
      MigrationOperation(
        undetermined: gaps(reading.undetermined), unreadable: gaps(reading.unreadable)))
    return operations
  }
}
