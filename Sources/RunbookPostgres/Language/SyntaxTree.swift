import RunbookModel

/// The few nodes of a parse tree that the classifier asks for, statement by statement.
///
/// It walks libpg_query's JSON byte by byte and without recursion, and keeps nothing else.
package struct SyntaxTree: Sendable {
  package struct Node: Sendable {
    package let name: String
    /// Plain values as text; `{` or `[` stands for an object or a list.
    package var attributes: [String: String] = [:]
    /// The index of the innermost kept node around this one.
    package let parent: Int?
    /// Of a call of a function, of a column with what it is of, of a field, and of `SET`: the names and string
    /// constants in it, in order; of `SET` the integers too, but 0.
    var strings: [String] = []
    /// Of a call of a function: how many of its strings are its name.
    package var nameParts = 0
    /// Of a call of a function: what its first argument is.
    package var firstArgument: String?
  }

  package struct Statement: Sendable {
    /// The statement itself first.
    package var nodes: [Node] = []
    package var location = 0
    /// 0 means up to the end.
    package var length = 0
  }

  package let statements: [Statement]

  package init(json: UnsafeBufferPointer<UInt8>) {
    var walker = SyntaxTreeWalker(json)
    walker.walk()
    statements = walker.statements
  }
}

private struct SyntaxTreeWalker {
  private static let kept: Set<String> = [
    "DeleteStmt", "UpdateStmt", "InsertStmt", "MergeStmt", "DropStmt", "TruncateStmt",
    "AlterTableCmd", "LockingClause", "DefElem", "PartitionCmd", "FuncCall", "RangeVar",
    "ColumnRef", "A_Indirection", "CommonTableExpr",
  ]
  /// Nodes whose strings are kept.
  private static let worded: Set<String> = [
    "FuncCall", "VariableSetStmt", "ColumnRef", "A_Indirection",
  ]
  private static let statementDepth = 3

  private let bytes: UnsafeBufferPointer<UInt8>
  private var position = 0
  /// For each open object or list: the kept node that it is, if it is one.
  private var open: [Int?] = []
  /// The kept nodes among them, each with its depth.
  private var nodes: [(index: Int, depth: Int)] = []
  private(set) var statements: [SyntaxTree.Statement] = []
  /// How deep the list is that names the function whose call is read.
  private var nameDepth: Int?

  init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  mutating func walk() {
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: "{"), UInt8(ascii: "["): enter(nil)
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        leave()
      case UInt8(ascii: "\""): readMember()
      default: position += 1
      }
    }
  }

  private mutating func leave() {
    if nodes.last?.depth == open.count { nodes.removeLast() }
    if open.count == nameDepth, let node = nodes.last?.index, let last = statements.indices.last {
      statements[last].nodes[node].nameParts = statements[last].nodes[node].strings.count
      nameDepth = nil
    }
    _ = open.popLast()
    position += 1
  }

  private mutating func enter(_ node: Int?) {
    open.append(node)
    if let node { nodes.append((node, open.count)) }
    position += 1
    if open.count == Self.statementDepth { statements.append(SyntaxTree.Statement()) }
  }

  /// A key with its value, or a string in a list.
  private mutating func readMember() {
    let key = readString()
    guard position < bytes.count, bytes[position] == UInt8(ascii: ":") else { return }
    position += 1
    guard position < bytes.count else { return }
    let isOpening = bytes[position] == UInt8(ascii: "{") || bytes[position] == UInt8(ascii: "[")
    guard isOpening else { return note(key, readScalar()) }
    noteArgument(key)
    if key.elementsEqual("funcname".utf8) { nameDepth = open.count + 1 }
    if let node = keep(key) { return enter(node) }
    note(key, UnsafeBufferPointer(rebasing: bytes[position...position]))
    enter(nil)
  }

  /// - Returns: the new node's index, when it is one to keep.
  private mutating func keep(_ key: UnsafeBufferPointer<UInt8>) -> Int? {
    guard let first = key.first, (65...90).contains(first), let last = statements.indices.last,
      open.count > Self.statementDepth
    else { return nil }
    let name = String(decoding: key, as: UTF8.self)
    let isTop = open.count == Self.statementDepth + 1
    guard isTop || Self.kept.contains(name) else { return nil }
    statements[last].nodes.append(SyntaxTree.Node(name: name, parent: nodes.last?.index))
    return statements[last].nodes.count - 1
  }

  /// A call's arguments are the first nodes in it, two levels down, that are not the parts of its name.
  private mutating func noteArgument(_ key: UnsafeBufferPointer<UInt8>) {
    guard let last = statements.indices.last, let (node, depth) = nodes.last,
      open.count == depth + 2, statements[last].nodes[node].name == "FuncCall",
      statements[last].nodes[node].firstArgument == nil
    else { return }
    let name = String(decoding: key, as: UTF8.self)
    if name != "String" { statements[last].nodes[node].firstArgument = name }
  }

  /// Most members are of no node that is kept: texts are made of the others alone.
  private mutating func note(
    _ key: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>
  ) {
    guard let last = statements.indices.last else { return }
    if open.count == Self.statementDepth {
      switch Self.text(key) {
      case "stmt_location": statements[last].location = Int(Self.text(value)) ?? 0
      case "stmt_len": statements[last].length = Int(Self.text(value)) ?? 0
      default: break
      }
    } else if let node = nodes.last?.index, key.first == UInt8(ascii: "s"),
      value.first != UInt8(ascii: "{"), Self.text(key) == "sval",
      Self.worded.contains(statements[last].nodes[node].name)
    {
      statements[last].nodes[node].strings.append(Self.text(value))
    } else if let node = nodes.last?.index, key.first == UInt8(ascii: "i"),
      value.first != UInt8(ascii: "{"), Self.text(key) == "ival",
      statements[last].nodes[node].name == "VariableSetStmt"
    {
      statements[last].nodes[node].strings.append(Self.text(value))
    } else if let node = open.last ?? nil {
      statements[last].nodes[node].attributes[Self.text(key)] = Self.text(value)
    }
  }

  private static func text(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
    String(decoding: bytes, as: UTF8.self)
  }

  private mutating func readScalar() -> UnsafeBufferPointer<UInt8> {
    if bytes[position] == UInt8(ascii: "\"") { return readString() }
    let start = position
    while position < bytes.count {
      let byte = bytes[position]
      if byte == UInt8(ascii: ",") || byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]") {
        break
      }
      position += 1
    }
    return UnsafeBufferPointer(rebasing: bytes[start..<position])
  }

  /// The bytes between the quotes, escapes as they are.
  private mutating func readString() -> UnsafeBufferPointer<UInt8> {
    position += 1
    let start = position
    while position < bytes.count, bytes[position] != UInt8(ascii: "\"") {
      position += bytes[position] == UInt8(ascii: "\\") ? 2 : 1
    }
    let end = min(position, bytes.count)
    position = min(end + 1, bytes.count)
    return UnsafeBufferPointer(rebasing: bytes[start..<end])
  }
}
