import RunbookDocument
import RunbookModel

/// Writes a report's contents as HTML: every text of the run is escaped, and nothing is loaded.
struct HTML: Sendable {
  /// Lines as they are, none longer than a page shows of one, in a box that scrolls by itself.
  static func listing(
    _ text: String, language: String, for reader: HiddenText.Reader = .people
  ) -> String {
    let lines = String(text.trimmingEnd(where: \.isNewline))
    let body = HTMLText.escaped(lines.shortenedLines(to: String.longestLine), for: reader)
    let name = HTMLText.escaped(language)
    return box("Code", "<pre><code class=\"language-\(name)\">\(body)</code></pre>")
  }

  /// Of a list of values, each one.
  static let longestValue = 2_000

  static func work(_ item: WorkItem, _ became: Phrase?) -> String {
    var parts = [
      listing(item.text, language: item.language.fenceName, for: item.language.reader)
    ]
    let values = item.parameters.map {
      "\(HTMLText.code($0.name)) = \(HTMLText.code($0.value.json, limit: longestValue))"
    }
    if !values.isEmpty { parts.append("<p>Bound values: \(values.joined(separator: ", "))</p>") }
    if let became { parts.append("<p>\(phrase(became))</p>") }
    return parts.joined(separator: "\n")
  }

  static func table(_ rows: [ValueMap]) -> String {
    let columns = ValueMap.columns(of: rows)
    let head = columns.map { "<th scope=\"col\">\(HTMLText.prose($0.displayText))</th>" }.joined()
    let body = rows.map { row in
      "<tr>" + columns.map { cell(row[$0]) }.joined() + "</tr>"
    }
    return box(
      "Table",
      """
      <table>
      <thead><tr>\(head)</tr></thead>
      <tbody>
      \(body.joined(separator: "\n"))
      </tbody>
      </table>
      """)
  }

  /// What may be wider than the page: it can be reached by keyboard, and scrolls alone.
  static func box(_ label: String, _ content: String) -> String {
    "<div class=\"scroll\" role=\"region\" aria-label=\"\(label)\" tabindex=\"0\">\(content)</div>"
  }

  private static func cell(_ value: Value?) -> String {
    switch value {
    case nil: "<td></td>"
    case .null: "<td><em>null</em></td>"
    case .string(let text) where text.isEmpty: "<td><em>empty</em></td>"
    case .int(let number): "<td class=\"number\">\(number)</td>"
    case .some(let value): "<td>\(HTMLText.quote(value.displayText))</td>"
    }
  }
}

extension HTML: Markup {
  func text(_ content: Content) -> String {
    switch content {
    case .words(let text), .label(let text, _): HTMLText.escaped(text)
    case .prose(let text): HTMLText.prose(text)
    case .code(let text): HTMLText.code(text)
    case .quote(let text), .htmlText(let text): HTMLText.quote(text)
    case .phrase(let phrase): Self.phrase(phrase)
    case .actor(let actor): Self.actor(actor)
    case .reference(let reference): Self.reference(reference)
    case .time(let time):
      "<time datetime=\"\(time.description)\">\(HTMLText.escaped(time.reportText))</time>"
    case .duration(let duration): HTMLText.escaped(duration.reportText)
    case .number(let number): String(number)
    case .size(let bytes): bytes == 1 ? "1 byte" : "\(bytes) bytes"
    case .status(let status, let words): Self.status(status, HTMLText.escaped(words))
    case .symbol(let status):
      Self.status(status, "<span class=\"unseen\">\(status.words)</span>")
    case .inline(let contents, let separator):
      contents.map { text($0) }.joined(separator: HTMLText.escaped(separator))
    case .block(let block, let form): AuthoredHTML.block(block, form)
    case .headline(let block), .headlineCell(let block): AuthoredHTML.headline(block)
    case .cell(let text), .line(let text): AuthoredHTML(text).line
    case .checklist(let items): Self.checklist(items)
    case .lessons(let blocks, let lesson): Self.lessons(blocks, lesson)
    case .listing(let text, let language): Self.listing(text, language: language)
    case .work(let item, let became): Self.work(item, became)
    case .table(let rows) where rows.isEmpty: "<p>Nothing: no rows.</p>"
    case .table(let rows): Self.table(rows)
    case .captures(let captures):
      Self.captures(captures)
    case .picture(let picture): TimelineDrawing(picture).svg
    case .bar(let share): Self.bar(share)
    case .todoCount: Mark.todoCount
    }
  }

  func todo(owner: String?) -> String {
    let who = owner.map { " (owner: \(HTMLText.prose($0)))" } ?? " (owner)"
    return "<strong class=\"todo\">TODO\(who)</strong>"
  }

  var todoWord: String { "<strong class=\"todo\">\(Mark.counted)TODO</strong>" }

  /// Without blank lines, outside of what is shown line by line.
  func tidied(_ text: String) -> String {
    var result = ""
    result.reserveCapacity(text.utf8.count)
    var isListing = false
    for line in text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      if !isListing, line.contains(Self.listingStart) { isListing = true }
      if isListing || line.contains(where: { $0 > 0x20 }) {
        result += Substring(line)
        result += "\n"
      }
      if isListing, line.contains(Self.listingEnd) { isListing = false }
    }
    return result
  }

  private static let listingStart = Array("<pre>".utf8)
  private static let listingEnd = Array("</pre>".utf8)
}

extension HTML {
  static func phrase(_ phrase: Phrase) -> String {
    phrase.pieces.map { piece in
      switch piece {
      case .words(let text): HTMLText.escaped(text)
      case .name(let text): HTMLText.code(text)
      case .quote(let text): HTMLText.quote(text)
      case .prose(let text): HTMLText.prose(text)
      }
    }
    .joined()
  }

  static func actor(_ actor: Actor) -> String {
    let via = actor.via.map { HTMLText.quote($0) }
    guard actor.typedName != nil else {
      return HTMLText.quote(actor.shownName) + (via.map { " (\($0))" } ?? "")
    }
    return "\(HTMLText.quote(actor.shownName)) (account \(HTMLText.code(actor.account))"
      + (via.map { ", \($0)" } ?? "") + ")"
  }

  static func reference(_ reference: Reference) -> String {
    switch reference {
    case .evidence(let id):
      reference.isPlain
        ? "<a class=\"reference\" href=\"#\(reference.anchor)\">\(id)</a>" : HTMLText.code(id)
    case .entry(let number):
      "<span class=\"reference\" title=\"entry \(number) of the journal\">J\(number)</span>"
    }
  }

  /// Values on one line; those that would fill the page follow folded.
  fileprivate static func captures(_ captures: [Content.Capture]) -> String {
    var short: [String] = []
    var folded: [String] = []
    for capture in captures {
      let lines = capture.value.isDeep ? capture.value.prettyJSON.lines : []
      if lines.count > foldedLines {
        folded.append(details(HTMLText.code(capture.name), lines))
      } else {
        short.append("\(HTMLText.code(capture.name)): \(values(capture.value))")
      }
    }
    return short.joined(separator: "; ") + folded.joined()
  }

  private static let foldedLines = 40

  private static func details(_ name: String, _ lines: [Substring]) -> String {
    let shown = lines.prefix(foldedLines).joined(separator: "\n")
    return """
      <details><summary>\(name): JSON of \(lines.count) lines</summary>\
      \(listing(shown, language: "json"))<p>Cut: the first \(foldedLines) of \(lines.count) lines; \
      the journal has them all</p></details>
      """
  }

  fileprivate static func values(_ value: Value) -> String {
    switch value {
    case .list(let values) where values.isEmpty: "none"
    case .list(let values):
      values.prefix(30).map { HTMLText.code($0.displayText, limit: longestValue) }.joined(
        separator: ", ")
        + (values.count > 30 ? " and \(values.count - 30) more" : "")
    case .string(let text): HTMLText.quote(text)
    default: HTMLText.code(value.displayText, limit: longestValue)
    }
  }

  fileprivate static func status(_ status: StepHistory.Status, _ words: String) -> String {
    let sign =
      switch status {
      case .succeeded: "✓"
      case .failed: "✗"
      case .unknown, .couldNotRun: "?"
      case .declared, .attested, .missing: "!"
      case .inFlight: "…"
      case .skipped, .pending, .notBegun, .notDone, .again, .outdated: "–"
      }
    return "<span class=\"status \(status.rawValue)\"><span aria-hidden=\"true\">\(sign)</span> "
      + "\(words)</span>"
  }

  fileprivate static func checklist(_ items: [PreventionFacts.CheckItem]) -> String {
    let rows = items.map { item in
      """
      <li><span class="box" aria-hidden="true">\(item.isDone ? "☑" : "☐")</span>\
      <span class="unseen">\(item.isDone ? "Done: " : "Open: ")</span>\
      <div>\(AuthoredHTML.item(item.text))</div></li>
      """
    }
    return "<ul class=\"checks\">\n\(rows.joined(separator: "\n"))\n</ul>"
  }

  fileprivate static func lessons(_ blocks: [AuthoredBlock], _ lesson: Content.Lesson) -> String {
    let rows = blocks.map { "<li>\(AuthoredHTML.item($0))</li>" }
    return "<ol class=\"lessons \(lesson.rawValue)\">\n\(rows.joined(separator: "\n"))\n</ol>"
  }

  fileprivate static func bar(_ share: Double) -> String {
    let width = SVG.number(max(0.5, min(100, share * 100)))
    return """
      <svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">\
      <rect width="\(width)" height="8"/></svg>
      """
  }
}

extension Value {
  /// Whether it is more than a plain value or a list of such.
  fileprivate var isDeep: Bool {
    mapValue != nil
      || listValue?.contains { $0.mapValue != nil || $0.listValue != nil } == true
  }
}

extension HTML {
  var mainSource: String {
    String(decoding: PackageResources.incident_html_mustache, as: UTF8.self)
  }

  var partials: [String: String] {
    let parts: [(String, [UInt8])] = [
      ("style", PackageResources.style_html_mustache),
      ("contents", PackageResources.contents_html_mustache),
      ("head", PackageResources.head_html_mustache),
      ("summary", PackageResources.summary_html_mustache),
      ("key_times", PackageResources.key_times_html_mustache),
      ("timeline", PackageResources.timeline_html_mustache),
      ("impact", PackageResources.impact_html_mustache),
      ("root_cause", PackageResources.root_cause_html_mustache),
      ("data_loss", PackageResources.data_loss_html_mustache),
      ("resolution", PackageResources.resolution_html_mustache),
      ("safeguards", PackageResources.safeguards_html_mustache),
      ("prevention", PackageResources.prevention_html_mustache),
      ("lessons", PackageResources.lessons_html_mustache),
      ("action_items", PackageResources.action_items_html_mustache),
      ("verification", PackageResources.verification_html_mustache),
      ("responders", PackageResources.responders_html_mustache),
      ("sign_off", PackageResources.sign_off_html_mustache),
      ("recovery_commands", PackageResources.recovery_commands_html_mustache),
      ("evidence", PackageResources.evidence_html_mustache),
      ("provenance", PackageResources.provenance_html_mustache),
    ]
    return Dictionary(uniqueKeysWithValues: parts.map { ($0, String(decoding: $1, as: UTF8.self)) })
  }
}
