import RunbookModel

/// The number of a node in its tree.
typealias NodeID = Int

/// A part of a parsed expression. Nodes stand in one array, children before their parents, so that
/// no nesting costs call stack when a tree is made, searched or dropped.
struct Node: Sendable {
  enum Kind: Sendable {
    case literal(Value)
    /// A free name.
    case name(String)
    /// The variable of the macro at that depth.
    case local(Int)
    /// A field; `qualified` is the dotted name when all before it are names, as `a.b`.
    case select(NodeID, field: String, qualified: String?, isTest: Bool)
    case index(NodeID, NodeID)
    case binary(BinaryOperator, NodeID, NodeID)
    case negate(NodeID)
    case not(NodeID)
    case and([NodeID])
    case or([NodeID])
    case conditional(NodeID, then: NodeID, otherwise: NodeID)
    case list([NodeID])
    case map([(key: NodeID, value: NodeID)])
    /// A receiver is the first argument.
    case call(StandardFunction, [NodeID])
    /// A call that has no meaning; it fails when it is evaluated.
    case unknownCall(String, [NodeID])
    case macro(Macro, over: NodeID, local: Int, predicate: NodeID?, transform: NodeID?)
  }

  let kind: Kind
  /// The bytes of the source that it covers.
  let start: Int
  let end: Int
  /// How many calls deep evaluating it goes.
  let height: Int
}

enum BinaryOperator: Sendable {
  case add, subtract, multiply, divide, remainder
  case equal, notEqual, less, lessOrEqual, greater, greaterOrEqual, isIn

  var symbol: String {
    switch self {
    case .add: "+"
    case .subtract: "-"
    case .multiply: "*"
    case .divide: "/"
    case .remainder: "%"
    case .equal: "=="
    case .notEqual: "!="
    case .less: "<"
    case .lessOrEqual: "<="
    case .greater: ">"
    case .greaterOrEqual: ">="
    case .isIn: "in"
    }
  }
}

enum Macro: Sendable {
  case all, exists, existsOne, map, filter

  init?(_ name: String, argumentCount: Int) {
    switch (name, argumentCount) {
    case ("all", 2): self = .all
    case ("exists", 2): self = .exists
    case ("exists_one", 2), ("existsOne", 2): self = .existsOne
    case ("map", 2), ("map", 3): self = .map
    case ("filter", 2): self = .filter
    default: return nil
    }
  }

  static let names: Set<String> = ["all", "exists", "exists_one", "existsOne", "map", "filter"]
}

extension Node {
  /// The nodes right below it, in the order of the source.
  var children: [NodeID] {
    switch kind {
    case .literal, .name, .local: []
    case .select(let operand, _, _, _), .negate(let operand), .not(let operand): [operand]
    case .index(let left, let right), .binary(_, let left, let right): [left, right]
    case .and(let operands), .or(let operands), .list(let operands): operands
    case .call(_, let arguments), .unknownCall(_, let arguments): arguments
    case .conditional(let condition, let then, let otherwise): [condition, then, otherwise]
    case .map(let entries): entries.flatMap { [$0.key, $0.value] }
    case .macro(_, let range, _, let predicate, let transform):
      [range] + [predicate, transform].compactMap { $0 }
    }
  }
}
