public import RunbookModel

/// YAML as data.
public enum YAMLDocument {
  /// The value of a file's only document, by the core schema of YAML 1.2.
  ///
  /// - Parameters:
  ///   - file: the file's name for places.
  ///   - isSecret: whether it may hold secrets: what is wrong with it is told without a word of it.
  /// - Throws: all that is wrong with it, in the order of places. Tags, duplicate keys, keys that are
  ///   neither text, whole numbers nor bools, and files beyond the limits are refused.
  public static func value(
    of text: String, file: String, isSecret: Bool = false
  ) throws(Diagnostics) -> Value {
    let (root, diagnostics) = YAMLComposer.compose(text, file: file, isSecret: isSecret)
    var reader = DataReader(file: file)
    reader.diagnostics = diagnostics
    let value = root.map { reader.value($0) }
    guard let value, reader.diagnostics.isEmpty else {
      throw reader.diagnostics.sorted()
    }
    return value
  }
}

/// Turns nodes into values.
struct DataReader {
  let file: String
  var diagnostics = Diagnostics()

  init(file: String) { self.file = file }

  mutating func value(_ node: YAMLNode) -> Value {
    switch node.content {
    case .sequence(let items):
      return .list(items.map { value($0) })
    case .mapping(let pairs):
      var map = ValueMap()
      for pair in pairs {
        let item = value(pair.value)
        if let key = key(pair.key) { map[key] = item }
      }
      return .map(map)
    case .scalar(let scalar):
      if case .value(let value) = scalar.value { return value }
      diagnostics.append(
        Diagnostic(
          .error, .numberTooLarge, "the number is too large to be kept",
          at: node.place(in: file), hint: "put it into quotes if it is text"))
      return .null
    }
  }

  private mutating func key(_ key: YAMLKey) -> Value? {
    guard key.isPlain else { return .string(key.text) }
    // YAML 1.1 merges what it names; nobody has meant a key of that name.
    if key.text == "<<" {
      diagnostics.append(
        Diagnostic(
          .error, .dataKey, "merge keys are not read", at: key.place(in: file),
          hint: "write the keys out; if it is a key of that name, put it into quotes"))
      return nil
    }
    switch CoreSchema.scalar(key.text) {
    case .value(let value):
      switch value {
      case .string, .bool, .int: return value
      default: break
      }
    case .tooLarge: break
    }
    diagnostics.append(
      Diagnostic(
        .error, .dataKey, "a key is text, a whole number or a bool",
        at: key.place(in: file), hint: "put it into quotes"))
    return nil
  }
}
