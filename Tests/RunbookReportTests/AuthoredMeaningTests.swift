import Foundation
import RunbookDocument
import RunbookModel
import RunbookTestSupport
import Testing

@testable import RunbookReport

/// An author's words mean the same in Markdown, as GitHub's own reader takes it, and in HTML.
@Suite struct AuthoredMeaningTests {
  @Test(arguments: [
    "Title\n=====\n\ntext", "A\n---\nb", "a\nb\n===", "text\n***\nmore", "- a\n===\n- b", "---\na",
    "&copy; 2025 &#169; &amp; &lt;b&gt; &#x41; &nosuch; &copy & `&copy;` [a&copy;](https://e.org)",
    "see https://e.org/a_b_c. And www.e.org/x, (http://e.org/a(b)), a.b+c@e.org.",
    "*https://e.org/* **www.e.org** xhttps://e.org https:// www.x @a a@b a@b.c- `https://e.org`",
    "[x https://e.org](https://f.org) https://e.org/&copy; https://e.org/a&b <https://g.org>",
  ])
  func bothFormatsSayTheSame(_ words: String) throws {
    let text = AuthoredText(segments: [.words(words)])
    let markdown = try ReadPage(.markdown, [AuthoredMarkdown(text).blocks]).blocks
    let html = try ReadPage(.html, [AuthoredHTML(text).blocks]).blocks
    #expect(said(html) == said(markdown))
    #expect(links(html) == links(markdown))
    let headings = html.count { $0.attributes["class"] == "heading" }
    #expect(headings == markdown.count { ["<h1", "<h2"].contains($0.tag) })
    #expect(html.count { $0.tag == "<hr" } == markdown.count { $0.tag == "<hr" })
  }

  private func said(_ blocks: [ReadPage.Block]) -> [String] {
    blocks.filter { ["p", "li"].contains($0.tag) && $0.attributes["class"] != "heading" }
      .map { $0.text.trimmingCharacters(in: .whitespacesAndNewlines) }
  }

  private func links(_ blocks: [ReadPage.Block]) -> [String] {
    blocks.filter { $0.tag == "<a" }.map { $0.attributes["href"] ?? "" }
  }

  /// What nobody sees is shown, also where an author names it by its number.
  @Test func aNumberThatStandsForWhatNobodySeesIsShown() {
    let text = AuthoredText(segments: [.words("a&#x202E;b&#8203;c&#169;")])
    #expect(!AuthoredMarkdown(text).blocks.holds("202E;"))
    #expect(!AuthoredHTML(text).blocks.holds("202E;"))
    #expect(AuthoredHTML(text).blocks.holds("&#169;"))
  }
}
