public import RunbookModel

/// One sort of database that connections lead to. A new kind is a room with a type of this protocol, and one line in
/// the list of kinds.
///
/// Laws:
/// 1. `target` is pure, and opens nothing. What it says for people holds no secret.
/// 2. Its gateway keeps the laws of `ConnectionGateway` for each connection of the kind.
/// 3. A step that it serves performs over its gateway, and over no other way.
public protocol ConnectionKind: Sendable {
  /// As `kind:` of a connection has it: `postgres`.
  var name: String { get }

  /// A URL of it, for hints: `postgresql://user@host/database`.
  var example: String { get }

  /// Whether its connections can be held to a `read_only_role`.
  var hasRoles: Bool { get }

  /// Whether there are throwaway servers of it, which `--sandbox` and drills use.
  var hasSandboxes: Bool { get }

  /// The databases of a run.
  var gateway: any ConnectionGateway { get }

  /// How `sql` steps run on it.
  var sql: any StepKind { get }

  /// Whether steps of a kind can use a connection of it.
  func serves(_ step: KindSpec) -> Bool

  /// Where a URL leads.
  ///
  /// - Parameters:
  ///   - url: as the runbook's template rendered it, password included.
  ///   - folder: the runbook's, absolute or not, where relative paths start.
  /// - Throws: `invalid` when it is none of the forms that are read.
  func target(of url: String, in folder: String) throws(StepFailure) -> ConnectionPlace
}

/// Where a connection's URL leads.
public struct ConnectionPlace: Sendable, Hashable {
  /// For the gateway: the same wherever this program was started.
  public let url: String
  /// For people: host, port, database and user, or a path.
  public let display: String
  /// In the URL, and to be redacted.
  public let secrets: [String]

  public init(url: String, display: String, secrets: [String] = []) {
    self.url = url
    self.display = display
    self.secrets = secrets
  }
}

extension [any ConnectionKind] {
  public func named(_ name: String) -> (any ConnectionKind)? {
    first { $0.name.isIdentical(to: name) }
  }
}
