package import RunbookEngine

/// What is done with the rows of an answer.
package enum RowUse {
  /// They are in the outcome's result set.
  case collect
  case give(any RowTaker)
  case drop

  /// Whether they come one by one.
  package var isStreamed: Bool {
    if case .collect = self { false } else { true }
  }

  package var taker: (any RowTaker)? {
    if case .give(let taker) = self { taker } else { nil }
  }
}

/// Which commands of a request's first batch give their rows to a taker, instead of holding them all.
package struct RowDestination {
  package let taker: any RowTaker
  /// By their indices.
  package let commands: Set<Int>
}
