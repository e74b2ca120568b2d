private import CLibYAML
import RunbookModel

/// libyaml's parser over one text: the only place that knows libyaml.
///
/// The bytes must outlive it and be UTF-8. It is read to the stream's end or to the first failure.
struct YAMLEventReader: ~Copyable {
  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private let bytes: UnsafeBufferPointer<UInt8>
  private let file: String
  private var isReady: Bool

  init(_ bytes: UnsafeBufferPointer<UInt8>, file: String) {
    self.bytes = bytes
    self.file = file
    parser = .allocate(capacity: 1)
    isReady = yaml_parser_initialize(parser) == 1
    guard isReady else { return }
    yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    // libyaml wants an address even where there is nothing to read.
    let start = bytes.baseAddress ?? UnsafeRawPointer(parser).assumingMemoryBound(to: UInt8.self)
    yaml_parser_set_input_string(parser, start, bytes.count)
  }

  deinit {
    if isReady { yaml_parser_delete(parser) }
    parser.deallocate()
  }

  mutating func next() throws(YAMLFailure) -> YAMLEvent {
    guard isReady else {
      throw YAMLFailure(Diagnostic(.error, .yamlSyntax, "there is no memory left", at: nil))
    }
    var event = yaml_event_t()
    guard yaml_parser_parse(parser, &event) == 1 else { throw failure() }
    defer { yaml_event_delete(&event) }
    return Self.translated(event)
  }

  private static func translated(_ event: yaml_event_t) -> YAMLEvent {
    let start = mark(event.start_mark)
    let end = mark(event.end_mark)
    func plain(_ kind: YAMLEvent.Kind) -> YAMLEvent {
      YAMLEvent(kind: kind, start: start, end: end)
    }
    func node(
      _ kind: YAMLEvent.Kind, _ anchor: UnsafeMutablePointer<UInt8>?,
      _ tag: UnsafeMutablePointer<UInt8>?
    ) -> YAMLEvent {
      YAMLEvent(
        kind: kind, start: start, end: end, anchor: anchor.map { String(cString: $0) },
        hasTag: tag != nil)
    }
    switch event.type {
    case YAML_SCALAR_EVENT:
      let scalar = event.data.scalar
      let value = UnsafeBufferPointer(start: scalar.value, count: scalar.length)
      let text = String(decoding: value, as: UTF8.self)
      var read = node(.scalar(text, style(scalar.style)), scalar.anchor, scalar.tag)
      read.mayHoldEscapes = scalar.style == YAML_DOUBLE_QUOTED_SCALAR_STYLE
      return read
    case YAML_MAPPING_START_EVENT:
      return node(.mappingStart, event.data.mapping_start.anchor, event.data.mapping_start.tag)
    case YAML_MAPPING_END_EVENT: return plain(.mappingEnd)
    case YAML_SEQUENCE_START_EVENT:
      return node(.sequenceStart, event.data.sequence_start.anchor, event.data.sequence_start.tag)
    case YAML_SEQUENCE_END_EVENT: return plain(.sequenceEnd)
    case YAML_ALIAS_EVENT: return plain(.alias(String(cString: event.data.alias.anchor)))
    case YAML_DOCUMENT_START_EVENT: return plain(.documentStart)
    case YAML_DOCUMENT_END_EVENT: return plain(.documentEnd)
    case YAML_STREAM_START_EVENT: return plain(.streamStart)
    default: return plain(.streamEnd)
    }
  }

  private static func style(_ style: yaml_scalar_style_t) -> YAMLScalar.Style {
    switch style {
    case YAML_PLAIN_SCALAR_STYLE: .plain
    case YAML_LITERAL_SCALAR_STYLE: .literal
    case YAML_FOLDED_SCALAR_STYLE: .folded
    default: .quoted
    }
  }

  /// Files are at most 8 MiB, so that lines and columns fit.
  private static func mark(_ mark: yaml_mark_t) -> YAMLMark {
    YAMLMark(
      line: Int32(clamping: mark.line) &+ 1, column: Int32(clamping: mark.column) &+ 1)
  }

  private func failure() -> YAMLFailure {
    let error = parser.pointee
    let problem = error.problem.map { String(cString: $0) } ?? "it cannot be read"
    if error.error == YAML_READER_ERROR {
      let place = LineTable.place(ofByte: error.problem_offset, in: bytes, file: file)
      return YAMLFailure(
        Diagnostic(
          .error, .controlCharacter, "a character that YAML does not allow", at: place,
          hint: "in a double-quoted text it can be written as an escape, such as \"\\u0007\""))
    }
    let mark = Self.mark(error.problem_mark)
    let place = Place(file: file, line: Int(mark.line), column: Int(mark.column))
    return YAMLFailure(
      Diagnostic(
        .error, .yamlSyntax, "this is not YAML: \(problem)", at: place, hint: Self.hint(error)))
  }

  private static func hint(_ error: yaml_parser_t) -> String? {
    guard let context = error.context.map({ String(cString: $0) }) else { return nil }
    let hint =
      error.context_mark.line == error.problem_mark.line
      ? context : "\(context) that begins in line \(mark(error.context_mark).line)"
    return context.holds("flow")
      ? hint + "; text with `[`, `{`, `,` or `: ` in it wants quotes there" : hint
  }
}

/// What ends the reading of a file.
struct YAMLFailure: Error {
  let diagnostic: Diagnostic

  init(_ diagnostic: Diagnostic) { self.diagnostic = diagnostic }
}
