public struct ConnectionIdentified: Sendable, Hashable, Codable {
  public let connection: String
  public let identity: ConnectionIdentity
  /// The server's clock less this host's, where it was measured, in microseconds.
  public let clockOffsetMicroseconds: Int64?

  public init(
    connection: String, identity: ConnectionIdentity, clockOffsetMicroseconds: Int64? = nil
  ) {
    self.connection = connection
    self.identity = identity
    self.clockOffsetMicroseconds = clockOffsetMicroseconds
  }
}

/// Which database a connection really leads to.
public struct ConnectionIdentity: Sendable, Hashable, Codable {
  /// From `pg_control_system()`; nil where the role may not ask.
  public let systemIdentifier: String?
  public let timelineID: Int64?
  public let database: String
  public let databaseOID: Int64
  public let role: String
  public let isSuperuser: Bool
  public let serverVersion: String
  public let isReplica: Bool
  /// Host and port, or the socket's folder, as connected.
  public let address: String
  /// Where the role's statements look for what they name; nil in entries of an earlier version.
  public let searchPath: String?

  public init(
    systemIdentifier: String?, timelineID: Int64?, database: String, databaseOID: Int64,
    role: String, isSuperuser: Bool, serverVersion: String, isReplica: Bool, address: String,
    searchPath: String? = nil
  ) {
    self.searchPath = searchPath
    self.systemIdentifier = systemIdentifier
    self.timelineID = timelineID
    self.database = database
    self.databaseOID = databaseOID
    self.role = role
    self.isSuperuser = isSuperuser
    self.serverVersion = serverVersion
    self.isReplica = isReplica
    self.address = address
  }
}

extension ConnectionIdentity {
  /// Whether it is the same database on the same, unbroken history: neither another server, a restored
  /// copy, a replica, nor a replica that was promoted since.
  public func isSameDatabase(as other: ConnectionIdentity) -> Bool {
    systemIdentifier == other.systemIdentifier && timelineID == other.timelineID
      && database == other.database && databaseOID == other.databaseOID
      && isReplica == other.isReplica
  }
}
