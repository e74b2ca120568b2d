package import RunbookEngine
package import RunbookModel

/// Connections to files of SQLite.
package struct SQLiteConnections: ConnectionKind {
  package let name = "sqlite"
  package let example = "sqlite:////srv/app/app.db"
  package let hasRoles = false
  package let hasSandboxes = false
  package let files: SQLiteGateway

  package init(_ files: SQLiteGateway) { self.files = files }

  package var gateway: any ConnectionGateway { files }

  package var sql: any StepKind { SQLiteKind(files: files) }

  package func serves(_ step: KindSpec) -> Bool { step.name == "sql" }

  package func target(
    of url: String, in folder: String
  ) throws(StepFailure) -> ConnectionPlace {
    let target = try SQLiteTarget(url: url, in: folder)
    return ConnectionPlace(url: target.url, display: target.path)
  }
}
