import RunbookModel

/// Holds a template's names against those that the report has at each place.
struct TemplateCheck {
  /// How deep sections may lie in one another.
  static let maximumDepth = 32

  private(set) var diagnostics: [Diagnostic] = []
  private let partials: [String: String]
  /// Partials being read, so that one that holds itself is refused.
  private var open: [String] = []

  init(partials: [String: String]) { self.partials = partials }

  /// - Parameter stack: the names in sight, the innermost last.
  mutating func check(_ text: String, file: String, stack: [[String: TemplateShape]]) {
    let found = TemplateTags(text, file: file)
    diagnostics += found.diagnostics
    var stack = stack
    var sections: [TemplateTag] = []
    for tag in found.tags {
      switch tag.sort {
      case .variable: checkVariable(tag, stack)
      case .section, .inverted:
        guard stack.count <= Self.maximumDepth else {
          report(
            .templateSyntax, "sections lie deeper than \(Self.maximumDepth) in one another", tag)
          return
        }
        sections.append(tag)
        stack.append(inside(tag, stack))
      case .close:
        guard let section = sections.popLast() else {
          report(.templateSyntax, "`{{/\(tag.name)}}` closes no section", tag)
          continue
        }
        stack.removeLast()
        if section.name != tag.name {
          report(
            .templateSyntax,
            "`{{/\(tag.name)}}` stands where `{{/\(section.name)}}` was expected", tag)
        }
      case .partial: checkPartial(tag, stack)
      }
    }
    for section in sections {
      report(.templateSyntax, "section `\(section.name)` is not closed", section)
    }
  }

  private mutating func checkVariable(_ tag: TemplateTag, _ stack: [[String: TemplateShape]]) {
    switch lookUp(tag.name, stack) {
    case .some(.section):
      report(
        .templateName, "`\(tag.name)` is a section and has no text of its own", tag,
        hint: "write `{{#\(tag.name)}}…{{/\(tag.name)}}`")
    case .some: break
    case nil: reportUnknown(tag, stack)
    }
  }

  private mutating func inside(
    _ tag: TemplateTag, _ stack: [[String: TemplateShape]]
  ) -> [String: TemplateShape] {
    switch lookUp(tag.name, stack) {
    case .some(.section(let names)): return tag.sort == .section ? names : [:]
    case .some(.text): return tag.sort == .section ? [".": .text] : [:]
    case .some(.flag): return [:]
    case nil:
      reportUnknown(tag, stack)
      return [:]
    }
  }

  private mutating func checkPartial(_ tag: TemplateTag, _ stack: [[String: TemplateShape]]) {
    guard let text = partials[tag.name] else {
      report(
        .templatePartial, "there is no partial `\(tag.name)`", tag,
        hint: nearestHint(tag.name, among: partials.keys))
      return
    }
    guard !open.contains(tag.name) else {
      report(.templatePartial, "partial `\(tag.name)` holds itself", tag)
      return
    }
    open.append(tag.name)
    check(text, file: "partials/\(tag.name).mustache", stack: stack)
    open.removeLast()
  }

  private func lookUp(_ name: String, _ stack: [[String: TemplateShape]]) -> TemplateShape? {
    stack.reversed().lazy.compactMap { $0[name] }.first
  }

  private mutating func reportUnknown(_ tag: TemplateTag, _ stack: [[String: TemplateShape]]) {
    let names = Set(stack.flatMap(\.keys))
    report(
      .templateName, "the report has no name `\(tag.name)` here", tag,
      hint: nearestHint(tag.name, among: names))
  }

  private func nearestHint(_ name: String, among names: some Sequence<String>) -> String? {
    NearestName.of(name, among: names).map { "did you mean `\($0)`?" }
  }

  private mutating func report(
    _ code: DiagnosticCode, _ message: String, _ tag: TemplateTag, hint: String? = nil
  ) {
    diagnostics.append(Diagnostic(.error, code, message, at: tag.place, hint: hint))
  }
}
