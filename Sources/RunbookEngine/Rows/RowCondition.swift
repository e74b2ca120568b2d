package import RunbookModel

/// Whether a condition chooses among the rows of what it changes, as far as its text tells.
package enum RowChoice: Sendable, Hashable {
  /// It comes to the same for every row, or may do so by a value that is none of the row's: all are taken.
  case none
  /// Its text does not tell whether some row is left out.
  case open
  case some
}

extension RowChoice {
  /// What a gate says of statements that may take every row.
  ///
  /// - Parameter isOpen: for each statement whether it is one of them.
  package static func words(ofOpen isOpen: [Bool]) -> [WorkItem.Parameter] {
    let those = isOpen.indices.filter { isOpen[$0] }.map {
      isOpen.count == 1 ? "the statement" : "statement \($0 + 1)"
    }
    guard !those.isEmpty else { return [] }
    return [
      WorkItem.Parameter(
        name: "may take every row, as its condition does not tell",
        value: .string(those.joined(separator: ", ")))
    ]
  }
}

/// What a condition compares: two of the same text are the same expression.
package struct RowTerm: Sendable, Hashable {
  package enum Form: Sendable, Hashable {
    case column
    /// A function's value of one.
    case call
    case other
  }

  package let text: String
  /// The columns of the row that it reads.
  package let columns: Set<String>
  package let form: Form

  package init(_ text: String, columns: Set<String> = [], form: Form = .other) {
    (self.text, self.columns, self.form) = (text, columns, form)
  }
}

/// The condition of a `DELETE`, an `UPDATE` or a `MERGE`, in no language's own words.
///
/// It chooses among rows where it compares a column of theirs with something else. Which comparisons are true is tried out:
/// where the whole is true however they come out for a row, no row is left out, as in `a IS NULL OR a IS NOT NULL` or
/// `id = 1 OR :all = 'yes'`. What cannot be told is taken for true.
package indirect enum RowCondition: Sendable, Hashable {
  case all([RowCondition])
  case any([RowCondition])
  case not(RowCondition)
  case comparison(RowComparison, RowTerm, RowTerm)
  case isNull(RowTerm)
  /// A value that is taken for a truth.
  case truth(RowTerm)
  case constant(Bool)
  /// Something else that chooses so, with its text.
  case other(RowChoice, String)
}

package enum RowComparison: Sendable, Hashable {
  case equal, less, greater
  /// `IN`, `LIKE`, `BETWEEN` and their like: by one value or several, none of which is ordered.
  case match
  /// Any other operator.
  case other
}

extension RowCondition {
  package var choice: RowChoice {
    var formula = RowFormula()
    let root = formula.add(self)
    return formula.choice(of: root)
  }
}

/// A condition with its comparisons apart from how they are joined.
private struct RowFormula {
  private enum Node {
    case all([Int])
    case any([Int])
    case not(Int)
    case atom(Int)
    case constant(Bool)
  }

  private struct Atom: Hashable {
    enum Sort: Hashable {
      case null(RowTerm)
      case equal(RowTerm, RowTerm)
      case less(RowTerm, RowTerm)
      case greater(RowTerm, RowTerm)
      case plain(String)
    }

    let sort: Sort
    let choice: RowChoice
  }

  private var nodes: [Node] = []
  private var atoms: [Atom] = []

  mutating func add(_ condition: RowCondition) -> Int {
    let node: Node =
      switch condition {
      case .all(let parts): .all(parts.map { add($0) })
      case .any(let parts): .any(parts.map { add($0) })
      case .not(let part): .not(add(part))
      case .constant(let truth): .constant(truth)
      case .isNull(let term):
        atom(.null(term), term.columns.isEmpty ? .none : term.form == .column ? .some : .open)
      case .truth(let term):
        atom(
          .plain(term.text), term.columns.isEmpty ? .none : term.form == .column ? .some : .open)
      case .other(let choice, let text): atom(.plain(text), choice)
      case .comparison(let comparison, let left, let right): node(comparison, left, right)
      }
    nodes.append(node)
    return nodes.count - 1
  }

  private mutating func atom(_ sort: Atom.Sort, _ choice: RowChoice) -> Node {
    let atom = Atom(sort: sort, choice: choice)
    if let known = atoms.firstIndex(of: atom) { return .atom(known) }
    atoms.append(atom)
    return .atom(atoms.count - 1)
  }

  private mutating func node(
    _ comparison: RowComparison, _ left: RowTerm, _ right: RowTerm
  ) -> Node {
    if left == right, comparison != .other {
      return .constant(comparison == .equal || comparison == .match)
    }
    let choice = Self.choice(comparison, left, right)
    // The column stands first.
    let isTurned =
      right.form == .column && (left.form != .column || right.text < left.text)
    let (first, second) = isTurned ? (right, left) : (left, right)
    return switch comparison {
    case .equal: atom(.equal(first, second), choice)
    case .less: atom(isTurned ? .greater(first, second) : .less(first, second), choice)
    case .greater: atom(isTurned ? .less(first, second) : .greater(first, second), choice)
    case .match, .other: atom(.plain("\(left.text) \(comparison) \(right.text)"), choice)
    }
  }

  private static func choice(
    _ comparison: RowComparison, _ left: RowTerm, _ right: RowTerm
  ) -> RowChoice {
    if left.columns.isEmpty, right.columns.isEmpty { return .none }
    guard left.columns.isDisjoint(with: right.columns) else { return .open }
    if left.form == .column || right.form == .column { return .some }
    let isByValue = comparison == .equal || comparison == .match
    return isByValue && (left.form == .call || right.form == .call) ? .some : .open
  }

  /// Of more than these not all ways are tried.
  private static let most = 8

  func choice(of root: Int) -> RowChoice {
    guard atoms.count <= Self.most else { return structure(of: root).whole }
    // One that comes to the same for each row may be true by its values; what a row says of the others is tried out.
    if isTrueForEachRow(root, free: { $0 == .none }, isPossible: { _ in true }) { return .none }
    let mayBe = isTrueForEachRow(root, free: { $0 != .some }, isPossible: mayBe)
    return mayBe ? .open : .some
  }

  /// Whether some values of what is free make it true however the rest comes out.
  private func isTrueForEachRow(
    _ root: Int, free isFree: (RowChoice) -> Bool, isPossible: (Int) -> Bool
  ) -> Bool {
    let free = atoms.indices.filter { isFree(atoms[$0].choice) }.reduce(0) { $0 | 1 << $1 }
    let all = (1 << atoms.count) - 1
    return (0...all).contains { values in
      values & ~free == 0
        && (0...all).allSatisfy { row in
          row & free != 0 || !isPossible(row | values) || isTrue(root, row | values)
        }
    }
  }

  /// Whether a row can be so where a column may be one that is never null, and where two bounds may overlap.
  private func mayBe(_ values: Int) -> Bool {
    func holds(_ index: Int) -> Bool { values & 1 << index != 0 }
    for (index, one) in atoms.enumerated() {
      if case .null = one.sort, holds(index) { return false }
      for (other, second) in atoms.enumerated() where other != index {
        switch (one.sort, second.sort) {
        case (.less(let a, _), .greater(let b, _)) where a == b:
          if !holds(index), !holds(other) { return false }
          if holds(index), holds(other) { return false }
        case (.equal(let a, _), .equal(let b, _)) where a == b:
          if holds(index), holds(other) { return false }
        case (.less(let a, _), .less(let b, _)) where a == b,
          (.greater(let a, _), .greater(let b, _)) where a == b:
          // `a < 5 OR a >= 3`: each may be the wider one.
          if !holds(index), holds(other) { return false }
        default: break
        }
      }
    }
    return true
  }

  private func isTrue(_ index: Int, _ values: Int) -> Bool {
    switch nodes[index] {
    case .all(let parts): parts.allSatisfy { isTrue($0, values) }
    case .any(let parts): parts.contains { isTrue($0, values) }
    case .not(let part): !isTrue(part, values)
    case .atom(let atom): values & 1 << atom != 0
    case .constant(let truth): truth
    }
  }

  /// By how they are joined alone, and the same of what it denies.
  private func structure(of index: Int) -> (whole: RowChoice, denied: RowChoice) {
    switch nodes[index] {
    case .all(let parts):
      let all = parts.map { structure(of: $0) }
      return (Self.most(all.map(\.whole)), Self.least(all.map(\.denied)))
    case .any(let parts):
      let all = parts.map { structure(of: $0) }
      return (Self.least(all.map(\.whole)), Self.most(all.map(\.denied)))
    case .not(let part):
      let one = structure(of: part)
      return (one.denied, one.whole)
    case .atom(let atom): return (atoms[atom].choice, atoms[atom].choice)
    case .constant(let truth): return truth ? (.none, .some) : (.some, .none)
    }
  }

  private static func most(_ choices: [RowChoice]) -> RowChoice {
    choices.contains(.some) ? .some : choices.contains(.open) ? .open : .none
  }

  private static func least(_ choices: [RowChoice]) -> RowChoice {
    choices.contains(.none) ? .none : choices.contains(.open) ? .open : .some
  }
}
