import RunbookModel

/// Reads one expression by recursive descent, with a limit on how deep it goes.
struct Parser {
  /// Parentheses, brackets, calls and conditionals within one another.
  static let maximumDepth = 64
  /// What evaluation may need of the call stack, in levels.
  static let maximumHeight = 128

  private(set) var nodes: [Node] = []
  /// What was wrong and did not keep the parser from going on.
  private(set) var faults: [SyntaxFault] = []
  var lexer: Lexer
  private(set) var current: Token
  private(set) var previousEnd = 0
  let allowsUnknownFunctions: Bool
  private var depth = 0
  private var locals: [String] = []

  init(
    _ bytes: [UInt8], range: Range<Int>, allowsUnknownFunctions: Bool
  ) throws(SyntaxFault) {
    lexer = Lexer(bytes, range: range)
    self.allowsUnknownFunctions = allowsUnknownFunctions
    current = Token(kind: .end, start: range.lowerBound, end: range.lowerBound)
    current = try lexer.next()
  }

  /// The whole source as one expression.
  ///
  /// - Returns: the number of its topmost node.
  mutating func parse() throws(SyntaxFault) -> NodeID {
    guard current.kind != .end else { throw fault("there is no expression", at: current) }
    let root = try expression()
    guard current.kind == .end else { throw unexpected("an operator or the end") }
    return root
  }

  mutating func expression() throws(SyntaxFault) -> NodeID {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.maximumDepth else { throw tooDeep(current.start) }
    let start = current.start
    let first = try operation(0)
    guard current.kind == .question else { return first }
    return try conditional(first, from: start)
  }

  /// A chain of `? :`, which is read in a loop and put together from its end.
  private mutating func conditional(
    _ first: NodeID, from start: Int
  ) throws(SyntaxFault) -> NodeID {
    var branches: [(start: Int, condition: NodeID, then: NodeID)] = []
    var last = first
    var start = start
    while try skip(.question) {
      let then = try operation(0)
      try expect(.colon, "`:` of the conditional")
      branches.append((start, last, then))
      start = current.start
      last = try operation(0)
    }
    for (start, condition, then) in branches.reversed() {
      last = try add(.conditional(condition, then: then, otherwise: last), from: start)
    }
    return last
  }

  /// Operands joined by operators that bind at least as tightly as `precedence`.
  private mutating func operation(_ precedence: Int) throws(SyntaxFault) -> NodeID {
    let start = current.start
    var left = try unary()
    while let level = Self.precedence(of: current, in: lexer), level >= precedence {
      let kind = current.kind
      try advance()
      if kind == .and || kind == .or {
        left = try logical(kind, first: left, level: level, from: start)
      } else {
        let right = try operation(level + 1)
        left = try add(.binary(Self.binary(kind), left, right), from: start)
      }
    }
    return left
  }

  private mutating func logical(
    _ kind: Token.Kind, first: NodeID, level: Int, from start: Int
  ) throws(SyntaxFault) -> NodeID {
    var operands = [first, try operation(level + 1)]
    while try skip(kind) { operands.append(try operation(level + 1)) }
    return try add(kind == .and ? .and(operands) : .or(operands), from: start)
  }

  private static func precedence(of token: Token, in lexer: Lexer) -> Int? {
    switch token.kind {
    case .or: 0
    case .and: 1
    case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual: 2
    case .identifier where lexer.isWord("in", token): 2
    case .plus, .minus: 3
    case .star, .slash, .percent: 4
    default: nil
    }
  }

  private static func binary(_ kind: Token.Kind) -> BinaryOperator {
    switch kind {
    case .plus: .add
    case .minus: .subtract
    case .star: .multiply
    case .slash: .divide
    case .percent: .remainder
    case .equal: .equal
    case .notEqual: .notEqual
    case .less: .less
    case .lessOrEqual: .lessOrEqual
    case .greater: .greater
    case .greaterOrEqual: .greaterOrEqual
    default: .isIn
    }
  }

  /// Any number of `!` or of `-`. Two in a row undo each other, but keep what they ask of a type.
  private mutating func unary() throws(SyntaxFault) -> NodeID {
    let start = current.start
    var count = 0
    switch current.kind {
    case .not:
      while try skip(.not) { count += 1 }
      var operand: NodeID
      if current.kind == .minus { operand = try negativeNumber() } else { operand = try member() }
      for _ in 0..<Self.folded(count) { operand = try add(.not(operand), from: start) }
      return operand
    case .minus:
      while current.kind == .minus, !isNumberNext {
        try advance()
        count += 1
      }
      var operand: NodeID
      if current.kind == .minus { operand = try negativeNumber() } else { operand = try member() }
      for _ in 0..<Self.folded(count) { operand = try add(.negate(operand), from: start) }
      return operand
    default:
      return try member()
    }
  }

  private static func folded(_ count: Int) -> Int {
    count <= 2 ? count : 2 - count % 2
  }

  private var isNumberNext: Bool {
    var probe = lexer
    // A token that cannot be read is reported when it is reached.
    guard let next = try? probe.next() else { return false }
    return next.kind == .integer || next.kind == .double || next.kind == .unsigned
  }

  /// A number with its sign, so that the least int can be written.
  private mutating func negativeNumber() throws(SyntaxFault) -> NodeID {
    let start = current.start
    try advance()
    guard current.kind == .integer || current.kind == .double || current.kind == .unsigned else {
      throw unexpected("a number")
    }
    let number = try number(isNegative: true, from: start)
    return try members(of: number, from: start)
  }
}

extension Parser {
  mutating func advance() throws(SyntaxFault) {
    previousEnd = current.end
    current = try lexer.next()
  }

  mutating func skip(_ kind: Token.Kind) throws(SyntaxFault) -> Bool {
    guard current.kind == kind else { return false }
    try advance()
    return true
  }

  mutating func expect(_ kind: Token.Kind, _ name: String) throws(SyntaxFault) {
    guard try skip(kind) else { throw unexpected(name) }
  }

  mutating func add(_ kind: Node.Kind, from start: Int) throws(SyntaxFault) -> NodeID {
    let node = Node(kind: kind, start: start, end: previousEnd, height: height(of: kind))
    guard node.height <= Self.maximumHeight else { throw tooDeep(start) }
    nodes.append(node)
    return nodes.count - 1
  }

  mutating func replace(_ id: NodeID, with kind: Node.Kind) {
    let old = nodes[id]
    nodes[id] = Node(kind: kind, start: old.start, end: old.end, height: old.height)
  }

  /// Takes back a node that was read last and turned out to be the first half of a function's name.
  mutating func dropLast(_ id: NodeID) {
    if id == nodes.count - 1 { nodes.removeLast() }
  }

  mutating func report(_ fault: SyntaxFault) { faults.append(fault) }

  /// Runs `body` with a variable of that name in scope.
  mutating func withLocal<Result>(
    _ name: String, _ body: (inout Parser, Int) throws(SyntaxFault) -> Result
  ) throws(SyntaxFault) -> Result {
    locals.append(name)
    // A macro takes twice the stack of what else can be nested.
    depth += 1
    defer {
      locals.removeLast()
      depth -= 1
    }
    return try body(&self, locals.count - 1)
  }

  func local(_ name: String) -> Int? {
    locals.lastIndex { $0.utf8.elementsEqual(name.utf8) }
  }

  /// A chain of operators of one level is evaluated in a loop, so its left side adds nothing.
  private func height(of kind: Node.Kind) -> Int {
    switch kind {
    case .literal, .name, .local:
      return 1
    case .binary(_, let left, let right):
      if case .binary = nodes[left].kind { return max(nodes[left].height, nodes[right].height + 1) }
      return max(nodes[left].height, nodes[right].height) + 1
    default:
      let node = Node(kind: kind, start: 0, end: 0, height: 0)
      return node.children.reduce(0) { max($0, nodes[$1].height) } + 1
    }
  }

  func fault(
    _ message: String, at token: Token, code: DiagnosticCode = .expressionSyntax,
    hint: String? = nil
  ) -> SyntaxFault {
    SyntaxFault(code: code, message: message, start: token.start, end: token.end, hint: hint)
  }

  func unexpected(_ expected: String) -> SyntaxFault {
    let found = current.kind == .end ? "the end" : "`\(lexer.text(of: current))`"
    return fault("expected \(expected), found \(found)", at: current)
  }

  func tooDeep(_ start: Int) -> SyntaxFault {
    SyntaxFault(
      code: .expressionDepth, message: "the expression is nested too deep", start: start,
      end: start + 1, hint: "take it apart into captures of several steps")
  }
}
