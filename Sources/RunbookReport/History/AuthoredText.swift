import RunbookExpression
import RunbookModel

/// Words of the runbook's author with the run's values among them.
struct AuthoredText: Sendable, Hashable {
  enum Segment: Sendable, Hashable {
    /// The author's own words, which are Markdown.
    case words(String)
    /// A value of the run, which is data.
    case value(String)
    /// What this reads is not there in the run.
    case undefined(String)
    /// What this comes to rests on what nobody saw; on what, in words.
    case unseen(String)
    /// An expression without a value, and why.
    case failed(String)
    /// Who said what stands before it, and when.
    case said(by: String, at: Timestamp, Reference)
  }

  let segments: [Segment]

  init(segments: [Segment]) { self.segments = segments }

  /// A person's words, with their name and the time.
  init(_ words: String, saidIn stamp: Stamp) {
    segments = [
      .value(words), .said(by: stamp.actor.displayName, at: stamp.at, Reference(stamp)),
    ]
  }

  init(_ text: String, in scope: ReportScope) {
    let source = SourceText(
      text, at: Place(file: "<report>", line: 1, column: 1),
      layout: .block(firstLine: 1, indent: 0))
    do throws(Diagnostics) {
      let template = try Template(parsing: source)
      let rendered = template.segments(in: scope)
      segments = Self.tidied(
        rendered.indices.map { index in
          let standIns = scope.standIns(under: rendered[index]) { template.segments(in: $0)[index] }
          return standIns.isEmpty
            ? Self.segment(rendered[index], of: source) : .unseen(standIns.words())
        })
    } catch {
      segments = [.value(text)]
    }
  }

  /// What a condition leaves empty leaves no blank line, and what is not there is said once where it is read twice.
  private static func tidied(_ segments: [Segment]) -> [Segment] {
    var tidy: [Segment] = []
    var isBehindNothing = false
    for segment in segments {
      switch segment {
      case .value(let value) where !value.holds(where: { !$0.isWhitespace }):
        isBehindNothing = true
        continue
      case .undefined where tidy.last == segment, .unseen where tidy.last == segment: continue
      case .words(let words) where isBehindNothing && endsInBlank(tidy):
        tidy.append(.words(withoutFirstBreak(words)))
      default: tidy.append(segment)
      }
      isBehindNothing = false
    }
    return tidy.filter { $0 != .words("") }
  }

  private static func endsInBlank(_ segments: [Segment]) -> Bool {
    guard let last = segments.last else { return true }
    guard case .words(let words) = last else { return false }
    return words.lastScalar?.isWhitespace ?? true
  }

  private static func withoutFirstBreak(_ words: String) -> String {
    let rest = words.dropScalars { $0 == " " || $0 == "\t" }
    return String(rest.firstScalar == "\n" ? rest.dropFirstScalars() : rest)
  }

  /// Whether nothing of it shows.
  var isBlank: Bool {
    segments.allSatisfy { segment in
      switch segment {
      case .words(let text), .value(let text): !text.holds(where: { !$0.isWhitespace })
      case .undefined, .unseen, .failed, .said: false
      }
    }
  }

  private static func segment(_ rendered: Template.Rendered, of source: SourceText) -> Segment {
    switch rendered {
    case .text(let text): return .words(text)
    case .value(let value, _) where value.holdsLeftOut:
      return .value(value.showingLeftOut.displayText)
    case .value(.list(let values), _): return .value(Value.list(values).displayText)
    case .value(_, let text): return .value(text)
    case .null(let place): return .undefined(source.excerpt(at: place) ?? "null")
    case .error(let error):
      switch error.cause {
      case .undefinedName(let name), .noSuchKey(let name):
        return .undefined(source.excerpt(at: error.place) ?? name)
      case .incomplete(let mark) where mark.isLeftOut: return .value(LeftOut.text)
      default: return .failed(error.message)
      }
    }
  }
}

extension SourceText {
  /// The characters at a place; nil when there are none.
  fileprivate func excerpt(at place: Place) -> String? {
    let lines = text.lines
    guard lines.indices.contains(place.line &- 1) else { return nil }
    let scalars = lines[place.line - 1].unicodeScalars.dropFirst(place.column - 1)
    let excerpt = String(String.UnicodeScalarView(scalars.prefix(place.length))).trimmed
    return excerpt.isEmpty ? nil : excerpt
  }
}

/// An authored part of any form.
indirect enum AuthoredBlock: Sendable, Hashable {
  case text(AuthoredText)
  case list([AuthoredBlock])
  case fields([Field])

  struct Field: Sendable, Hashable {
    let name: String
    let block: AuthoredBlock
  }

  /// - Returns: nil for null, an empty text, and an empty list or map.
  init?(_ value: Value?, in scope: ReportScope) {
    switch value {
    case nil, .null: return nil
    case .string(let text):
      guard text.holds(where: { !$0.isWhitespace }) else { return nil }
      let authored = AuthoredText(text, in: scope)
      // Its conditions are none of this run's.
      guard !authored.isBlank else { return nil }
      self = .text(authored)
    case .list(let values):
      let items = values.compactMap { AuthoredBlock($0, in: scope) }
      guard !items.isEmpty else { return nil }
      self = .list(items)
    case .map(let map):
      let fields = map.pairs.compactMap { pair in
        AuthoredBlock(pair.value, in: scope).map {
          Field(name: pair.key.stringValue ?? pair.key.json, block: $0)
        }
      }
      guard !fields.isEmpty else { return nil }
      self = .fields(fields)
    case .some(let other):
      self = .text(AuthoredText(other.displayText, in: scope))
    }
  }

  /// The block's entries where it is a list, else itself alone.
  var items: [AuthoredBlock] {
    if case .list(let items) = self { items } else { [self] }
  }
}

/// The runbook's `report:`, part by part.
///
/// What it says of the incident is told only of a run that confirmed one, and what it says of the
/// end only of a run that got there.
struct AuthoredReport: Sendable {
  private let map: ValueMap
  /// Parts that hold whether there was an incident or not.
  private static let standing: Set<String> = ["checklist", "environment"]
  /// Parts that hold only once the run has resolved the incident, by all of the steps that they speak of.
  private static let closing: [String: [Phase]] = [
    "resolution": [.recovery], "confidence": [.recovery, .safeguards],
    "risk": [.recovery, .safeguards],
  ]
  let scope: ReportScope
  /// What people put into the report.
  let edits: ReportEdits

  init(_ history: RunHistory, isPublic: Bool) {
    edits = ReportEdits(history)
    var map = history.runbook.report.mapValue ?? ValueMap()
    let isResolved = history.ended?.payload.status == .resolved
    let isNotConfirmed = history.ended?.payload.status == .notConfirmed
    for key in map.keys {
      let name = key.stringValue ?? ""
      let isTold =
        Self.standing.contains(name) || (name == "not_confirmed" && isNotConfirmed)
        || (history.isConfirmed && name != "not_confirmed"
          && Self.closing[name].map { isResolved && history.hasCarriedOut($0) } ?? true)
      if !isTold { map[key] = nil }
    }
    self.map = map
    scope = ReportScope(history, isPublic: isPublic)
  }

  /// The part at a path of keys.
  func block(_ path: String...) -> AuthoredBlock? {
    edits.applied(to: AuthoredBlock(value(path), in: scope), at: path.joined(separator: "."))
  }

  /// The entries of a list; one that is not a list counts as its only entry.
  func entries(_ path: String...) -> [Value] {
    switch value(path) {
    case nil, .null: []
    case .list(let values): values
    case .some(let other): [other]
    }
  }

  func block(_ value: Value?) -> AuthoredBlock? { AuthoredBlock(value, in: scope) }

  /// Whether an expression of the author's is true in this run; an error counts as no.
  func isTrue(_ value: Value?) -> Bool {
    switch value {
    case .bool(let flag): return flag
    case .string(let text): return evaluated(text) == .bool(true)
    default: return false
    }
  }

  /// A part that is an expression for a list of maps; nil where it cannot be evaluated in this run.
  func rows(_ path: String...) -> [ValueMap]? {
    guard let text = value(path)?.stringValue else { return nil }
    return evaluated(text)?.showingLeftOut.listValue?.compactMap(\.mapValue)
  }

  private func evaluated(_ text: String) -> Value? {
    do {
      let expression = try Expression(
        parsing: SourceText(
          Self.withoutMarks(text), at: Place(file: "<report>", line: 1, column: 1),
          layout: .opaque))
      let value = try expression.evaluate(in: scope)
      // What rests on what nobody saw is not told.
      let isSeen = scope.standIns(under: value) { try? expression.evaluate(in: $0) }.isEmpty
      return isSeen ? value : nil
    } catch {
      return nil
    }
  }

  private func value(_ path: [String]) -> Value? {
    path.reduce(Value.map(map)) { value, key in value?.mapValue?[key] }
  }

  private static func withoutMarks(_ text: String) -> String {
    let trimmed = text.trimmed
    guard trimmed.begins(with: "${{"), trimmed.ends(with: "}}") else { return text }
    return String(trimmed.dropFirstScalars(3).dropLastScalars(2))
  }
}
