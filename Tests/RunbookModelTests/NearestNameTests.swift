import RunbookModel
import Testing

struct NearestNameTests {
  @Test(arguments: [
    ("titel", ["title", "owner"], "title"),
    ("hed", ["heading", "head"], "head"),
    ("TITLE", ["title"], "title"),
    ("nothing", ["title", "owner"], nil),
    ("x", ["z", "y"], "y"),
    ("", ["title"], nil),
    ("title", [], nil),
  ]) func isTheNearest(_ name: String, _ candidates: [String], _ expected: String?) {
    #expect(NearestName.of(name, among: candidates) == expected)
    #expect(NearestName.of(name, among: candidates.reversed()) == expected)
  }
}
