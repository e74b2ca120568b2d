import Foundation
import RunbookEngine
import RunbookModel
import Testing

@testable import RunbookMigrations
@testable import RunbookSystem

/// A folder of revision files that lives as long as its test.
final class TestProject {
  let folder: String

  init() throws {
    folder = NSTemporaryDirectory() + "/migrations-\(UUID().uuidString)"
    try FileManager.default.createDirectory(
      atPath: "\(folder)/versions", withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  func write(_ name: String, _ text: String) throws {
    let path = "\(folder)/\(name)"
    try FileManager.default.createDirectory(
      atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    try text.write(toFile: path, atomically: false, encoding: .utf8)
  }

  /// A revision whose `upgrade` and `downgrade` have the given lines; the first of `upgrade` is line 15.
  func revise(
    _ revision: String, from down: String? = nil, created: String = "2025-10-18 22:01:13.250000",
    head: String = "from alembic import op", upgrade: String, downgrade: String = "pass"
  ) throws {
    func indented(_ text: String) -> String {
      text.pieces(separatedBy: "\n", omittingEmptySubsequences: false).map { "    \($0)" }
        .joined(separator: "\n")
    }
    try write(
      "versions/\(revision)_change.py",
      """
      \"\"\"Change of \(revision)

      Revision ID: \(revision)
      Revises: \(down ?? "")
      Create Date: \(created)

      \"\"\"
      import sqlalchemy as sa
      \(head)

      revision = "\(revision)"
      down_revision = \(down.map { "\"\($0)\"" } ?? "None")

      def upgrade():
      \(indented(upgrade))

      def downgrade():
      \(indented(downgrade))
      """)
  }

  func read(
    path: String? = nil, revision: String? = nil, since: Timestamp? = nil, tables: [String] = [],
    owners: Value? = nil, application: String? = nil, tool: MigrationTool? = nil,
    applied: [String]? = nil
  ) async throws -> StepResult {
    try await MigrationsActivity(
      environment: ProcessInfo.processInfo.environment, path: path ?? folder, tool: tool,
      revision: revision,
      since: since, tables: tables, owners: owners.flatMap { TableOwners($0) },
      application: application, applied: applied
    ).perform(in: Self.context)
  }

  static let context = AttemptContext(
    run: RunID(rawValue: "r"), step: StepID("migrations"), attempt: 1,
    actor: Actor(account: "test"), timeout: nil, generation: 1, evidenceFolder: "/nowhere",
    output: { _ in }, now: { .epoch })
}

extension StepResult {
  /// The maps of one of the result's lists.
  func maps(_ name: String) -> [ValueMap] {
    values[name]?.listValue?.compactMap(\.mapValue) ?? []
  }

  /// The names in one of the result's lists.
  func names(_ name: String) -> [String] {
    values[name]?.listValue?.compactMap(\.stringValue) ?? []
  }
}

extension ValueMap {
  func maps(_ name: String) -> [ValueMap] { self[name]?.listValue?.compactMap(\.mapValue) ?? [] }
}
