package import RunbookModel

extension Expression {
  /// Whether somewhere in it the value of a name is called by itself: by `==`, or as an item of a list behind `in`. A
  /// range, `!=` and what stands under a `!` call none, and neither does a comparison with the name itself.
  ///
  /// - Parameter scope: where the name has that value.
  package func calls(
    _ value: Value, of name: String, in scope: some EvaluationScope
  ) -> Bool {
    let parents = parents
    return nodes.indices.contains { id in
      guard case .binary(let operation, let left, let right) = nodes[id].kind,
        !isNegated(id, parents)
      else { return false }
      switch operation {
      case .equal:
        return isName(left, name) && self.value(of: right, besides: name, in: scope) == value
          || isName(right, name) && self.value(of: left, besides: name, in: scope) == value
      case .isIn:
        guard isName(left, name) else { return false }
        switch self.value(of: right, besides: name, in: scope) {
        case .list(let items): return items.contains(value)
        case .map(let map): return map[value] != nil
        default: return false
        }
      default: return false
      }
    }
  }

  private func isName(_ id: NodeID, _ name: String) -> Bool {
    if case .name(let own) = nodes[id].kind { own.isIdentical(to: name) } else { false }
  }

  private func isNegated(_ id: NodeID, _ parents: [NodeID?]) -> Bool {
    var next = parents[id]
    while let parent = next {
      switch nodes[parent].kind {
      case .not, .macro: return true
      // `(exit_code == 127) == false`
      case .binary(let operation, _, _) where [.equal, .notEqual, .isIn].contains(operation):
        return true
      // What a condition is chosen by is not what it says.
      case .conditional(let condition, _, _) where reaches(id, from: condition): return true
      default: next = parents[parent]
      }
    }
    return false
  }

  private func reaches(_ id: NodeID, from root: NodeID) -> Bool {
    part(of: root) { $0 == id }
  }

  /// Whether a part of a part is such: without calling itself, as chains of operators are as long as they like.
  private func part(of root: NodeID, _ isWanted: (NodeID) -> Bool) -> Bool {
    var open = [root]
    while let id = open.popLast() {
      if isWanted(id) { return true }
      open += nodes[id].children
    }
    return false
  }

  /// Of a part that reads the name nowhere; nil where it does, or has no value.
  private func value(
    of id: NodeID, besides name: String, in scope: some EvaluationScope
  ) -> Value? {
    guard !part(of: id, { isName($0, name) }) else { return nil }
    var evaluator = Evaluator(nodes, in: scope)
    do throws(Fault) {
      return try evaluator.value(of: id)
    } catch {
      return nil
    }
  }
}
