/// A type whose text is a name, a number or a time, and stays as it is: others refer to it.
protocol StoredName {}

extension Digest: StoredName {}
extension Timestamp: StoredName {}
/// Code that runs on, such as a drill's conditions.
extension SourceText: StoredName {}
extension Place: StoredName {}
extension Drill.Name: StoredName {}

/// What texts, and values with texts in them, are put through.
struct TextTransform {
  let text: (String) -> String
  let value: (Value) -> Value
}

/// The texts of what is stored.
enum StoredTexts {
  /// Keys under which names are stored as strings: of gates, connections, captures, inputs, injects,
  /// people who take part, files; what a run is replayed and resumed by.
  static let names: Set = [
    "gate", "subject", "connection", "captures", "withheldCaptures", "id", "key", "path", "kind",
    "name", "type", "field", "folder", "fileName", "approvals", "inject", "choice", "participant",
    "expectation", "role", "database", "systemIdentifier",
  ]

  /// Keys of values that are maps by name: what is under a name is transformed, the name is not.
  static let mapsByName: Set = ["result", "captures", "fallbacks", "constants", "report"]

  static func map<Item: Codable>(
    _ item: Item, _ text: (String) -> String, _ value: (Value) -> Value
  ) -> Item {
    withoutActuallyEscaping(text) { text in
      withoutActuallyEscaping(value) { value in
        do {
          let stored = try ValueEncoder.value(of: item)
          let transform = TextTransform(text: text, value: value)
          return try Item(from: ValueDecoder(stored, transform: transform))
        } catch {
          // What was encoded is read again by the same type, and any text is as good as any other.
          preconditionFailure("\(Item.self) cannot be read again: \(error)")
        }
      }
    }
  }

  static func isName(_ type: any Any.Type) -> Bool {
    type is any StoredName.Type || type is any RawRepresentable.Type
  }
}
