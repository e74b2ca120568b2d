import Foundation
import RunbookModel
import RunbookReport
import RunbookStore
import Testing

/// What holds of every page: it loads nothing, runs nothing, and a reader finds their way.
@Suite struct PageTests {
  private static let golden = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "Golden")
  static let pages = ["resolved", "not-confirmed", "held", "failed", "hostile"]

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
  func holdsNothingThatRunsOrLoads(_ name: String) throws {
    for tag in try page(name).tags {
      #expect(Self.elements.contains(tag.name), "<\(tag.name)>")
      for (attribute, value) in tag.attributes {
        #expect(Self.attributes.contains(attribute), "\(attribute)=")
        if attribute == "href" { #expect(value.hasPrefix("#"), "\(value)") }
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
      tag.name.count == 2 && tag.name.hasPrefix("h") ? tag.name.last?.wholeNumberValue : nil
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
      if let target = tag.attributes["href"] { #expect(ids.contains(String(target.dropFirst()))) }
      for label in tag.attributes["aria-labelledby"]?.split(separator: " ") ?? [] {
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
    #expect(html.contains("<title>Database Incident Report - October 18, 2025 - SANDBOX</title>"))
    #expect(html.contains("<p class=\"rehearsal\" role=\"note\"><strong>SANDBOX</strong>"))
    #expect(html.contains("<div class=\"watermark\" aria-hidden=\"true\">SANDBOX</div>"))
    #expect(html.contains("@top-center { content: \"SANDBOX - SANDBOX - SANDBOX\";"))
    let tags = PageTags(html).tags
    #expect(tags.allSatisfy { Self.elements.contains($0.name) })
  }
}
