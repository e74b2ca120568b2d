public import RunbookModel

extension Expression {
  /// The values of its parts that are made of what certain names hold, such as `inputs.token.substring(0, 6)`.
  ///
  /// - Parameters:
  ///   - isOrigin: whether a name holds what is asked for.
  ///   - known: the names that the scope has. Parts that read others are left out, and so are those that have no value.
  /// - Returns: in the order of the expression's nodes, without the names' own values, and without what an author
  ///   wrote that only was chosen by one.
  public func values(
    madeOf isOrigin: (Reference) -> Bool, known: Set<String>, in scope: some EvaluationScope
  ) -> [Value] {
    let parents = parents
    let origins = Set(
      nodes.indices.filter { id in reference(id, parents).map(isOrigin) ?? false })
    guard !origins.isEmpty else { return [] }
    var isMade = [Bool](repeating: false, count: nodes.count)
    var isKnown = [Bool](repeating: true, count: nodes.count)
    // Variables of macros that a part reads and does not bind.
    var locals = [Set<Int>](repeating: [], count: nodes.count)
    var literals: [Value] = []
    var values: [Value] = []
    for (id, node) in nodes.enumerated() {
      // Children stand before their parents.
      for child in node.children {
        isMade[id] = isMade[id] || isMade[child]
        isKnown[id] = isKnown[id] && isKnown[child]
        locals[id].formUnion(locals[child])
      }
      switch node.kind {
      case .name(let name):
        isMade[id] = origins.contains(id)
        isKnown[id] = known.contains(name)
      case .local(let number): locals[id].insert(number)
      case .literal(let value): literals.append(value)
      case .macro(let call): locals[id].subtract([call.local, call.local + 1])
      case .select, .index, .binary, .negate, .not, .and, .or, .conditional, .list, .map, .call,
        .unknownCall:
        break
      }
      guard isMade[id], isKnown[id], locals[id].isEmpty, node.kind.makesAnother else { continue }
      var evaluator = Evaluator(nodes, in: scope)
      // A part that has no value makes nothing of the secret.
      if let value = try? evaluator.value(of: id) { values.append(value) }
    }
    return values.filter { !literals.contains($0) }
  }
}

extension Node.Kind {
  /// Whether its value is another than those below it, and neither of two that were there.
  fileprivate var makesAnother: Bool {
    switch self {
    case .index, .binary, .macro, .call, .list, .map: true
    case .literal, .name, .local, .select, .negate, .not, .and, .or, .conditional, .unknownCall:
      false
    }
  }
}
