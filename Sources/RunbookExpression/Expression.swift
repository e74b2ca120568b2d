public import RunbookModel

/// An expression of CEL, the Common Expression Language, on the types of `Value`.
///
/// The language is that of <https://github.com/google/cel-spec/blob/master/doc/langdef.md> without
/// unsigned integers, bytes, type values, messages and extensions. Parsing and evaluation take a
/// bounded amount of the call stack, whatever the source is.
public struct Expression: Sendable {
  public let source: SourceText
  let nodes: [Node]
  let root: NodeID

  /// Reads an expression.
  ///
  /// - Parameter allowsUnknownFunctions: whether a call of a function that there is not is left to
  ///   evaluation, where `unknown() || true` is true, as CEL has it without a type checker.
  /// - Throws: `Diagnostics`, each with its place in the source's file.
  public init(
    parsing source: SourceText, allowsUnknownFunctions: Bool = false
  ) throws(Diagnostics) {
    let bytes = Array(source.text.utf8)
    try self.init(
      source, bytes, range: 0..<bytes.count, allowsUnknownFunctions: allowsUnknownFunctions)
  }

  /// Reads the part of the source that is an expression.
  init(
    _ source: SourceText, _ bytes: [UInt8], range: Range<Int>, allowsUnknownFunctions: Bool = false
  ) throws(Diagnostics) {
    self.source = source
    var faults: [SyntaxFault] = []
    do throws(SyntaxFault) {
      var parser = try Parser(bytes, range: range, allowsUnknownFunctions: allowsUnknownFunctions)
      do throws(SyntaxFault) {
        root = try parser.parse()
        nodes = parser.nodes
        faults = parser.faults
      } catch {
        faults = parser.faults
        throw error
      }
    } catch {
      throw Self.diagnostics(of: faults + [error], in: source)
    }
    guard faults.isEmpty else { throw Self.diagnostics(of: faults, in: source) }
  }

  private static func diagnostics(of faults: [SyntaxFault], in source: SourceText) -> Diagnostics {
    Diagnostics(faults.lazy.map { $0.diagnostic(in: source) })
  }

  /// The expression's value, with names looked up in `scope`.
  ///
  /// - Throws: `EvaluationError` with the place of the smallest part that failed.
  public func evaluate(in scope: some EvaluationScope) throws(EvaluationError) -> Value {
    try evaluate(in: scope, maximumWork: Evaluator.maximumWork)
  }

  func evaluate(
    in scope: some EvaluationScope, maximumWork: Int
  ) throws(EvaluationError) -> Value {
    var evaluator = Evaluator(nodes, in: scope, maximumWork: maximumWork)
    do throws(Fault) {
      let value = try evaluator.value(of: root)
      try evaluator.checkSize(of: value)
      return value
    } catch {
      throw EvaluationError(error.cause, error.message, at: place(of: error.node ?? root))
    }
  }

  /// The free names that the expression reads, in the order of the source; variables of macros are
  /// left out.
  public var references: [Reference] {
    let parents = parents
    return nodes.indices.compactMap { reference($0, parents) }
  }

  /// Where the whole expression stands.
  public var place: Place { place(of: root) }

  var parents: [NodeID?] {
    var parents = [NodeID?](repeating: nil, count: nodes.count)
    for (id, node) in nodes.enumerated() {
      for child in node.children { parents[child] = id }
    }
    return parents
  }

  func reference(_ id: NodeID, _ parents: [NodeID?]) -> Reference? {
    guard case .name(let name) = nodes[id].kind else { return nil }
    var path: [String] = []
    var last = id
    var isTested = false
    while let parent = parents[last], let step = step(from: last, to: parent) {
      path.append(step.field)
      last = parent
      isTested = step.isTest
    }
    return Reference(
      name: name, path: path, isTested: isTested, source: source,
      bytes: nodes[id].start..<nodes[last].end)
  }

  /// The constant field or index by which a node is taken from its operand.
  private func step(from operand: NodeID, to id: NodeID) -> (field: String, isTest: Bool)? {
    switch nodes[id].kind {
    case .select(operand, let field, _, let isTest):
      return (field, isTest)
    case .index(operand, let index):
      guard case .literal(.string(let field)) = nodes[index].kind else { return nil }
      return (field, false)
    default:
      return nil
    }
  }

  private func place(of id: NodeID) -> Place {
    source.place(fromByte: nodes[id].start, toByte: nodes[id].end)
  }
}

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
