import RunbookModel

/// Writes a report's facts as JSON, field by field, for other tools.
///
/// It is written as it is read: of a timeline of a hundred thousand rows there is never a second copy.
struct JSONReport {
  /// Changes when a tool that reads the report has to change.
  static let formatVersion: Int64 = 1

  private var bytes: [UInt8] = []
  /// Where the writing stands, as a JSON pointer's parts.
  private var path: [String] = []
  private var todos: [Todo] = []
  private let isNotApplicable: Bool
  private let owner: String?

  /// A field that nobody filled.
  struct Todo: Sendable {
    /// RFC 6901.
    let pointer: String
    /// Why there is no value, where that is known.
    let reason: String?
  }

  static func text(of facts: ReportFacts) -> String {
    var report = JSONReport(facts)
    report.write(facts)
    return String(decoding: report.bytes, as: UTF8.self)
  }

  private init(_ facts: ReportFacts) {
    isNotApplicable = facts.summary.reasonForNoFacts != nil
    owner = facts.head.runbook.owner
  }

  private mutating func write(_ facts: ReportFacts) {
    append("{\n  \"format_version\": \(Self.formatVersion)")
    writeMembers(of: facts, isFirst: false)
    let list = todos.map { todo -> Value in
      .map(
        ValueMap([
          ("field", .string(todo.pointer)), ("owner", owner.map { .string($0) } ?? .null),
          ("reason", todo.reason.map { .string($0) } ?? .null),
        ]))
    }
    append(",\n  \"todos\": \(Value.list(list).json)\n}\n")
  }

  private mutating func writeMembers<Fact: Presented>(of fact: Fact, isFirst: Bool) {
    var isFirst = isFirst
    for field in Fact.fields where field.audience != .people {
      let name = field.name + field.schema.suffix
      append(isFirst ? "" : ",")
      isFirst = false
      breakLine()
      append("\"\(name)\": ")
      path.append(name)
      write(field.value(fact))
      path.removeLast()
    }
  }

  private mutating func write(_ value: FieldValue) {
    switch value {
    case .text(let content): write(content)
    case .gap(let gap): writeGap(gap)
    case .flag(let flag): append(flag ? "true" : "false")
    case .one(nil): append("null")
    case .one(let fact?): writeObject(fact)
    case .list(let facts): writeList(facts) { $0.writeObject($1) }
    case .texts(let contents): writeList(contents) { $0.write($1) }
    }
  }

  private mutating func writeObject(_ fact: some Presented) {
    append("{")
    writeMembers(of: fact, isFirst: true)
    breakLine(-1)
    append("}")
  }

  private mutating func writeList<Element>(
    _ elements: [Element], _ writeElement: (inout JSONReport, Element) -> Void
  ) {
    guard !elements.isEmpty else { return append("[]") }
    append("[")
    for (index, element) in elements.enumerated() {
      append(index == 0 ? "" : ",")
      path.append(String(index))
      breakLine(-1)
      writeElement(&self, element)
      path.removeLast()
    }
    breakLine(-1)
    append("]")
  }

  private mutating func write(_ content: Content) {
    append(content.value.json)
    for reason in content.reasonsForTodos { note(reason) }
  }

  private mutating func writeGap(_ gap: Gap) {
    append("null")
    switch gap {
    case .nothing, .words: break
    case .missing where isNotApplicable: break
    case .todo, .todoWord, .missing: note(nil)
    }
  }

  private mutating func note(_ reason: String?) {
    todos.append(Todo(pointer: "/" + path.joined(separator: "/"), reason: reason))
  }

  private mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

  private mutating func breakLine(_ change: Int = 0) {
    bytes.append(0x0A)
    for _ in 0..<(path.count + 1 + change) { append("  ") }
  }
}
