import RunbookModel
import Testing

@Suite struct DiagnosticsTests {
  private func diagnostic(
    _ severity: Diagnostic.Severity, _ line: Int
  ) -> Diagnostic {
    Diagnostic(severity, DiagnosticCode(1), "m", at: Place(file: "f", line: line, column: 1))
  }

  @Test func keepsAHundredOfEachAndCountsTheRest() {
    var found = Diagnostics()
    for line in 1...500 { found.append(diagnostic(.warning, line)) }
    #expect(!found.hasErrors)
    found.append(diagnostic(.error, 7))
    #expect(found.hasErrors)
    #expect(found.all.count == 101)
    #expect(found.count(of: .warning) == 500)
    #expect(found.isFull(of: .warning) && !found.isFull(of: .error))
    #expect(found.remainder == "and 400 more warnings")
  }

  @Test func joinedOnesAreCountedOnce() {
    var one = Diagnostics((1...150).map { diagnostic(.error, $0) })
    let other = Diagnostics((1...151).map { diagnostic(.error, $0) })
    one += other
    #expect(one.count(of: .error) == 301)
    #expect(one.sorted().remainder == "and 201 more errors")
    #expect(one.all.count == Diagnostics.most)
    #expect(Diagnostics([diagnostic(.error, 1)]).remainder == nil)
  }

  @Test func namesInAMessageAreFew() {
    #expect(NameList.text(of: ["a", "b"]) == "a, b")
    let many = NameList.text(of: (0..<5000).map { "n\($0)" })
    #expect(many.ends(with: "n19 and 4980 more"))
    #expect(NearestName.of("n1x", among: (0..<5000).map { "n\($0)" }) == nil)
    #expect(NearestName.of("ab", among: ["ba"]) == "ba")
  }
}
