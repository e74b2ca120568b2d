import RunbookModel

/// Makes the tree of a file's only document from libyaml's events, within limits.
struct YAMLComposer: ~Copyable {
  static let maximumDepth = 64
  static let maximumExpandedNodes = 10_000
  /// As much as a file may hold.
  static let maximumExpandedBytes = FileText.maximumSize

  private var reader: YAMLEventReader
  private let bytes: UnsafeBufferPointer<UInt8>
  private let file: String
  private let isSecret: Bool
  private let lines: LineTable
  private var anchors: [String: (node: YAMLNode, size: Size)] = [:]
  private var openAnchors: Set<String> = []
  /// Of what was read, what aliases stand for included.
  private var size = Size()
  /// Of what aliases stand for.
  private var expanded = Size()

  private struct Size {
    var nodes = 0
    var bytes = 0

    static func += (left: inout Size, right: Size) {
      left.nodes += right.nodes
      left.bytes += right.bytes
    }
  }

  private(set) var diagnostics = Diagnostics()

  private init(_ bytes: UnsafeBufferPointer<UInt8>, file: String, isSecret: Bool) {
    self.bytes = bytes
    self.file = file
    self.isSecret = isSecret
    lines = LineTable(bytes)
    reader = YAMLEventReader(bytes, file: file)
  }

  /// The root node, and what is wrong; without a root there is always an error.
  ///
  /// - Parameter isSecret: whether the text may hold secrets: what is wrong is told without a word of it.
  static func compose(
    _ text: String, file: String, isSecret: Bool = false
  ) -> (root: YAMLNode?, Diagnostics) {
    var text = text
    return text.withUTF8 { bytes in
      var composer = YAMLComposer(bytes, file: file, isSecret: isSecret)
      do throws(YAMLFailure) {
        let root = try composer.document()
        return (root, composer.diagnostics)
      } catch {
        composer.diagnostics.append(error.diagnostic)
        return (nil, composer.diagnostics)
      }
    }
  }

  private mutating func document() throws(YAMLFailure) -> YAMLNode {
    _ = try reader.next()
    guard case .documentStart = try reader.next().kind else { throw empty() }
    let root = try node(try reader.next(), depth: 0)
    if case .scalar(let scalar) = root.content, scalar.style == .plain, scalar.text.isEmpty {
      throw empty()
    }
    _ = try reader.next()
    let next = try reader.next()
    if case .documentStart = next.kind {
      report(
        .severalDocuments, "a second document begins here", next.start, length: 3,
        hint: "a file holds one document; take the `---` away")
    }
    return root
  }

  private func empty() -> YAMLFailure {
    let place = Place(file: file, line: 1, column: 1)
    return YAMLFailure(Diagnostic(.error, .emptyDocument, "there is nothing in it", at: place))
  }

  private mutating func node(
    _ event: YAMLEvent, depth: Int
  ) throws(YAMLFailure) -> YAMLNode {
    if case .alias(let name) = event.kind { return try expansion(of: name, event) }
    size.nodes += 1
    if event.hasTag {
      report(
        .tag, "tags are not read", event.start, length: 1,
        hint: "put text into quotes where it must be text")
    }
    guard let anchor = event.anchor else { return try content(event, depth: depth) }
    let before = size
    openAnchors.insert(anchor)
    let node = try content(event, depth: depth)
    openAnchors.remove(anchor)
    anchors[anchor] = (
      node, Size(nodes: size.nodes - before.nodes + 1, bytes: size.bytes - before.bytes)
    )
    return node
  }

  private mutating func content(
    _ event: YAMLEvent, depth: Int
  ) throws(YAMLFailure) -> YAMLNode {
    switch event.kind {
    case .scalar(let text, let style): return scalar(text, style, event)
    case .sequenceStart: return try sequence(event, depth: try deeper(depth, event))
    default: return try mapping(event, depth: try deeper(depth, event))
    }
  }

  private func deeper(_ depth: Int, _ event: YAMLEvent) throws(YAMLFailure) -> Int {
    guard depth < Self.maximumDepth else {
      throw failure(
        .tooDeep, "nested deeper than \(Self.maximumDepth) levels", event.start, 1)
    }
    return depth + 1
  }

  private mutating func expansion(
    of name: String, _ event: YAMLEvent
  ) throws(YAMLFailure) -> YAMLNode {
    let length = event.end.column - event.start.column
    if openAnchors.contains(name) {
      let what =
        isSecret ? "an alias stands inside of its anchor" : "`*\(name)` stands inside of `&\(name)`"
      throw failure(.selfAlias, what, event.start, length)
    }
    guard let (node, anchored) = anchors[name] else {
      let what = isSecret ? "an alias of no anchor before" : "there is no `&\(name)` before"
      throw failure(
        .undefinedAlias, what, event.start, length,
        hint: isSecret ? "put the value into quotes if it is text" : nil)
    }
    expanded += anchored
    size += anchored
    guard expanded.nodes <= Self.maximumExpandedNodes else {
      throw failure(
        .tooManyAliases, "aliases make more than 10,000 values", event.start, length)
    }
    guard expanded.bytes <= Self.maximumExpandedBytes else {
      throw failure(.tooManyAliases, "aliases make more than 8 MiB of text", event.start, length)
    }
    return node
  }

  private mutating func sequence(
    _ event: YAMLEvent, depth: Int
  ) throws(YAMLFailure) -> YAMLNode {
    var items: [YAMLNode] = []
    while true {
      let next = try reader.next()
      if case .sequenceEnd = next.kind { break }
      items.append(try node(next, depth: depth))
    }
    return YAMLNode(mark: event.start, length: 1, content: .sequence(items))
  }

  private mutating func mapping(
    _ event: YAMLEvent, depth: Int
  ) throws(YAMLFailure) -> YAMLNode {
    var pairs: [YAMLPair] = []
    var seen = SeenKeys()
    while true {
      let next = try reader.next()
      if case .mappingEnd = next.kind { break }
      let key = try key(next, depth: depth)
      let value = try node(try reader.next(), depth: depth)
      guard let key else { continue }
      if let first = seen.insert(key.text, at: key.mark, among: pairs) {
        report(
          .duplicateKey,
          (isSecret ? "a key" : "`\(key.text.excerpt)`") + " is here for the second time", key.mark,
          length: key.length, hint: "the first is in line \(first.line)")
      } else {
        pairs.append(YAMLPair(key: key, value: value))
      }
    }
    let first = pairs.first?.key
    let isBlock = first.map { $0.mark == event.start } ?? false
    return YAMLNode(
      mark: event.start, length: isBlock ? first?.length ?? 1 : 1, content: .mapping(pairs))
  }

  /// The key, or nil after a report when it is not a scalar.
  private mutating func key(
    _ event: YAMLEvent, depth: Int
  ) throws(YAMLFailure) -> YAMLKey? {
    if case .scalar(let text, let style) = event.kind, event.anchor == nil, !event.hasTag {
      size.nodes += 1
      size.bytes += text.utf8.count
      reportHidden(text, event)
      return YAMLKey(
        text: text, mark: event.start, length: Self.length(event), isPlain: style == .plain)
    }
    let node = try node(event, depth: depth)
    guard let scalar = node.scalar else {
      report(
        .complexKey, "a key must be text, not \(node.shapeName)", event.start, length: 1,
        hint: "a value that begins with `{` or `[`, such as ${{ … }}, wants quotes")
      return nil
    }
    return YAMLKey(
      text: scalar.text, mark: event.start, length: Self.length(event),
      isPlain: scalar.style == .plain)
  }

  private mutating func scalar(
    _ text: String, _ style: YAMLScalar.Style, _ event: YAMLEvent
  ) -> YAMLNode {
    size.bytes += text.utf8.count
    reportHidden(text, event)
    let (layout, mark) = ScalarLayout(event: event, bytes: bytes, lines: lines).of(text, style)
    let scalar = YAMLScalar(text: text, style: style, layout: layout, mark: mark)
    return YAMLNode(mark: event.start, length: Self.length(event), content: .scalar(scalar))
  }

  /// What an escape makes of a text is not there for who reads the file, and for nobody afterwards: `"\u202e"`.
  /// Controls are shown wherever the text is.
  private mutating func reportHidden(_ text: String, _ event: YAMLEvent) {
    guard event.mayHoldEscapes, !diagnostics.isFull(of: .warning),
      let finding = DeceptiveText.survey(of: text, limit: 1, findsControls: false).shown.first,
      !Self.isVerbatim(text, event)
    else { return }
    let place = Place(
      file: file, line: Int(event.start.line), column: Int(event.start.column),
      length: Int(Self.length(event)))
    diagnostics.append(
      Diagnostic(
        .warning, .deceptiveText, "the value holds \(finding.description)", at: place,
        hint: DeceptiveText.hint))
  }

  /// Whether a text in quotes stands in the file as it is: every escape is longer than what it makes.
  private static func isVerbatim(_ text: String, _ event: YAMLEvent) -> Bool {
    event.start.line == event.end.line && event.anchor == nil && !event.hasTag
      && Int(event.end.column - event.start.column) - 2 == text.unicodeScalars.count
  }

  private static func length(_ event: YAMLEvent) -> Int32 {
    event.start.line == event.end.line ? event.end.column - event.start.column : 1
  }

  private func failure(
    _ code: DiagnosticCode, _ message: String, _ mark: YAMLMark, _ length: Int32,
    hint: String? = nil
  ) -> YAMLFailure {
    YAMLFailure(
      Diagnostic(
        .error, code, message,
        at: Place(
          file: file, line: Int(mark.line), column: Int(mark.column), length: Int(length)),
        hint: hint))
  }

  private mutating func report(
    _ code: DiagnosticCode, _ message: String, _ mark: YAMLMark, length: Int32,
    hint: String? = nil
  ) {
    let place = Place(
      file: file, line: Int(mark.line), column: Int(mark.column), length: Int(length))
    diagnostics.append(Diagnostic(.error, code, message, at: place, hint: hint))
  }
}
