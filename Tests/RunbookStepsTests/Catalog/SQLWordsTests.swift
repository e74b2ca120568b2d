import RunbookModel
import Testing

@testable import RunbookPostgres
@testable import RunbookRecovery

struct SQLWordsTests {
  @Test(arguments: [
    ("SELECT count(*) FROM Token", ["token"]),
    (#"SELECT * FROM "user" u"#, ["user", "u"]),
    // A reserved word is no name unless it is quoted.
    ("SELECT user", []),
    ("$$ SELECT a FROM b $$", ["a", "b"]),
    ("DO $x$ BEGIN EXECUTE 'DROP TABLE gone'; END $x$", ["gone"]),
    ("-- token\nSELECT 1", []),
    ("'unended", []),
  ])
  func findsNames(_ text: String, _ names: [String]) {
    #expect(SQLWords.identifiers(in: text).isSuperset(of: names))
    if names.isEmpty {
      #expect(SQLWords.identifiers(in: text).isDisjoint(with: ["user", "token"]))
    }
  }
}
