import RunbookModel

extension Parser {
  /// What stands after a dot: a field, a macro, or a call with a receiver.
  mutating func selectOrCall(
    on operand: NodeID, from start: Int
  ) throws(SyntaxFault) -> NodeID {
    let token = current
    if token.kind == .quotedIdentifier {
      let text = lexer.text(of: token).dropFirstScalars().dropLastScalars()
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
      if name == "quote", case .name("strings") = nodes[operand].kind {
        dropLast(operand)
        return try call("strings.quote", token, from: start)
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
    let isPaired = Macro.pairedNames.contains(name)
    let first = try variable(of: name, "first", isPaired)
    let hasSecond = isPaired ? true : try isSecondVariable(of: name)
    guard hasSecond else {
      return try withLocal(first) { (parser, local) throws(SyntaxFault) in
        try parser.body(of: name, token, over: range, local: local, isPaired: false, from: start)
      }
    }
    let place = current
    let second = try variable(of: name, "second", isPaired)
    guard !first.utf8.elementsEqual(second.utf8) else {
      throw fault(
        "both variables of `\(name)` are called `\(first)`", at: place, code: .expressionMacro)
    }
    return try withLocal(first) { (parser, local) throws(SyntaxFault) in
      try parser.withLocal(second) { (parser, _) throws(SyntaxFault) in
        try parser.body(of: name, token, over: range, local: local, isPaired: true, from: start)
      }
    }
  }

  /// A variable and the comma after it.
  private mutating func variable(
    of macro: String, _ position: String, _ isPaired: Bool
  ) throws(SyntaxFault) -> String {
    let token = current
    guard token.kind == .identifier, try isCommaNext() else {
      throw fault(
        "the \(position) argument of `\(macro)` is a variable's name", at: token,
        code: .expressionMacro,
        hint: isPaired
          ? "as in `rows.\(macro)(index, row, …)` or `map.\(macro)(key, value, …)`"
          : "as in `rows.\(macro)(row, …)`")
    }
    let name = lexer.text(of: token)
    guard !Self.keywords.contains(name) else {
      throw fault("`\(name)` cannot be a variable", at: token, code: .expressionMacro)
    }
    try advance()
    try advance()
    return name
  }

  /// Whether a name and a comma follow, where a macro may have one variable or two.
  private mutating func isSecondVariable(of macro: String) throws(SyntaxFault) -> Bool {
    guard macro != "map", macro != "filter", current.kind == .identifier,
      !Self.keywords.contains(lexer.text(of: current))
    else { return false }
    return try isCommaNext()
  }

  /// What follows a macro's variables.
  private mutating func body(
    of name: String, _ token: Token, over range: NodeID, local: Int, isPaired: Bool,
    from start: Int
  ) throws(SyntaxFault) -> NodeID {
    var arguments = [try expression()]
    while try skip(.comma) { arguments.append(try expression()) }
    try expect(.rightParenthesis, "`,` or `)`")
    guard let macro = Macro(name, isPaired: isPaired, argumentCount: arguments.count) else {
      throw fault(
        "`\(name)` does not take \(arguments.count + (isPaired ? 2 : 1)) arguments", at: token,
        code: .expressionMacro)
    }
    let hasPredicate = !macro.isTransform || arguments.count > 1
    let call = MacroCall(
      macro: macro, range: range, local: local, isPaired: isPaired,
      predicate: hasPredicate ? arguments.first : nil,
      transform: macro.isTransform ? arguments.last : nil)
    return try add(.macro(call), from: start)
  }

  private mutating func isCommaNext() throws(SyntaxFault) -> Bool {
    var probe = lexer
    return try probe.next().kind == .comma
  }
}
