import RunbookDocument
import RunbookTestSupport
import Testing

@Suite struct FileNameTests {
  @Test(arguments: [
    ("auth-tables-dropped", "auth-tables-dropped"), ("E4", "E4"), ("a.b_c", "a.b-c"),
    ("../../etc/passwd", "---..-etc-passwd"), ("..", "--"), (".", "-"), ("", "-"),
    ("/dev/null", "-dev-null"), ("é", "-"), ("a\u{301}/b", "a--b"), ("x\u{0}y\n", "x-y-"),
  ])
  func keepsWhatIsSafe(_ text: String, _ wanted: String) {
    #expect(FileName.joined(text) == wanted)
  }

  @Test func joinsParts() {
    #expect(FileName.joined("..", "a/b", "c", suffix: ".md") == "---a-b-c.md")
    #expect(FileName.joined("day", "../x") == "day-..-x")
  }

  @Test func isOneNameWhateverItIsMadeOf() {
    let failure = Property().firstFailure { generator in
      let text = HostileText.text(&generator, pieces: 0...200)
      let name = FileName.joined(text)
      let isSafe = name.utf8.allSatisfy {
        (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0)
          || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-")
      }
      return isSafe && !name.isEmpty && name.utf8.first != UInt8(ascii: ".")
        && name.utf8.count <= 100 ? nil : "\(name) of \(text.debugDescription)"
    }
    #expect(failure == nil)
  }
}
