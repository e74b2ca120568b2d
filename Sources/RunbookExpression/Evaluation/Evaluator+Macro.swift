import RunbookModel

extension Evaluator {
  mutating func comprehend(
    _ macro: Macro, _ range: NodeID, _ local: Int, _ predicate: NodeID?, _ transform: NodeID?
  ) throws(Fault) -> Value {
    let elements = try elements(of: range)
    switch (macro, predicate) {
    case (.all, let predicate?):
      return try fold(elements, local, predicate, deciding: false)
    case (.exists, let predicate?):
      return try fold(elements, local, predicate, deciding: true)
    case (.existsOne, let predicate?):
      var count = 0
      for element in elements where try holds(predicate, local, element) { count += 1 }
      return .bool(count == 1)
    default:
      return try collect(elements, local, predicate, transform)
    }
  }

  private mutating func elements(of range: NodeID) throws(Fault) -> [Value] {
    let value = try value(of: range)
    switch value {
    case .list(let items): return items
    case .map(let map): return map.keys
    default:
      throw Fault(
        .noSuchOverload, "a macro goes over a list or a map, not over \(value.typeName)",
        node: range)
    }
  }

  /// `all` and `exists`: an element that decides makes errors of the others void.
  private mutating func fold(
    _ elements: [Value], _ local: Int, _ predicate: NodeID, deciding: Bool
  ) throws(Fault) -> Value {
    var first: Fault?
    for element in elements {
      do throws(Fault) {
        if try holds(predicate, local, element) == deciding { return .bool(deciding) }
      } catch {
        guard error.cause != .tooMuchWork else { throw error }
        if first == nil { first = error }
      }
    }
    if let first { throw first }
    return .bool(!deciding)
  }

  private mutating func holds(
    _ predicate: NodeID, _ local: Int, _ element: Value
  ) throws(Fault) -> Bool {
    let value = try withLocal(local, element, predicate)
    guard case .bool(let flag) = value else {
      throw Fault(
        .noSuchOverload, "the predicate of a macro is a bool, not \(value.typeName)",
        node: predicate)
    }
    return flag
  }

  private mutating func collect(
    _ elements: [Value], _ local: Int, _ predicate: NodeID?, _ transform: NodeID?
  ) throws(Fault) -> Value {
    var result: [Value] = []
    for element in elements {
      if let predicate {
        guard try holds(predicate, local, element) else { continue }
      }
      guard let transform else {
        result.append(element)
        continue
      }
      result.append(try withLocal(local, element, transform))
    }
    return .list(result)
  }
}
