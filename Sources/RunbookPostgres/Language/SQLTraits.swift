package import RunbookModel

/// What a statement is, as far as its text tells.
///
/// It serves display, gates and diagnostics, and is never what correctness rests on: a `SELECT` may
/// call a function that writes.
package struct SQLTraits: Sendable, Hashable {
  package var effect: Effect
  /// Whether it changes or deletes rows by a condition of which its text does not tell whether it leaves out any.
  package var mayTakeEveryRow = false
  /// `BEGIN`, `COMMIT`, `SET TRANSACTION` and their like.
  package var isTransactionControl = false
  /// `VACUUM`, `CREATE INDEX CONCURRENTLY` and their like.
  package var needsNoTransaction = false
  /// `CREATE INDEX CONCURRENTLY` and `REINDEX CONCURRENTLY`: where they fail, an invalid index may stay.
  package var mayLeaveInvalidIndex = false
  /// Of `CREATE INDEX`: the index's name, where it says one.
  package var indexName: String?
  /// `COPY` to or from a program or a file of the server.
  var copiesOnServer = false
  /// The server's own files and programs that it names, for people: what these hold no approval binds.
  package var serverFiles: [String] = []
  /// `COPY … FROM STDIN`, `COPY … TO STDOUT`.
  package var copiesToClient = false
  /// `DO`, `CALL`: what it does cannot be seen.
  package var runsProcedure = false
  /// `SET ROLE`, `SET SESSION AUTHORIZATION` and their like.
  package var changesRole = false
  /// The setting by which SQL is read or values are written that it sets otherwise than this program has it.
  package var changesReading: String?
  /// Whether it calls `set_config`.
  var callsSetConfig = false
  /// The functions that it calls and that may change something: what they are named.
  package var calls: [String] = []
  /// The names behind a dot in it, as in `o.total` and `(o).total`: of columns, or of functions that are called so. Which
  /// they are the database tells (`FunctionalNotation`).
  package var fields: [String] = []
  /// Whether it may be several transactions where it stands outside of a block, one after the other.
  package var mayBeSeveral = false
  /// What of it no transaction guards, for people, such as `dblink_exec()`: it stays where that is rolled back.
  package var unguarded: [String] = []
  /// What it does that outlasts a transaction, rolled back or not, and is bound to the session.
  package var sessionNeed: String?
  /// Of `SET`: the setting's name.
  var settingName: String?
  /// Whether the server takes bound parameters in it.
  var takesParameters = false
  /// Whether it may give rows.
  package var mayGiveRows = true
  /// PostgreSQL 15's parser does not know its syntax.
  package var isUnknown = false

  package static let unknown = SQLTraits(
    effect: .undetermined, takesParameters: true, isUnknown: true)
}

extension SQLTraits {
  /// Whether some of it may stay where it fails: it is more than one transaction, may be, or reaches outside
  /// of its own.
  package var mayStayInPart: Bool {
    needsNoTransaction || mayBeSeveral || runsProcedure || isUnknown || copiesOnServer
      || changingCall != nil
  }

  /// Whether what it leads to in the database may leave its transaction.
  package var mayLeave: Bool { effect != .readOnly || !calls.isEmpty || runsProcedure || isUnknown }

  /// A function of the server's that it calls and that changes something whatever the transaction.
  package var changingCall: String? {
    calls.first {
      KnownFunctions.character(of: $0.pieces(separatedBy: ".").map(String.init)) == .changing
    }
  }

  /// What it does in a transaction of that sort: only `READ ONLY` keeps a function from changing rows.
  package func effect(inReadOnly: Bool) -> Effect {
    effect == .readOnly && !inReadOnly && !calls.isEmpty ? .undetermined : effect
  }

  /// Whether nothing in its text says that it may change anything.
  package func reads(inReadOnly: Bool) -> Bool {
    effect(inReadOnly: inReadOnly) == .readOnly && !changesRole && !needsNoTransaction
  }

  /// What a statement is whose values may name a setting: then it may be any.
  package func with(_ references: [SQLReference]) -> SQLTraits {
    let mayBeAny = references.contains { reference in
      switch reference.form {
      case .parameter: false
      case .literal: callsSetConfig
      case .identifier: settingName.map { $0.isIdentical(to: reference.name) } ?? false
      }
    }
    guard mayBeAny else { return self }
    var traits = self
    traits.changesRole = true
    return traits
  }
}
