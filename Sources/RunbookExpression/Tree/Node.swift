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
    case macro(MacroCall)
  }

  let kind: Kind
  /// The bytes of the source that it covers.
  let start: Int
  let end: Int
  /// How many calls deep evaluating it goes.
  let height: Int
}

extension Node.Kind {
  /// The name or field that it reads, for messages.
  var lastName: String? {
    switch self {
    case .name(let name): name
    case .select(_, let field, _, _): field
    default: nil
    }
  }
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

/// A macro over a list or a map.
struct MacroCall: Sendable {
  let macro: Macro
  let range: NodeID
  /// The number of its variable, or of the first of its two.
  let local: Int
  /// Whether it has two variables: of a list index and item, of a map key and value.
  let isPaired: Bool
  let predicate: NodeID?
  let transform: NodeID?
}

enum Macro: Sendable {
  case all, exists, existsOne, map, filter
  case transformList, transformMap, transformMapEntry

  /// - Parameter argumentCount: those after the variables.
  init?(_ name: String, isPaired: Bool, argumentCount: Int) {
    switch (name, isPaired, argumentCount) {
    case ("all", _, 1): self = .all
    case ("exists", _, 1): self = .exists
    case ("exists_one", _, 1), ("existsOne", _, 1): self = .existsOne
    case ("map", false, 1), ("map", false, 2): self = .map
    case ("filter", false, 1): self = .filter
    case ("transformList", true, 1), ("transformList", true, 2): self = .transformList
    case ("transformMap", true, 1), ("transformMap", true, 2): self = .transformMap
    case ("transformMapEntry", true, 1), ("transformMapEntry", true, 2): self = .transformMapEntry
    default: return nil
    }
  }

  static let names: Set<String> = [
    "all", "exists", "exists_one", "existsOne", "map", "filter", "transformList", "transformMap",
    "transformMapEntry",
  ]

  /// Those that have two variables always.
  static let pairedNames: Set<String> = ["transformList", "transformMap", "transformMapEntry"]

  /// Whether its last argument says what is made of each element, and one before it which elements.
  var isTransform: Bool {
    switch self {
    case .map, .transformList, .transformMap, .transformMapEntry: true
    case .all, .exists, .existsOne, .filter: false
    }
  }
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
    case .macro(let call): [call.range] + [call.predicate, call.transform].compactMap { $0 }
    }
  }
}
