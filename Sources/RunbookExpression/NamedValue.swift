package import RunbookModel

extension Expression {
  /// Whether somewhere in it the value of a name is called by itself: by `==`, or as an item of a list behind `in`. A
  /// range, `!=` and what stands under a `!` call none, and neither does a comparison with what comes with the value:
  /// whatever that is, `status == json.status` says nothing of it.
  ///
  /// - Parameters:
  ///   - scope: what is known without that value, and without what comes with it.
  ///   - others: the names of what comes with it.
  package func calls(
    _ value: Value, of name: String, besides others: Set<String>, in scope: some EvaluationScope
  ) -> Bool {
    let own = others.union([name])
    let parents = parents
    return nodes.indices.contains { id in
      guard case .binary(let operation, let left, let right) = nodes[id].kind,
        !isNegated(id, parents)
      else { return false }
      switch operation {
      case .equal:
        return isName(left, name) && self.value(of: right, besides: own, in: scope) == value
          || isName(right, name) && self.value(of: left, besides: own, in: scope) == value
      case .isIn:
        guard isName(left, name) else { return false }
        switch self.value(of: right, besides: own, in: scope) {
        case .list(let items): return items.contains(value)
        case .map(let map): return map[value] != nil
        default: return false
        }
      default: return false
      }
    }
  }

  /// Whether somewhere in it it is said where a URL of a name begins, up to its host at least, or what it is:
  /// `url.startsWith('https://login.example.com/')`. What `calls` leaves out names no place either.
  package func places(
    _ url: Value, of name: String, besides others: Set<String>, in scope: some EvaluationScope
  ) -> Bool {
    if calls(url, of: name, besides: others, in: scope) { return true }
    let own = others.union([name])
    let parents = parents
    return nodes.indices.contains { id in
      guard case .call(.startsWith, let arguments) = nodes[id].kind, arguments.count == 2,
        isName(arguments[0], name), !isNegated(id, parents),
        let start = value(of: arguments[1], besides: own, in: scope)?.stringValue
      else { return false }
      return start.range(ofFirst: "://").map { $0.upperBound < start.endIndex } ?? false
    }
  }

  private func isName(_ id: NodeID, _ name: String) -> Bool {
    if case .name(let own) = nodes[id].kind { own.isIdentical(to: name) } else { false }
  }

  private func isName(_ id: NodeID, among names: Set<String>) -> Bool {
    if case .name(let own) = nodes[id].kind { names.contains(own) } else { false }
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

  /// Of a part that reads none of the names; nil where it does, or has no value.
  private func value(
    of id: NodeID, besides names: Set<String>, in scope: some EvaluationScope
  ) -> Value? {
    guard !part(of: id, { isName($0, among: names) }) else { return nil }
    var evaluator = Evaluator(nodes, in: scope)
    do throws(Fault) {
      return try evaluator.value(of: id)
    } catch {
      return nil
    }
  }
}
