import RunbookModel

/// Evaluates one expression once. The nodes' height bounds how deep it calls itself.
struct Evaluator {
  /// What one evaluation may do: nodes evaluated, and what is copied or compared beside them.
  static let maximumWork = WorkLimit.most

  let nodes: [Node]
  let scope: any EvaluationScope
  var expressions = ExpressionCache()
  private var locals: [Value] = []
  private let mayWork: Int
  private var work = 0

  init(_ nodes: [Node], in scope: any EvaluationScope, maximumWork: Int = maximumWork) {
    self.nodes = nodes
    self.scope = scope
    mayWork = maximumWork
  }

  mutating func value(of id: NodeID) throws(Fault) -> Value {
    try charge(1)
    let node = nodes[id]
    do throws(Fault) {
      let value = try value(of: id, node.kind)
      if case .incomplete(let mark) = value { throw Fault.incomplete(mark, node.kind.lastName) }
      return value
    } catch {
      throw error.located(at: id)
    }
  }

  private mutating func value(of id: NodeID, _ kind: Node.Kind) throws(Fault) -> Value {
    switch kind {
    case .literal(let value): return value
    case .local(let index): return locals[index]
    case .name(let name): return try named(name)
    case .binary: return try chain(id)
    case .call(let function, let arguments): return try call(function, arguments)
    default: return try compound(kind)
    }
  }

  mutating func charge(_ amount: Int) throws(Fault) {
    work &+= amount
    guard work <= mayWork else { throw Self.tooMuchWork }
  }

  /// What the evaluation may still do.
  var remainingWork: Int { max(0, mayWork - work) }

  static var tooMuchWork: Fault { Fault(.tooMuchWork, "the expression takes too much work") }

  /// Fails for a value so large that nobody could write it out: lists that macros built share
  /// their parts, and may be far larger than the memory that they take.
  mutating func checkSize(of value: Value) throws(Fault) {
    switch value {
    case .list(let items):
      try charge(items.count)
      for item in items { try checkSize(of: item) }
    case .map(let map):
      try charge(map.count)
      for (_, item) in map.pairs { try checkSize(of: item) }
    case .incomplete(let mark): throw .incomplete(mark)
    default: break
    }
  }

  private mutating func compound(_ kind: Node.Kind) throws(Fault) -> Value {
    switch kind {
    case .select(let operand, let field, let qualified, let isTest):
      return try select(operand, field, qualified, isTest: isTest)
    case .index(let operand, let index):
      let operand = try value(of: operand)
      return try element(of: operand, at: try value(of: index))
    case .negate(let operand): return try Arithmetic.negated(try value(of: operand))
    case .not(let operand):
      let value = try value(of: operand)
      guard case .bool(let flag) = value else { throw .overload("!", value.typeName) }
      return .bool(!flag)
    case .and(let operands): return try logical(operands, deciding: false, "&&")
    case .or(let operands): return try logical(operands, deciding: true, "||")
    case .conditional(let condition, let then, let otherwise):
      return try conditional(condition, then, otherwise)
    case .list(let items): return try list(items)
    case .map(let entries): return try map(entries)
    case .unknownCall(let name, _):
      throw Fault(.noSuchFunction(name), "there is no function `\(name)` for these arguments")
    case .macro(let call): return try comprehend(call)
    default: return .null
    }
  }

  private func named(_ name: String) throws(Fault) -> Value {
    if let value = scope.value(of: name) { return value }
    let note = Self.typeNames.contains(name) ? ", and runbooks have no type values" : ""
    throw Fault(.undefinedName(name), "`\(name)` is not defined\(note)")
  }

  private static let typeNames: Set<String> = [
    "bool", "bytes", "double", "dyn", "int", "list", "map", "null_type", "string", "type", "uint",
  ]

  private mutating func select(
    _ operand: NodeID, _ field: String, _ qualified: String?, isTest: Bool
  ) throws(Fault) -> Value {
    if let qualified, let value = scope.value(of: qualified) { return isTest ? true : value }
    let value = try value(of: operand)
    guard case .map(let map) = value else {
      throw Fault(.noSuchOverload, "a \(value.typeName) has no fields, and so no `\(field)`")
    }
    if isTest { return .bool(map[field] != nil) }
    guard let content = map[field] else {
      throw Fault(.noSuchKey(field), "there is no field `\(field)`")
    }
    return content
  }

  /// `&&` and `||`: an operand that decides makes errors of the others void.
  private mutating func logical(
    _ operands: [NodeID], deciding: Bool, _ symbol: String
  ) throws(Fault) -> Value {
    var first: Fault?
    for operand in operands {
      do throws(Fault) {
        let value = try value(of: operand)
        guard case .bool(let flag) = value else {
          throw Fault(
            .noSuchOverload, "`\(symbol)` works on bools, not on \(value.typeName)", node: operand)
        }
        if flag == deciding { return .bool(deciding) }
      } catch {
        guard error.isAbsorbed else { throw error }
        if first == nil { first = error }
      }
    }
    if let first { throw first }
    return .bool(!deciding)
  }

  private mutating func conditional(
    _ condition: NodeID, _ then: NodeID, _ otherwise: NodeID
  ) throws(Fault) -> Value {
    let value = try value(of: condition)
    guard case .bool(let flag) = value else {
      throw Fault(
        .noSuchOverload, "the condition of `? :` is a bool, not \(value.typeName)",
        node: condition)
    }
    return try self.value(of: flag ? then : otherwise)
  }

  private mutating func list(_ items: [NodeID]) throws(Fault) -> Value {
    var values: [Value] = []
    values.reserveCapacity(items.count)
    for item in items { values.append(try value(of: item)) }
    return .list(values)
  }

  private mutating func map(_ entries: [(key: NodeID, value: NodeID)]) throws(Fault) -> Value {
    var map = ValueMap()
    for entry in entries {
      let key = try value(of: entry.key).wholeAsInt
      switch key {
      case .bool, .int, .string: break
      default:
        throw Fault(
          .invalid, "a key is a string, an int or a bool, not \(key.typeName)", node: entry.key)
      }
      guard try self.value(atKey: key, of: map) == nil else {
        throw Fault(.invalid, "the same key stands twice in a map", node: entry.key)
      }
      map[key] = try value(of: entry.value)
    }
    return .map(map)
  }

  /// A chain of operators such as `a + b + c`, from the left, in a loop.
  private mutating func chain(_ id: NodeID) throws(Fault) -> Value {
    var links: [(id: NodeID, operation: BinaryOperator, right: NodeID)] = []
    var leftmost = id
    while case .binary(let operation, let left, let right) = nodes[leftmost].kind {
      links.append((leftmost, operation, right))
      leftmost = left
    }
    var left = try operand(leftmost)
    for link in links.reversed() {
      let right = try operand(link.right)
      do throws(Fault) {
        if let doubt = left.doubt ?? right.doubt {
          guard let answer = Self.decided(link.operation, left.value, right.value) else {
            throw doubt
          }
          left = (.bool(answer), nil)
        } else {
          left = (try binary(link.operation, left.value, right.value), nil)
        }
      } catch {
        throw error.located(at: link.id)
      }
    }
    return left.value
  }

  /// What an operator works on. Of a number of which only the least is known, also why not more is.
  private mutating func operand(_ id: NodeID) throws(Fault) -> (value: Value, doubt: Fault?) {
    do throws(Fault) {
      return (try value(of: id), nil)
    } catch {
      guard case .incomplete(let mark) = error.cause, mark.atLeast != nil, error.node == id else {
        throw error
      }
      return (.incomplete(mark), error)
    }
  }

  mutating func withLocals(
    _ index: Int, _ value: Value, _ second: Value?, _ body: NodeID
  ) throws(Fault) -> Value {
    locals.removeSubrange(min(index, locals.count)...)
    locals.append(value)
    if let second { locals.append(second) }
    return try self.value(of: body)
  }
}

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
