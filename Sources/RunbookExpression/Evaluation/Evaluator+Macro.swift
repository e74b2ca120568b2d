import RunbookModel

extension Evaluator {
  mutating func comprehend(_ call: MacroCall) throws(Fault) -> Value {
    let elements = try elements(of: call)
    switch (call.macro, call.predicate) {
    case (.all, let predicate?):
      return try fold(elements, call, predicate, deciding: false)
    case (.exists, let predicate?):
      return try fold(elements, call, predicate, deciding: true)
    case (.existsOne, let predicate?):
      var count = 0
      for element in elements where try holds(predicate, call, element) { count += 1 }
      return .bool(count == 1)
    case (.transformMap, _), (.transformMapEntry, _): return try mapped(elements, call)
    default: return try collect(elements, call)
    }
  }

  /// What a macro goes over: one value for each variable.
  private enum Elements: Sequence {
    case single([Value])
    case indexed([Value])
    case keyed(ValueMap)

    func makeIterator() -> AnyIterator<(Value, Value?)> {
      switch self {
      case .single(let items):
        var iterator = items.makeIterator()
        return AnyIterator { iterator.next().map { ($0, nil) } }
      case .indexed(let items):
        var iterator = items.enumerated().makeIterator()
        return AnyIterator { iterator.next().map { (.int(Int64($0.offset)), $0.element) } }
      case .keyed(let map):
        var iterator = map.keys.makeIterator()
        return AnyIterator { iterator.next().map { ($0, map[$0] ?? .null) } }
      }
    }
  }

  private mutating func elements(of call: MacroCall) throws(Fault) -> Elements {
    let value = try value(of: call.range)
    switch value {
    case .list(let items): return call.isPaired ? .indexed(items) : .single(items)
    case .map(let map): return call.isPaired ? .keyed(map) : .single(map.keys)
    default:
      throw Fault(
        .noSuchOverload, "a macro goes over a list or a map, not over \(value.typeName)",
        node: call.range)
    }
  }

  /// `all` and `exists`: an element that decides makes errors of the others void.
  private mutating func fold(
    _ elements: Elements, _ call: MacroCall, _ predicate: NodeID, deciding: Bool
  ) throws(Fault) -> Value {
    var first: Fault?
    for element in elements {
      do throws(Fault) {
        if try holds(predicate, call, element) == deciding { return .bool(deciding) }
      } catch {
        guard error.isAbsorbed else { throw error }
        if first == nil { first = error }
      }
    }
    if let first { throw first }
    return .bool(!deciding)
  }

  private mutating func holds(
    _ predicate: NodeID, _ call: MacroCall, _ element: (Value, Value?)
  ) throws(Fault) -> Bool {
    let value = try withLocals(call.local, element.0, element.1, predicate)
    guard case .bool(let flag) = value else {
      throw Fault(
        .noSuchOverload, "the predicate of a macro is a bool, not \(value.typeName)",
        node: predicate)
    }
    return flag
  }

  private mutating func collect(
    _ elements: Elements, _ call: MacroCall
  ) throws(Fault) -> Value {
    var result: [Value] = []
    for element in elements {
      if let predicate = call.predicate {
        guard try holds(predicate, call, element) else { continue }
      }
      guard let transform = call.transform else {
        result.append(element.0)
        continue
      }
      result.append(try withLocals(call.local, element.0, element.1, transform))
    }
    return .list(result)
  }

  /// `transformMap` and `transformMapEntry`: the one keeps the key, the other makes entries.
  private mutating func mapped(_ elements: Elements, _ call: MacroCall) throws(Fault) -> Value {
    guard let transform = call.transform else { return .null }
    var result = ValueMap()
    for element in elements {
      if let predicate = call.predicate {
        guard try holds(predicate, call, element) else { continue }
      }
      let value = try withLocals(call.local, element.0, element.1, transform)
      guard call.macro == .transformMapEntry else {
        result[element.0] = value
        continue
      }
      guard case .map(let entries) = value else {
        throw Fault(
          .noSuchOverload,
          "`transformMapEntry` makes maps such as `{key: value}`, not "
            + value.typeName, node: transform)
      }
      try charge(entries.count)
      for (key, value) in entries.pairs {
        guard try self.value(atKey: key, of: result) == nil else {
          throw Fault(.invalid, "the same key stands twice in a map", node: transform)
        }
        result[key] = value
      }
    }
    return .map(result)
  }
}
