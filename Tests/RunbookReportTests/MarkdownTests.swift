import Testing

@testable import RunbookReport

@Suite struct MarkdownTests {
  @Test func tidiesOutsideOfFencesOnly() {
    let text = "a  \n\n\n\nb\n```sql\nx  \n\n\ny\n```\n\n\n"
    #expect(Markdown().tidied(text) == "a\n\nb\n```sql\nx  \n\n\ny\n```\n")
  }

  @Test func takesACodeSpanAtTheStartOfALineForNoFence() {
    let text = "``` a` ```\n\n\nb"
    #expect(Markdown().tidied(text) == "``` a` ```\n\nb\n")
  }

  @Test func countsWhatNobodyFilled() {
    let text = "\(Mark.todoCount): \(Mark.todo) \(Mark.missing) \(Mark.counted)TODO"
    let todo = Markdown().todo(owner: "ops")
    #expect(
      MarkTexts(todo: todo, missing: nil).filled(in: text)
        == "3: TODO (owner: ops) TODO (owner: ops) TODO")
    #expect(MarkTexts(todo: "T", missing: "n/a").filled(in: text) == "2: T n/a TODO")
  }

  @Test(arguments: [
    (Duration.zero, "0 s"), (.microseconds(90), "under 1 ms"), (.milliseconds(12), "12 ms"),
    (.milliseconds(4_250), "4.2 s"), (.seconds(125), "2 min 5 s"), (.seconds(3_780), "1 h 3 min"),
    (.seconds(-380), "-6 min 20 s"),
  ])
  func writesDurations(_ duration: Duration, _ wanted: String) {
    #expect(duration.reportText == wanted)
  }
}
