import RunbookModel

extension Parser {
  /// A primary with its fields, indexes and calls.
  mutating func member() throws(SyntaxFault) -> NodeID {
    let start = current.start
    return try members(of: try primary(), from: start)
  }

  mutating func members(of primary: NodeID, from start: Int) throws(SyntaxFault) -> NodeID {
    var operand = primary
    while true {
      switch current.kind {
      case .dot:
        try advance()
        operand = try selectOrCall(on: operand, from: start)
      case .leftBracket:
        try advance()
        let index = try expression()
        try expect(.rightBracket, "`]`")
        operand = try add(.index(operand, index), from: start)
      case .leftBrace where isTypeName(operand):
        throw unsupported("messages", from: start, to: current.end)
      default:
        return operand
      }
    }
  }

  private mutating func primary() throws(SyntaxFault) -> NodeID {
    let token = current
    switch token.kind {
    case .identifier: return try word(isRooted: false)
    case .dot:
      try advance()
      guard current.kind == .identifier else { throw unexpected("a name after `.`") }
      return try word(isRooted: true)
    case .integer, .double, .unsigned: return try number(isNegative: false, from: token.start)
    case .string:
      let text = try StringLiteral.text(of: token, in: lexer.bytes)
      return try literal(.string(text))
    case .bytes:
      report(unsupported("bytes", from: token.start, to: token.end))
      return try literal(.null)
    case .leftParenthesis: return try parenthesized()
    case .leftBracket: return try list()
    case .leftBrace: return try map()
    default: throw unexpected("a value")
    }
  }

  private mutating func literal(_ value: Value) throws(SyntaxFault) -> NodeID {
    let start = current.start
    try advance()
    return try add(.literal(value), from: start)
  }

  private mutating func parenthesized() throws(SyntaxFault) -> NodeID {
    try advance()
    let content = try expression()
    try expect(.rightParenthesis, "`)`")
    return content
  }

  private mutating func list() throws(SyntaxFault) -> NodeID {
    let start = current.start
    try advance()
    var items: [NodeID] = []
    while current.kind != .rightBracket {
      items.append(try expression())
      guard try skip(.comma) else { break }
    }
    try expect(.rightBracket, "`,` or `]`")
    return try add(.list(items), from: start)
  }

  private mutating func map() throws(SyntaxFault) -> NodeID {
    let start = current.start
    try advance()
    var entries: [(key: NodeID, value: NodeID)] = []
    while current.kind != .rightBrace {
      let key = try expression()
      try expect(.colon, "`:` after the key")
      entries.append((key, try expression()))
      guard try skip(.comma) else { break }
    }
    try expect(.rightBrace, "`,` or `}`")
    return try add(.map(entries), from: start)
  }

  /// The number at `current`, whose sign was read before.
  mutating func number(isNegative: Bool, from start: Int) throws(SyntaxFault) -> NodeID {
    let token = current
    let digits = lexer.text(of: token)
    var value: Value?
    switch token.kind {
    case .unsigned:
      report(unsupported("unsigned integers", from: token.start, to: token.end))
      value = .null
    case .double:
      value = Self.double((isNegative ? "-" : "") + digits)
    default:
      value = Self.integer(digits, isNegative: isNegative).map(Value.int)
    }
    guard let value else {
      throw SyntaxFault(
        code: .expressionLiteral, message: "the number is out of range", start: start,
        end: token.end)
    }
    try advance()
    return try add(.literal(value), from: start)
  }

  /// A decimal where a double would be another number than the one that is written.
  private static func double(_ digits: String) -> Value? {
    guard let double = Double(digits), double.isFinite else { return nil }
    guard let written = ExactDecimal(digits), let read = ExactDecimal(double.description) else {
      return nil
    }
    return written == read ? .double(double) : .decimal(written)
  }

  private static func integer(_ digits: String, isNegative: Bool) -> Int64? {
    let sign = isNegative ? "-" : ""
    let isHexadecimal = digits.begins(with: "0x") || digits.begins(with: "0X")
    return isHexadecimal
      ? Int64(sign + digits.dropFirstScalars(2), radix: 16) : Int64(sign + digits)
  }

  /// A literal that is a word, a global call, or a name.
  private mutating func word(isRooted: Bool) throws(SyntaxFault) -> NodeID {
    let token = current
    let name = lexer.text(of: token)
    if !isRooted {
      switch name {
      case "true": return try literal(.bool(true))
      case "false": return try literal(.bool(false))
      case "null": return try literal(.null)
      default: break
      }
    }
    guard !Self.keywords.contains(name) else { throw unexpected("a value") }
    if Self.reserved.contains(name) {
      report(fault("`\(name)` is a reserved word and cannot be a name", at: token))
    }
    let start = isRooted ? previousEnd - 1 : token.start
    try advance()
    guard current.kind != .leftParenthesis else { return try call(name, token, from: start) }
    if !isRooted, let local = local(name) { return try add(.local(local), from: start) }
    return try add(.name(name), from: start)
  }

  static let keywords: Set<String> = ["true", "false", "null", "in"]

  private static let reserved: Set<String> = [
    "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop",
    "package", "namespace", "return", "var", "void", "while",
  ]

  /// Whether it can only be a type's name, as before the `{` of a message.
  private func isTypeName(_ id: NodeID) -> Bool {
    switch nodes[id].kind {
    case .name, .local: true
    case .select(_, _, let qualified, let isTest): qualified != nil && !isTest
    default: false
    }
  }

  func unsupported(_ feature: String, from start: Int, to end: Int) -> SyntaxFault {
    SyntaxFault(
      code: .expressionUnsupported, message: "runbooks have no \(feature) in expressions",
      start: start, end: end)
  }
}
