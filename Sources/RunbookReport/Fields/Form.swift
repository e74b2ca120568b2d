import RunbookModel

/// How a value becomes content, by the value's type.
struct Form<Value>: Sendable {
  /// What a tool reads of it.
  let schema: JSONForm
  let content: @Sendable (Value) -> Content

  init(_ schema: JSONForm = .text, _ content: @escaping @Sendable (Value) -> Content) {
    self.schema = schema
    self.content = content
  }
}

extension Form where Value == String {
  static var words: Form { Form { .words($0) } }
  static var prose: Form { Form { .prose($0) } }
  static var code: Form { Form { .code($0) } }
  static var quote: Form { Form { .quote($0) } }
}

extension Form where Value == [String] {
  static var codes: Form { Form(.texts) { .inline($0.map { .code($0) }, separator: ", ") } }
  static var words: Form { Form(.texts) { .inline($0.map { .words($0) }, separator: ", ") } }
}

extension Form where Value == Phrase {
  static var phrase: Form { Form { .phrase($0) } }
}

extension Form where Value == Actor {
  static var actor: Form { Form(.actor) { .actor($0) } }
}

extension Form where Value == [Actor] {
  static var actors: Form { Form(.actors) { .inline($0.map { .actor($0) }, separator: ", ") } }
}

extension Form where Value == Reference {
  static var reference: Form { Form(.reference) { .reference($0) } }
}

extension Form where Value == Timestamp {
  static var time: Form { Form(.time) { .time($0) } }
}

extension Form where Value == Duration {
  static var duration: Form { Form(.seconds) { .duration($0) } }
}

extension Form where Value == Int {
  static var number: Form { Form(.number) { .number(Int64($0)) } }
}

extension Form where Value == Int64 {
  static var number: Form { Form(.number) { .number($0) } }
  static var size: Form { Form(.bytes) { .size($0) } }
}

extension Form where Value == Digest {
  static var digest: Form { Form { .code($0.hex) } }
  static var shortDigest: Form { Form { .code($0.short) } }
}

extension Form where Value == StepHistory.Status {
  static var status: Form { Form(.status) { .status($0, $0.words) } }
}

extension Form where Value == AuthoredBlock {
  static var block: Form { Form(.authored) { .block($0, .plain) } }
  static var numbered: Form { Form(.authored) { .block($0, .numbered) } }
  static var listed: Form { Form(.authored) { .block($0, .listed) } }
  static var headline: Form { Form(.authored) { .headline($0) } }
  static var headlineCell: Form { Form(.authored) { .headlineCell($0) } }
}

extension Form where Value == AuthoredText {
  static var line: Form { Form(.authored) { .line($0) } }
  static var cell: Form { Form(.authored) { .cell($0) } }
}

extension Form where Value == [AuthoredBlock] {
  static func lessons(_ lesson: Content.Lesson) -> Form {
    Form(.list(.authored)) { .lessons($0, lesson) }
  }
}

extension Form where Value == [Content.Capture] {
  static var captures: Form { Form(.rows) { .captures($0) } }
}

extension Form where Value == [ValueMap] {
  static var table: Form { Form(.rows) { .table($0) } }
}

extension Form where Value == Content {
  /// A content that says itself what it is.
  static var any: Form { Form { $0 } }
}
