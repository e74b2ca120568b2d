import RunbookModel

/// The names that expressions and SQL see, each of which may be given once.
struct NameTable {
  enum Sort: String {
    case input = "an input"
    case constant = "a constant"
    case capture = "a capture"
  }

  private(set) var places: [String: (sort: Sort, place: Place)] = [:]

  /// The first claim of the name, when there is one.
  mutating func claim(
    _ name: String, _ sort: Sort, at place: Place
  ) -> (sort: Sort, place: Place)? {
    if let first = places[name] { return first }
    places[name] = (sort, place)
    return nil
  }

  /// What expressions see at any time.
  static let roots: Set = ["inputs", "constants", "env", "findings", "run", "steps", "sandbox"]

  /// Words that CEL keeps for itself (<https://github.com/google/cel-spec/blob/master/doc/langdef.md>).
  static let celWords: Set = [
    "false", "in", "null", "true", "as", "break", "const", "continue", "else", "for", "function",
    "if", "import", "let", "loop", "package", "namespace", "return", "var", "void", "while",
  ]

  /// Whether a text is a name as runbooks and steps have it.
  static func isName(_ text: String) -> Bool {
    let bytes = text.utf8
    guard let first = bytes.first, bytes.count <= 100, first.isLowerOrDigit else { return false }
    return bytes.allSatisfy { $0.isLowerOrDigit || $0 == 0x2D || $0 == 0x5F }
  }

  static func isIdentifier(_ name: String) -> Bool {
    guard let first = name.utf8.first, first < 0x30 || first > 0x39 else { return false }
    return name.utf8.allSatisfy { byte in
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F: true
      default: false
      }
    }
  }
}

extension FieldReader {
  /// Gives a name away, and reports why it cannot be had.
  mutating func claim(_ field: Fields.Field, _ sort: NameTable.Sort) {
    let name = field.name
    guard NameTable.isIdentifier(name) else {
      return report(
        .badName, "`\(name.excerpt)` is not a name", field.place,
        hint: "the name of \(sort.rawValue) has letters, digits and `_`")
    }
    let isResult = sort == .capture && tables.resultNames.contains(name)
    if NameTable.celWords.contains(name) || NameTable.roots.contains(name) || isResult {
      let owner = isResult ? "a step's result" : "expressions"
      return report(.reservedName, "the name `\(name)` belongs to \(owner)", field.place)
    }
    if let first = names.claim(name, sort, at: field.place) {
      report(
        .nameClash, "there is \(first.sort.rawValue) `\(name)` already", field.place,
        hint: "it is in line \(first.place.line)")
    }
  }
}

extension UInt8 {
  fileprivate var isLowerOrDigit: Bool {
    (0x61...0x7A).contains(self) || (0x30...0x39).contains(self)
  }
}
