import RunbookModel
import Testing

@testable import RunbookEngine

/// What a list that is given as text is, and which of its items is not as it should be.
struct InputTextTests {
  @Test(
    arguments: [
      ("1,2,3", .int, [1, 2, 3]), ("", .int, []), ("[1, 2]", .int, [1, 2]),
      ("a,b", .string, ["a", "b"]),
      ("a, b ", .string, ["a", " b "]), (#"["a", ""]"#, .string, ["a", ""]), ("a", .string, ["a"]),
    ] as [(String, Runbook.InputType, Value)])
  func readsAList(text: String, item: Runbook.InputType, value: Value) {
    let type = Runbook.InputType.list(item)
    #expect(type.value(of: text, relativeTo: "/w") == value)
    #expect(type.fault(in: .string(text), relativeTo: "/w") == nil)
  }

  @Test(
    arguments: [
      ("1,2,,3", .int, "item 3 of 4 is empty"), ("1,", .int, "item 2 of 2 is empty"),
      (",", .string, "item 1 of 2 is empty"), ("a,,b", .string, "item 2 of 3 is empty"),
      (" 1, 2 ", .int, "item 1 of 2 is not a whole number: a blank stands beside it"),
      ("1,x", .int, "item 2 of 2 is not a whole number"),
      ("[1, \"x\"]", .int, "item 2 of 2 is not a whole number"),
    ] as [(String, Runbook.InputType, String)])
  func saysWhichItemIsWrong(text: String, item: Runbook.InputType, fault: String) {
    let type = Runbook.InputType.list(item)
    #expect(type.value(of: text, relativeTo: "/w") == nil)
    #expect(type.fault(in: .string(text), relativeTo: "/w")?.begins(with: fault) == true)
  }
}
