import RunbookModel

extension Parser {
  /// What stands after a dot: a field, a macro, or a call with a receiver.
  mutating func selectOrCall(
    on operand: NodeID, from start: Int
  ) throws(SyntaxFault) -> NodeID {
    let token = current
    if token.kind == .quotedIdentifier {
      let text = lexer.text(of: token).dropFirst().dropLast()
      try advance()
      return try add(
        .select(operand, field: String(text), qualified: nil, isTest: false), from: start)
    }
    let name = lexer.text(of: token)
    guard token.kind == .identifier, !Self.keywords.contains(name) else {
      throw unexpected("a field's name after `.`")
    }
    try advance()
    if current.kind == .leftParenthesis {
      guard !Macro.names.contains(name) else {
        return try macro(name, token, over: operand, from: start)
      }
      return try call(name, token, receiver: operand, from: start)
    }
    let qualified = qualifiedName(of: operand).map { $0 + "." + name }
    return try add(.select(operand, field: name, qualified: qualified, isTest: false), from: start)
  }

  private func qualifiedName(of id: NodeID) -> String? {
    switch nodes[id].kind {
    case .name(let name): name
    case .select(_, _, let qualified, _): qualified
    default: nil
    }
  }

  /// A call, with `current` at its opening parenthesis.
  mutating func call(
    _ name: String, _ token: Token, receiver: NodeID? = nil, from start: Int
  ) throws(SyntaxFault) -> NodeID {
    if name == "has", receiver == nil { return try presence(from: start) }
    let arguments = (receiver.map { [$0] } ?? []) + (try arguments())
    if receiver == nil, let feature = Self.unsupportedFunctions[name] {
      report(unsupported(feature, from: token.start, to: token.end))
    }
    let function = StandardFunction.named(name)
    guard let function, function.takes(arguments.count, asReceiver: receiver != nil) else {
      reportUnknown(name, token, function)
      return try add(.unknownCall(name, arguments), from: start)
    }
    return try add(.call(function, arguments), from: start)
  }

  private mutating func reportUnknown(
    _ name: String, _ token: Token, _ function: StandardFunction?
  ) {
    guard !allowsUnknownFunctions, Self.unsupportedFunctions[name] == nil else { return }
    let message =
      function == nil
      ? "there is no function `\(name)`" : "`\(name)` cannot be called with these arguments"
    report(fault(message, at: token, code: .expressionFunction, hint: function?.usage))
  }

  private static let unsupportedFunctions = [
    "type": "type values", "uint": "unsigned integers", "bytes": "bytes",
  ]

  private mutating func arguments() throws(SyntaxFault) -> [NodeID] {
    try expect(.leftParenthesis, "`(`")
    guard try !skip(.rightParenthesis) else { return [] }
    var arguments = [try expression()]
    while try skip(.comma) { arguments.append(try expression()) }
    try expect(.rightParenthesis, "`,` or `)`")
    return arguments
  }

  /// `has(e.f)`
  private mutating func presence(from start: Int) throws(SyntaxFault) -> NodeID {
    let arguments = try arguments()
    guard arguments.count == 1, let argument = arguments.first,
      case .select(let operand, let field, let qualified, false) = nodes[argument].kind
    else {
      throw SyntaxFault(
        code: .expressionMacro, message: "`has()` takes one field, as in `has(inputs.backup)`",
        start: start, end: previousEnd)
    }
    replace(
      argument, with: .select(operand, field: field, qualified: qualified, isTest: true))
    return argument
  }

  /// A macro with a variable, with `current` at its opening parenthesis.
  private mutating func macro(
    _ name: String, _ token: Token, over range: NodeID, from start: Int
  ) throws(SyntaxFault) -> NodeID {
    try advance()
    let variable = current
    guard variable.kind == .identifier, try isCommaNext() else {
      throw fault(
        "the first argument of `\(name)` is a variable's name", at: current,
        code: .expressionMacro, hint: "as in `rows.\(name)(row, …)`")
    }
    let variableName = lexer.text(of: variable)
    guard !Self.keywords.contains(variableName) else {
      throw fault("`\(variableName)` cannot be a variable", at: variable, code: .expressionMacro)
    }
    try advance()
    try advance()
    return try withLocal(variableName) { (parser, local) throws(SyntaxFault) in
      var arguments = [try parser.expression()]
      while try parser.skip(.comma) { arguments.append(try parser.expression()) }
      try parser.expect(.rightParenthesis, "`,` or `)`")
      guard let macro = Macro(name, argumentCount: arguments.count + 1) else {
        throw parser.fault(
          "`\(name)` does not take \(arguments.count + 1) arguments", at: token,
          code: .expressionMacro)
      }
      return try parser.add(macro, over: range, local: local, arguments, from: start)
    }
  }

  private mutating func isCommaNext() throws(SyntaxFault) -> Bool {
    var probe = lexer
    return try probe.next().kind == .comma
  }

  private mutating func add(
    _ macro: Macro, over range: NodeID, local: Int, _ arguments: [NodeID], from start: Int
  ) throws(SyntaxFault) -> NodeID {
    let isMap = macro == .map
    let predicate = isMap && arguments.count == 1 ? nil : arguments.first
    let transform = isMap ? arguments.last : nil
    return try add(
      .macro(macro, over: range, local: local, predicate: predicate, transform: transform),
      from: start)
  }
}
