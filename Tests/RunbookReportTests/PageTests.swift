import Foundation
import RunbookModel
import RunbookReport
import RunbookStore
import Testing

/// What holds of every page: it loads nothing, runs nothing, and a reader finds their way.
@Suite struct PageTests {
  private static let golden = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "Golden")
  static let pages = ["resolved", "not-confirmed", "held", "failed", "unverified", "hostile"]

  private func page(_ name: String) throws -> PageTags {
    PageTags(
      try String(contentsOf: Self.golden.appending(path: "\(name).html"), encoding: .utf8))
  }

  private static let elements: Set = [
    "html", "head", "meta", "title", "style", "body", "a", "p", "strong", "em", "div", "nav", "ol",
    "ul", "li", "main", "h1", "h2", "h3", "span", "dl", "dt", "dd", "code", "pre", "section",
    "table", "thead", "tbody", "tr", "th", "td", "time", "figure", "figcaption", "svg", "desc",
    "defs", "pattern", "rect", "circle", "path", "line", "text", "details", "summary", "q",
    "blockquote", "hr", "del",
  ]

  private static let attributes: Set = [
    "lang", "charset", "http-equiv", "content", "name", "class", "href", "rel", "id", "role",
    "aria-label", "aria-labelledby", "aria-hidden", "tabindex", "scope", "datetime", "title",
    "viewbox", "width", "height", "patternunits", "patterntransform", "cx", "cy", "r", "x", "y",
    "x1", "x2", "y1", "y2", "d", "text-anchor", "preserveaspectratio",
  ]

  @Test(arguments: pages)
  func holdsNothingThatRunsOrLoads(_ name: String) throws { expectHarmless(try page(name)) }

  private func expectHarmless(_ page: PageTags) {
    for tag in page.tags {
      #expect(Self.elements.contains(tag.name), "<\(tag.name)>")
      for (attribute, value) in tag.attributes {
        #expect(Self.attributes.contains(attribute), "\(attribute)=")
        if attribute == "href" { #expect(value.begins(with: "#"), "\(value)") }
      }
    }
  }

  @Test(arguments: pages)
  func closesWhatItOpens(_ name: String) throws {
    var open: [String] = []
    for tag in try page(name).tags where !["meta", "hr", "!doctype"].contains(tag.name) {
      if tag.isEnd {
        #expect(open.popLast() == tag.name)
      } else if !tag.isEmpty {
        open.append(tag.name)
      }
    }
    #expect(open.isEmpty)
  }

  @Test(arguments: pages)
  func ordersItsHeadings(_ name: String) throws {
    let levels = try page(name).tags.filter { !$0.isEnd }.compactMap { tag -> Int? in
      tag.name.unicodeScalars.count == 2 && tag.name.begins(with: "h")
        ? Int(tag.name.suffixOfScalars(1)) : nil
    }
    // The table of contents' heading stands before the title.
    let own = Array(levels.drop { $0 != 1 })
    #expect(own.count { $0 == 1 } == 1)
    #expect(zip(own, own.dropFirst()).allSatisfy { $1 <= $0 + 1 })
  }

  @Test(arguments: pages)
  func leadsToPlacesThatThereAre(_ name: String) throws {
    let page = try page(name)
    let ids = page.tags.compactMap { $0.attributes["id"] }
    #expect(Set(ids).count == ids.count)
    for tag in page.tags {
      if let target = tag.attributes["href"] {
        #expect(ids.contains(String(target.dropFirstScalars())))
      }
      for label in tag.attributes["aria-labelledby"]?.pieces(separatedBy: " ") ?? [] {
        #expect(ids.contains(String(label)))
      }
    }
  }

  @Test(arguments: pages)
  func headsEveryColumn(_ name: String) throws {
    for tag in try page(name).tags where tag.name == "th" && !tag.isEnd {
      #expect(["col", "row"].contains(tag.attributes["scope"]))
    }
  }

  /// Texts that would break out of each place there is, in every field that a run can fill.
  @Test(arguments: [
    "\"><script>alert(1)</script>", "' onmouseover='x", "</title></style></svg><img src=x>", "-->",
    "\u{202E}\u{0}\u{1B}\u{2028}", "javascript:alert(1)", "&lt;b&gt;", "{{title}}",
    "\u{100000}\u{10FF00}",
    "]]><!--", "[l](javascript:x) `<b>` **<i>**", "\u{1F600}\u{FE0F}\u{301}<u>",
  ])
  func takesAnythingForText(_ evil: String) throws {
    let html = try IncidentReport(entries: hostile(evil).entries).text(as: .html)
    let page = PageTags(html)
    expectHarmless(page)
    let plain = try IncidentReport(entries: hostile("plain").entries).text(as: .html)
    #expect(
      page.tags.filter { $0.name == "h2" }.count
        == PageTags(plain).tags.filter { $0.name == "h2" }.count)
    let bad = html.unicodeScalars.filter {
      ($0.value < 0x20 && $0 != "\n") || (0x202A...0x202E).contains($0.value)
        || (0x2066...0x2069).contains($0.value) || (0x10FF00...0x10FF03).contains($0.value)
    }
    #expect(bad.isEmpty)
    let json = try Value(json: IncidentReport(entries: hostile(evil).entries).text(as: .json))
    #expect(SchemaCheck(try Value(json: ReportSchema.text)).faults(of: json) == [])
  }

  private func hostile(_ evil: String) -> JournalBuilder {
    let text = Value.string(evil)
    var journal = JournalBuilder(actor: Actor(account: evil, name: evil + "x"))
    journal.start(
      [
        StepRecord("look", evil, .detection, captures: ["found"]),
        StepRecord("mend", evil, .recovery), StepRecord("check", evil, .verification),
        StepRecord("migrations", evil, .timeline, "migrations"),
        StepRecord("guard", evil, .safeguards),
      ],
      report: [
        "summary": text, "impact": text, "root_cause": [text, ["a": text]], "environment": text,
        "trigger": "${{ found }} `${{ found }}` [l](${{ found }}) **${{ found }}**",
        "checklist": [["text": text, "done": "true"]], "lessons": ["wrong": [text]],
        "safeguards": [["title": text, "text": text]], "data_loss": ["lost": [text]],
        "action_items": [["action": text, "owner": text, "id": text]],
      ],
      inputs: [InputRecord(name: evil, type: "text", value: text, origin: .flag, isSecret: false)],
      name: evil, title: evil, owner: evil)
    journal.identify()
    journal.attempt(
      "migrations", work: [],
      result: ["culprits": [["file": text, "author": text, "drops": [["table": text]]]]])
    journal.attempt(
      "look", sql: evil,
      result: ["rows": [.map(ValueMap([(evil, text)]))], "row_count": 1],
      captures: ["found": text], isConfirmed: true,
      expectations: [ExpectationRecord(expression: evil, isMet: true)], evidence: [(evil, "rows")],
      timeline: [TimelineRow(at: .at("22:00:00"), text: evil, source: evil, isDamage: true)])
    journal.gate(evil, steps: ["mend"], approvedBy: Actor(account: evil))
    journal.attempt(
      "mend", sql: evil, outcome: .failed,
      failure: FailureRecord(cause: .refused, message: evil, detail: evil, hint: evil))
    journal.attempt(
      "mend", 2,
      work: [
        WorkItem(
          language: .shell, text: evil,
          parameters: [WorkItem.Parameter(name: evil, value: text)], effect: .mutating)
      ])
    journal.attempt("check", sql: evil, result: ["stdout": text], evidence: [(evil, "stdout")])
    journal.skip("guard", .decision, evil)
    journal.add(.noteAdded(NoteAdded(text: evil, at: .at("22:00:30"))))
    journal.add(.noteAdded(NoteAdded(text: evil, at: nil)))
    journal.add(.runHeld(RunHeld(cause: .failedStep, subject: evil, message: evil)))
    return journal
  }

  @Test func saysThatNothingMayBeLoaded() throws {
    let policy = try page("resolved").tags.first {
      $0.attributes["http-equiv"] == "Content-Security-Policy"
    }
    #expect(
      policy?.attributes["content"]
        == "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'")
  }

  @Test func marksASandboxOnThePageAndOnEveryPrintedSheet() throws {
    let path = Self.golden.appending(path: "../../../reports/example-auth-tables-dropped.journal")
    let entries = try JournalText.parse(
      String(contentsOf: path.standardized, encoding: .utf8), from: "example")
    let html = try IncidentReport(entries: entries).text(as: .html)
    #expect(html.holds("<title>Database Incident Report - October 18, 2025 - SANDBOX</title>"))
    #expect(html.holds("<p class=\"rehearsal\" role=\"note\"><strong>SANDBOX</strong>"))
    #expect(html.holds("<div class=\"watermark\" aria-hidden=\"true\">SANDBOX</div>"))
    #expect(html.holds("@top-center { content: \"SANDBOX - SANDBOX - SANDBOX\";"))
    let tags = PageTags(html).tags
    #expect(tags.allSatisfy { Self.elements.contains($0.name) })
  }
}
