public struct ConnectionIdentified: Sendable, Hashable, Codable {
  public let connection: String
  public let identity: ConnectionIdentity
  /// The server's clock less this host's, where it was measured, in microseconds.
  public let clockOffsetMicroseconds: Int64?
  /// What the journal says that the run has done there, and is not there; nil where nothing is missing.
  public var lost: LostProof?
  /// Whether the server was started anew since a former process of the run saw it, and is asked about, as a copy that was
  /// made since holds what the run left too; nil is no.
  public var mayBeCopy: Bool?

  public init(
    connection: String, identity: ConnectionIdentity, clockOffsetMicroseconds: Int64? = nil,
    lost: LostProof? = nil, mayBeCopy: Bool? = nil
  ) {
    self.mayBeCopy = mayBeCopy
    self.lost = lost
    self.connection = connection
    self.identity = identity
    self.clockOffsetMicroseconds = clockOffsetMicroseconds
  }
}

/// What a database should hold of a run, by the run's journal, and does not: it is an older copy, or one
/// that did not get everything.
public struct LostProof: Sendable, Hashable, Codable {
  /// Whether the lease's row is missing, or older than the run wrote it last.
  public let isLeaseLost: Bool
  /// Steps that are done by the journal, and whose receipts are not there.
  public let receipts: [StepID]
  /// Steps that leave no receipt, and whose beginning, which was noted there, is not; nil where there are none.
  public let begun: [StepID]?

  public init(isLeaseLost: Bool, receipts: [StepID], begun: [StepID]? = nil) {
    self.isLeaseLost = isLeaseLost
    self.receipts = receipts
    self.begun = begun
  }

  /// Steps whose record is not there.
  public var steps: [StepID] { receipts + (begun ?? []) }

  /// For people.
  public var sentence: String {
    let copy =
      "this database is an older copy, or one that did not get all that was done, or somebody has taken the "
      + "run's record out"
    var missing: [String] = []
    let names = { (steps: [StepID]) in steps.map { "'\($0)'" }.joined(separator: ", ") }
    switch receipts.count {
    case 0: break
    case 1:
      missing.append(
        "the receipt of step \(names(receipts)), which the journal calls done, is not there")
    default:
      missing.append(
        "the receipts of steps \(names(receipts)), which the journal calls done, are not there")
    }
    if let begun, !begun.isEmpty {
      missing.append(
        begun.count == 1
          ? "step \(names(begun)), which leaves no receipt, was begun before, and nothing there tells of it"
          : "steps \(names(begun)), which leave no receipts, were begun before, and nothing there tells of them"
      )
    }
    if missing.isEmpty {
      missing.append("the lease that this run wrote there last is not there")
    }
    return "\(missing.joined(separator: ", and ")): \(copy)"
  }
}

/// What a database shows of a step that is done by the journal.
public enum RecordStanding: Sendable, Hashable {
  case there
  /// Its receipt, or the mark of its beginning, is not there.
  case missing
  /// It left neither, and the database is not the one that it was performed in, or lacks something else of the run.
  case unknown
}

extension ConnectionIdentified {
  /// Whether a person has to say whether the run may go on there, where it leads to what the run knows.
  public var isDoubtful: Bool { lost != nil || mayBeCopy == true }

  /// Whether an answer to the question about the one is one about the other.
  public func isAskedAlike(_ other: ConnectionIdentified) -> Bool {
    identity.isSameDatabase(as: other.identity) && lost == other.lost
      && mayBeCopy == other.mayBeCopy
      && (mayBeCopy != true || identity.serverStart == other.identity.serverStart)
  }

  /// What this database shows of a step that was performed over the connection.
  ///
  /// - Parameters:
  ///   - isMarked: whether it left a receipt, or a mark when it began.
  ///   - former: where the connection led then; nil where that is not known.
  public func record(
    of step: StepID, isMarked: Bool, since former: ConnectionIdentity?
  ) -> RecordStanding {
    if lost?.steps.contains(step) == true { return .missing }
    if isMarked || lost == nil && former?.isSameDatabase(as: identity) == true { return .there }
    return .unknown
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
  /// Whether a connection pooler stands between; nil where none was seen.
  public let isPooled: Bool?
  /// The address and port that the server itself has, as it tells them; nil over a socket, and in entries of before.
  public let serverAddress: String?
  /// The server's data folder; nil where the role may not ask, and in entries of before.
  public let dataDirectory: String?
  /// When the server was started; nil in entries of before.
  public let serverStart: Timestamp?
  /// Up to where the server had written its log durably, such as `0/16B3748`; nil for a replica, and in entries of
  /// before.
  public let walPosition: String?
  /// What the role may beyond its rights on things, such as `BYPASSRLS`; nil in entries of before.
  public let privileges: [String]?
  /// Who the session was opened as: what it acts as may be another role, which it can take off again. Nil in entries of
  /// before.
  public let login: LoginRole?
  /// The kind of the connection where it is another one than PostgreSQL, whose entries have none; the fields above that
  /// only PostgreSQL knows say nothing then.
  public let kind: String?
  /// By which a database of that kind is told from any other: it is the same where all of these are.
  public let key: [IdentityFact]?
  /// What is said of it besides; that of it which a person approves of is held against what it is later.
  public let facts: [IdentityFact]?

  /// The identity of a database of another kind than PostgreSQL.
  ///
  /// - Parameters:
  ///   - database: its name for people.
  ///   - role: who works there.
  ///   - version: of the program that reads it.
  ///   - address: where it is.
  public init(
    kind: String, database: String, role: String, version: String, address: String,
    key: [IdentityFact], facts: [IdentityFact] = []
  ) {
    self.kind = kind
    self.key = key
    self.facts = facts
    self.database = database
    self.role = role
    self.address = address
    serverVersion = version
    (systemIdentifier, timelineID, databaseOID) = (nil, nil, 0)
    (isSuperuser, isReplica, isPooled) = (false, false, nil)
    (searchPath, serverAddress, dataDirectory) = (nil, nil, nil)
    (serverStart, walPosition, privileges, login) = (nil, nil, nil, nil)
  }

  public init(
    systemIdentifier: String?, timelineID: Int64?, database: String, databaseOID: Int64,
    role: String, isSuperuser: Bool, serverVersion: String, isReplica: Bool, address: String,
    searchPath: String? = nil, isPooled: Bool? = nil, serverAddress: String? = nil,
    dataDirectory: String? = nil, serverStart: Timestamp? = nil, walPosition: String? = nil,
    privileges: [String]? = nil, login: LoginRole? = nil
  ) {
    self.walPosition = walPosition
    self.privileges = privileges
    self.login = login
    self.serverAddress = serverAddress
    self.dataDirectory = dataDirectory
    self.serverStart = serverStart
    self.isPooled = isPooled
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
    (kind, key, facts) = (nil, nil, nil)
  }
}

/// One thing by which a database is known, with its name for people: `inode`, `131`.
public struct IdentityFact: Sendable, Hashable, Codable {
  public let label: String
  public let value: String
  /// Whether it may become another while the database stays the same, as by what a run does: a person is only told.
  public let mayChange: Bool?
  /// Whether a report that leaves the house may show it: what is not said to be public is private.
  public let isPublic: Bool?
  /// How it tells that other content was put in the database's place, where it does.
  public let tellsContent: Content?

  /// When a value is one of other content.
  public enum Content: String, Sendable, Hashable, Codable {
    /// When it is another.
    case byItself
    /// When it is a lower number.
    case byGrowing
  }

  public init(
    _ label: String, _ value: String, mayChange: Bool = false, isPublic: Bool = false,
    tellsContent: Content? = nil
  ) {
    self.label = label
    self.value = value
    self.mayChange = mayChange ? true : nil
    self.isPublic = isPublic ? true : nil
    self.tellsContent = tellsContent
  }

  /// Whether what it was tells that this is other content.
  fileprivate func isOther(than former: IdentityFact) -> Bool {
    switch tellsContent {
    case .byItself: !value.isIdentical(to: former.value)
    case .byGrowing:
      if let now = Int64(value), let before = Int64(former.value) { now < before } else { true }
    case nil: false
    }
  }

  public var words: String { "\(label) \(value)" }
}

/// The role that a session was opened as.
public struct LoginRole: Sendable, Hashable, Codable {
  public let role: String
  public let isSuperuser: Bool
  /// As `ConnectionIdentity.privileges`.
  public let privileges: [String]

  public init(role: String, isSuperuser: Bool, privileges: [String] = []) {
    self.role = role
    self.isSuperuser = isSuperuser
    self.privileges = privileges
  }

  /// What it may beyond its rights on things: `superuser`, `BYPASSRLS, REPLICATION`, `none`.
  public var privilegeWords: String {
    let all = (isSuperuser ? ["superuser"] : []) + privileges
    return all.isEmpty ? "none" : all.joined(separator: ", ")
  }

  /// For people: `postgres, a superuser`.
  public var words: String { ConnectionIdentity.words(role, isSuperuser, privileges) }
}

extension ConnectionIdentity {
  /// What a database of another kind than PostgreSQL is known by, its key first.
  public var allFacts: [IdentityFact] { (key ?? []) + (facts ?? []) }

  /// What reads it, and in which version: `PostgreSQL 15.3`, `SQLite 3.40.1`.
  public var productWords: String {
    switch kind {
    case nil: "PostgreSQL \(serverVersion)"
    case "sqlite": "SQLite \(serverVersion)"
    case let kind?: "\(kind) \(serverVersion)"
    }
  }

  /// Whether two connections keep their receipts in one place. Not every role may ask for the system's identifier.
  public func sharesTables(with other: ConnectionIdentity) -> Bool {
    guard kind == nil, other.kind == nil else { return isSameDatabase(as: other) }
    guard let systemIdentifier, let system = other.systemIdentifier else {
      return address.isIdentical(to: other.address) && databaseOID == other.databaseOID
    }
    return systemIdentifier.isIdentical(to: system) && databaseOID == other.databaseOID
  }

  /// The role that the session was opened as, where it acts as another one.
  public var otherLogin: LoginRole? {
    login.flatMap { $0.role.isIdentical(to: role) ? nil : $0 }
  }

  /// Who works there, for people: `role app`, `logged in as postgres, a superuser, acting as dbo`.
  public var roleWords: String {
    if kind != nil { return "account \(role)" }
    let acting = Self.words(role, isSuperuser, privileges ?? [])
    return otherLogin.map { "logged in as \($0.words), acting as \(acting)" } ?? "role \(acting)"
  }

  fileprivate static func words(
    _ role: String, _ isSuperuser: Bool, _ privileges: [String]
  ) -> String {
    // A superuser may do whatever the others stand for.
    if isSuperuser { return "\(role), a superuser" }
    return privileges.isEmpty ? role : "\(role), with \(privileges.joined(separator: " and "))"
  }

  /// Whether it is the same database on the same, unbroken history: neither another server, a restored
  /// copy, a replica, nor a replica that was promoted since.
  public func isSameDatabase(as other: ConnectionIdentity) -> Bool {
    guard kind == nil, other.kind == nil else { return kind == other.kind && key == other.key }
    return systemIdentifier == other.systemIdentifier && timelineID == other.timelineID
      && database == other.database && databaseOID == other.databaseOID
      && isReplica == other.isReplica
  }

  /// Whether its history may begin as that of the other one does: it is a copy, a replica, or one that was promoted.
  public func comes(from other: ConnectionIdentity) -> Bool {
    guard kind == nil, other.kind == nil else { return isSameDatabase(as: other) }
    return systemIdentifier == other.systemIdentifier && database == other.database
      && databaseOID == other.databaseOID
  }

  /// Whether two connections at one time lead to one database: not every role may ask for the system's identifier.
  public func isKnownAsSame(_ other: ConnectionIdentity) -> Bool {
    isSameDatabase(as: other)
      && (systemIdentifier != nil || kind != nil || address.isIdentical(to: other.address))
  }

  /// What a person who approved of the one has not seen of the other.
  public func changes(to other: ConnectionIdentity) -> [String] {
    var changes: [String] = []
    func compare(_ what: String, _ before: String, _ now: String) {
      guard !before.isIdentical(to: now) else { return }
      changes.append("\(what) was \(before), and is \(now)")
    }
    compare("the role", role, other.role)
    compare("superuser", isSuperuser ? "yes" : "no", other.isSuperuser ? "yes" : "no")
    if let privileges, let now = other.privileges {
      let list = { (all: [String]) in all.isEmpty ? "none" : all.joined(separator: ", ") }
      compare("what the role may besides", list(privileges), list(now))
    }
    if let login, let now = other.login {
      compare("the role that it logged in as", login.words, now.words)
    }
    compare("the address", address, other.address)
    compare("the database", database, other.database)
    compare("the kind", kind ?? "postgres", other.kind ?? "postgres")
    for (fact, now) in zip(allFacts, other.allFacts)
    where fact.mayChange != true && fact.label.isIdentical(to: now.label)
      && !fact.value.isIdentical(to: address)
    {
      compare("the \(fact.label)", fact.value, now.value)
    }
    if let searchPath, let now = other.searchPath { compare("the search_path", searchPath, now) }
    if let serverAddress, let now = other.serverAddress {
      compare("the server's own address", serverAddress, now)
    }
    if let dataDirectory, let now = other.dataDirectory {
      compare("the server's data folder", dataDirectory, now)
    }
    return changes
  }

  /// What a person has not seen of a database of which nothing else tells that it is the one, as the run has left nothing
  /// there yet; nil where there is nothing of the kind.
  ///
  /// Of a server: a copy of it, or a proxy that leads elsewhere, shows by when it was started alone. No likeness takes
  /// that back: a copy has the system, the timeline, the address and the data folder of what it was made of, and a log
  /// that goes on from the same place. Of another kind of database: the facts that tell of other content.
  public func replacement(by other: ConnectionIdentity) -> String? {
    if let serverStart, let now = other.serverStart, serverStart != now {
      return "the server was started anew at \(now), or is a copy"
    }
    let told = (other.facts ?? []).compactMap { now -> String? in
      guard let former = facts?.first(where: { $0.label.isIdentical(to: now.label) }),
        former.tellsContent != nil, now.isOther(than: former)
      else { return nil }
      return "the \(now.label) was \(former.value), and is \(now.value)"
    }
    return told.isEmpty
      ? nil : "its content may be of another database: \(told.joined(separator: ", "))"
  }
}
