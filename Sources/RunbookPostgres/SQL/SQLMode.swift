package import RunbookModel

/// How a step's statements run.
package enum SQLMode: Sendable, Hashable {
  /// In a `READ ONLY` transaction, as `role` where there is one: in the phases that may change nothing, and
  /// wherever a step's text says that it changes nothing, so that it is shown as what it is.
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
  package var isReadOnly: Bool { if case .readOnly = self { true } else { false } }

  /// - Parameter isReading: whether all that the step's text says is that it reads.
  package init(_ step: Step, _ connection: Runbook.Connection, isReading: Bool) {
    if step.options.isTrial {
      self = .trial
    } else if !step.phase.mayChange {
      self = .readOnly(role: connection.readOnlyRole)
    } else if step.body["transaction"]?.string == "none" {
      self = .separate
    } else if isReading, step.options.effect.map({ $0 == .readOnly }) ?? true {
      self = .readOnly(role: nil)
    } else {
      self = .change(keepsReceipt: connection.keepsReceipts)
    }
  }
}
