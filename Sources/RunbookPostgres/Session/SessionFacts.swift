package import RunbookModel

/// What a session knows of its server, for as long as it leads there; used on the session's thread only.
package final class SessionFacts {
  /// Its name in the runbook.
  package let connection: String
  /// Who the server was when the connection was opened.
  package var identity: ConnectionIdentity?
  /// When it was started, as it says.
  var serverStart: String?
  /// The server's process that worked for us last, as the server tells it.
  var serverProcess: Int32?
  /// Whether something stands between that hands out the server's sessions, transaction by transaction
  /// perhaps: then nothing of a session is ours once a transaction has ended.
  var isPooled = false
  /// What the role, the database and the environment have set for the session, by name: it decides what
  /// the same statements do.
  package var settings: [(name: String, value: String)] = []
  /// What decides what statements mean, as a new session has it: each transaction has it so, whatever somebody else has
  /// made of it since.
  package var held: [(name: String, value: String)] = []
  /// Roles that the plan connects as, whose tables for receipts count as our own.
  package var receiptRoles: [String] = []
  /// What the tables for receipts were when they were last looked through; nil before that.
  package var receiptMark: String?

  init(connection: String = "") { self.connection = connection }

  /// A connection was opened anew.
  package func forget() {
    identity = nil
    serverStart = nil
    serverProcess = nil
    held = []
    receiptMark = nil
  }
}
