package import RunbookEngine
package import RunbookModel

/// Connections to PostgreSQL.
package struct PostgresConnections: ConnectionKind {
  package let name = "postgres"
  package let example = "postgresql://user@host/database"
  package let hasRoles = true
  package let hasSandboxes = true
  package let databases: PostgresGateway

  package init(_ databases: PostgresGateway) { self.databases = databases }

  package var gateway: any ConnectionGateway { databases }

  package var sql: any StepKind { SQLKind(gateway: databases) }

  package func serves(_ step: KindSpec) -> Bool { true }

  package func target(
    of url: String, in folder: String
  ) throws(StepFailure) -> ConnectionPlace {
    let (display, secrets) = try PostgresTargetReader().read(url: url)
    return ConnectionPlace(url: url, display: display, secrets: secrets)
  }
}
