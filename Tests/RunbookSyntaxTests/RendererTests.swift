import RunbookModel
import RunbookSyntax
import Testing

@Suite("Pictures of diagnostics")
struct RendererTests {
  private func picture(of text: String) -> String { drawn(text).plain }

  private func drawn(_ text: String) -> StyledText {
    let attempt = Fixture.reader.attempt(text: text, fileName: "runbook.yaml")
    return DiagnosticRenderer(sources: attempt.sources).render(attempt.diagnostics)
  }

  @Test func drawsSeveralDiagnostics() throws {
    let text = """
      runbook: r
      detection:
        - id: a
          sql: SELECT 1
          whne: true
        - id: a
          shell: |
            set -e
            rm ${{ inputs.path }}
          timeout: soon
      """
    try Golden.check(picture(of: text), "several.txt")
  }

  @Test func drawsInColor() throws {
    let text = drawn("runbook: r\nseverity: bad\nverification: [{id: a, sql: X}]\n")
    let spans = text.spans.map { span in
      span.style.map { "<\($0)>\(span.text)</\($0)>" } ?? span.text
    }
    try Golden.check(spans.joined(), "colored.txt")
  }

  @Test func putsCaretsUnderWideAndCombiningCharacters() throws {
    let text = "runbook: r\ntitle: \"日本 e\u{301}\t😀 ${{ 1 }}\"\nverification: [{id: a, sql: X}]\n"
    try Golden.check(picture(of: text), "wide.txt")
  }

  @Test func cutsLongLines() throws {
    let filler = String(repeating: "word ", count: 60)
    let text = "runbook: r\ntitle: \"\(filler)${{ 1 }} \(filler)\"\nverification: []\n"
    try Golden.check(picture(of: text), "long.txt")
  }

  @Test func saysAPlaceWithoutASource() throws {
    let diagnostic = Diagnostic(
      .error, .fileMissing, "there is no file `a\u{1B}[2J`",
      at: Place(file: "gone.yaml", line: 3, column: 1), hint: "look elsewhere")
    try Golden.check(DiagnosticRenderer(sources: [:]).render(diagnostic).plain, "sourceless.txt")
  }

  @Test func pointsPastTheEndOfALine() throws {
    let text = "runbook: r\nverification:\n  - id: a\n    sql: X\n    when: 1 +"
    try Golden.check(picture(of: text), "end.txt")
  }

  @Test func writesOneObjectALine() {
    let diagnostic = Diagnostic(
      .warning, .noVerification, "a \"b\"", at: Place(file: "r.yaml", line: 2, column: 3, length: 4)
    )
    #expect(
      diagnostic.json
        == #"{"severity":"warning","code":"RB120","message":"a \"b\"","file":"r.yaml","line":2,"#
        + #""column":3,"length":4}"#)
  }

  @Test func countsErrorsAndWarnings() {
    let error = Diagnostic(.error, .tag, "", at: nil)
    let warning = Diagnostic(.warning, .tag, "", at: nil)
    #expect(
      DiagnosticRenderer.summary(Diagnostics([error, error, warning])) == "2 errors, 1 warning")
    #expect(DiagnosticRenderer.summary(Diagnostics([warning])) == "1 warning")
  }
}
