import RunbookModel

/// How a step's statements run.
enum SQLMode: Sendable, Hashable {
  /// In a `READ ONLY` transaction, as `role` where there is one.
  ///
  /// The role narrows what a step may read and call; validation refuses to change it, and `RoleFence` finds
  /// where a statement left it all the same.
  case readOnly(role: String?)
  /// Read-write, and always rolled back.
  case trial
  case change(keepsReceipt: Bool)
  /// Each statement by itself, outside of a transaction block.
  case separate

  /// Whether nothing but a function of the server's own can change anything.
  var isReadOnly: Bool { if case .readOnly = self { true } else { false } }

  init(_ step: Step, _ connection: Runbook.Connection) {
    if step.options.isTrial {
      self = .trial
    } else if !step.phase.mayChange {
      self = .readOnly(role: connection.readOnlyRole)
    } else if step.body["transaction"]?.string == "none" {
      self = .separate
    } else {
      self = .change(keepsReceipt: connection.keepsReceipts)
    }
  }
}
