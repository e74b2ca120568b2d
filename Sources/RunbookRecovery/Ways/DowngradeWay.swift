import RunbookEngine
package import RunbookModel
import RunbookPostgres
import RunbookSystem

/// The way by the culprit migration's own `downgrade()`, of which only that is taken which makes lost
/// objects again: the rest would take away what was meant to be there, with what was written since.
///
/// Alembic renders it without a database:
/// https://alembic.sqlalchemy.org/en/latest/offline.html
package struct DowngradeWay {
  package let damage: CatalogDamage
  package let live: CatalogSnapshot
  package let renames: [String]
  package let project: String
  package let revision: String
  package let environment: [String: String]

  package func find() async throws(StepFailure) -> RecoveryWay {
    let statements = try await ArchiveScript(render()).statements
    let lost = Set(damage.goneTables.map { TableName(identity: $0) })
    var made: [MadeObject] = []
    var way = RecoveryWay(.downgrade)
    for statement in statements {
      let object = MadeObject(statement)
      if let object, lost.contains(object.table) || isLostColumn(object) {
        made.append(object)
      } else if !Self.isFrame(statement) {
        way.leftOut.append(statement)
      }
    }
    guard !made.isEmpty else {
      throw StepFailure(.invalid, "the downgrade of \(revision) makes nothing of what was lost")
    }
    way.before = renames + Self.inReferenceOrder(made).map(\.statement)
    let tables = Set(made.map(\.table)).intersection(lost).map(\.shown).sorted()
    way.objects = Int64(made.count)
    way.title = "the downgrade of \(revision), as far as it makes lost objects again"
    way.loses =
      (tables.isEmpty ? "" : "every row of \(tables.joined(separator: ", ")); ")
      + "what Alembic does not describe: triggers, grants, policies, comments, statistics"
    let rest = lost.filter { table in !made.contains { $0.table == table } }.map(\.shown).sorted()
    if !rest.isEmpty {
      way.risks.append("it does not make \(rest.joined(separator: ", "))")
    }
    return way
  }

  private func isLostColumn(_ object: MadeObject) -> Bool {
    guard let column = object.column else { return false }
    return damage.missing.contains {
      guard $0.kind == "column" else { return false }
      let parts = TableName.parts(of: $0.identity)
      return parts.isIdentical(to: [object.table.schema, object.table.name, column])
    }
  }

  /// What Alembic puts around: the transaction, and its own table of versions.
  private static func isFrame(_ statement: String) -> Bool {
    let head = statement.prefixOfScalars(40).uppercased()
    return head.begins(with: "BEGIN") || head.begins(with: "COMMIT")
      || statement.holds("alembic_version")
  }

  private func render() async throws(StepFailure) -> String {
    guard
      let alembic = ProgramPath.find("alembic", in: environment["PATH"] ?? "")
        ?? ProgramPath.find("alembic")
    else { throw StepFailure(.unreachable, "alembic is not installed here") }
    let output = try await ChildProcess.run(
      [alembic, "downgrade", "\(revision):\(try await downRevision(alembic))", "--sql"],
      environment: childEnvironment, workingDirectory: project, timeout: .seconds(120))
    guard output.exitCode == 0 else {
      throw StepFailure(
        .refused, "alembic cannot render the downgrade of \(revision)",
        detail: output.stderr.pieces(separatedBy: "\n").suffix(3).joined(separator: "\n"),
        code: "\(output.exitCode)")
    }
    return output.stdout
  }

  private var childEnvironment: [String: String] {
    [
      "PATH": environment["PATH"] ?? ProgramPath.standard, "LANG": "C.UTF-8",
      "PYTHONDONTWRITEBYTECODE": "1",
    ]
  }

  /// `Parent: 3f2a9c1d7b10` of `alembic show`; `base` for the first revision.
  private func downRevision(_ alembic: String) async throws(StepFailure) -> String {
    let output = try await ChildProcess.run(
      [alembic, "show", revision], environment: childEnvironment, workingDirectory: project,
      timeout: .seconds(60))
    let line = output.stdout.pieces(separatedBy: "\n").first { $0.begins(with: "Parent: ") }
    guard output.exitCode == 0, let line else {
      throw StepFailure(
        .refused, "alembic does not know the revision \(revision)", detail: output.stderr)
    }
    let parent = line.dropFirstScalars(8)
    return parent == "<base>" ? "base" : String(parent)
  }

  /// A table after those that it refers to; everything else in the order as it came.
  private static func inReferenceOrder(_ objects: [MadeObject]) -> [MadeObject] {
    var left = objects.filter(\.isTable)
    var ordered: [MadeObject] = []
    while !left.isEmpty {
      let names = Set(left.map(\.table))
      let next = left.firstIndex { object in
        !object.references.contains { $0 != object.table && names.contains($0) }
      }
      ordered.append(left.remove(at: next ?? 0))
    }
    return ordered + objects.filter { !$0.isTable }
  }
}
