import RunbookModel
import RunbookSyntax
import Testing

@Suite("YAML as data")
struct YAMLDocumentTests {
  @Test(
    arguments: [
      ("~", Value.null), ("null", nil), ("Null", nil), ("nULL", "nULL"), ("\"null\"", "null"),
      ("true", true), ("True", true), ("FALSE", false), ("yes", "yes"), ("on", "on"),
      ("'true'", "true"),
      ("12", 12), ("-7", -7), ("+7", 7), ("0o17", 15), ("0xFf", 255), ("0x", "0x"), ("017", 17),
      ("1_000", "1_000"), ("0b1", "0b1"), ("1.5", 1.5), (".5", 0.5), ("1.", 1.0), ("1e3", 1000.0),
      ("-1.5E-2", -0.015), (".", "."), ("1.5.2", "1.5.2"), (".inf", .double(.infinity)),
      ("-.INF", .double(-.infinity)), (".nan", .double(.nan)), ("2025-10-18", "2025-10-18"),
      ("12:30", "12:30"), ("=", "="),
    ] as [(String, Value)])
  func readsScalarsByTheCoreSchema(_ text: String, _ value: Value) throws {
    #expect(try YAMLDocument.value(of: text, file: "a.yaml") == value)
  }

  @Test(
    arguments: [
      ("a: |\n  x\n   y\n\n", ["a": "x\n y\n"]),
      ("a: |+\n  x\n\n", ["a": "x\n\n"]),
      ("a: >-\n  x\n  y\n", ["a": "x y"]),
      ("- - 1\n  - 2\n- [3]\n", [[1, 2], [3]]),
      ("{a: 1, ? b : 2, \"c\":3}", ["a": 1, "b": 2, "c": 3]),
      ("a: &x [1]\nb: *x\n", ["a": [1], "b": [1]]),
      ("1: a\ntrue: b\n\"2\": c\n", [1: "a", true: "b", "2": "c"]),
      ("%YAML 1.2\n---\na\n...\n", "a"),
      ("\"\\u00e9\\n\"", "é\n"),
      ("'it''s'", "it's"),
      ("a\r\n", "a"),
      ("'<<': {a: 1}\n", ["<<": ["a": 1]]),
    ] as [(String, Value)])
  func readsCollections(_ text: String, _ value: Value) throws {
    #expect(try YAMLDocument.value(of: text, file: "a.yaml") == value)
  }

  /// What it was meant to merge would be missed when it runs.
  @Test(arguments: ["a: &x {b: 1}\nc: {<<: *x, d: 2}\n", "<<: {a: 1}\n", "- {<<: [{a: 1}]}\n"])
  func refusesAMergeKey(_ text: String) {
    let found = #expect(throws: Diagnostics.self) {
      _ = try YAMLDocument.value(of: text, file: "a.yaml")
    }
    #expect(found?.all.map(\.message) == ["merge keys are not read"])
    #expect(found?.all.first?.hint?.begins(with: "write the keys out") == true)
  }

  @Test(arguments: [
    "", "---\n---\n", "&a", "*a", "!!binary x", "? - a\n: b", "- a\nb: c", "a: b: c", "[a", "{a",
    "\"a", "|", "a: |9\n x", "%TAG ! x", "\u{FEFF}", "@", "`a`", "a:\n\t- b", "- ? : -", "&a &b c",
    "a: 'b' c", "{a: b]", "--- |\n%a", ">\n\n\n", "? ?", ": :", "[?]", "[a: b: c]", "a: *b*",
    "&: a",
    "--- # c\n...\n# d\n", "- &a\n- *a", "'\u{2028}'", "\u{85}", "a\u{0}", "{? : }",
  ])
  func survivesOddInput(_ text: String) {
    let attempt = Fixture.reader.attempt(text: text, fileName: "a.yaml")
    #expect(attempt.runbook == nil)
    #expect(attempt.diagnostics.hasErrors)
    #expect(throws: Never.self) {
      do throws(Diagnostics) {
        _ = try YAMLDocument.value(of: text, file: "a.yaml")
      } catch {
        #expect(error.hasErrors)
      }
    }
  }
}
