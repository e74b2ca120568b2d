import RunbookModel
import RunbookReport
import Testing

/// What people put into a report after the run.
struct ReportEditTests {
  private static let bob = Actor(account: "ops", name: "Bob")

  private func report(_ edits: [ReportEdited.Edit]) throws -> String {
    var journal = Incident.begun()
    Incident.timeline(&journal)
    Incident.detection(&journal)
    journal.wait(.seconds(60))
    for edit in edits { journal.add(.reportEdited(ReportEdited(edits: [edit])), by: Self.bob) }
    return try IncidentReport(entries: journal.entries).markdown()
  }

  private func set(_ field: String, _ text: String) -> ReportEdited.Edit {
    .init(field: field, operation: .set, text: text)
  }

  private func add(_ field: String, _ text: String) -> ReportEdited.Edit {
    .init(field: field, operation: .add, text: text)
  }

  @Test func fillsAFieldWithNameTimeAndEntry() throws {
    let text = try report([set("reported_by", "A user | <b>")])
    #expect(
      text.holds(
        "- **Reported By**: A user &#124; &lt;b&gt; (Bob (account ops), 2025-10-18 22:09 UTC) [J15]"
      ),
      "\(text.suffixOfScalars(3000))")
    #expect(text.holds("- **Reviewed By**: TODO (owner: platform)"))
  }

  @Test func countsWhatIsStillOpen() throws {
    func count(_ text: String) -> Int? {
      text.firstMatch(of: /\| (\w+ ?\w*), (\d+) fields are marked TODO/).flatMap { Int($0.2) }
    }
    let before = try #require(count(try report([])))
    #expect(count(try report([set("reviewed_by", "Ann"), set("status", "closed")])) == before - 1)
    #expect(try report([set("status", "review")]).holds("| in review, "))
    #expect(try report([set("status", "closed")]).holds("| closed, "))
  }

  @Test func addsToAndReplacesTheAuthorsWords() throws {
    let added = try report([add("lessons.wrong", "Nobody was on call")])
    #expect(
      added.holds("2. ❌ No backup before migration\n3. ❌ Nobody was on call (Bob (account ops), "))
    let replaced = try report([set("impact", "Nothing at all"), add("impact", "or nearly")])
    #expect(!replaced.holds("User authentication tables dropped, all sessions lost"))
    #expect(replaced.holds("- Nothing at all (Bob (account ops), "))
    #expect(replaced.holds("- or nearly (Bob (account ops), "))
    let cleared = try report([.init(field: "trigger", operation: .clear, text: "")])
    #expect(cleared.holds("### Trigger\n\nTODO (owner: platform)"))
  }

  @Test func takesATimeThatIsGiven() throws {
    let text = try report([set("detected", "2025-10-18T22:04:00Z")])
    #expect(
      text.holds("| Detected | 2025-10-18 22:04:00 UTC | given by Bob (account ops) | [J15] |"))
    #expect(text.holds("| Time to detect | 2 min 20 s |"), "\(text.prefixOfScalars(3000))")
  }

  @Test func changesAndAddsActionItems() throws {
    let text = try report([
      set("action.A1.due", "2025-11-01"), add("action", "Page | somebody"),
      set("action.A3.owner", "ops"),
    ])
    #expect(
      text.holds(
        "| A1 | Daily backups of `akleao` | mitigate | platform | P1 | 2025-11-01 (Bob (account ops), "
      ))
    #expect(text.holds("| A3 | Page &#124; somebody (Bob (account ops), "))
  }

  @Test(arguments: [
    ("impacts", ReportEdited.Edit.Operation.set, "x", "a report has no field 'impacts'"),
    ("impact", .set, " ", "impact is given no text"),
    ("detected", .set, "yesterday", "'yesterday' is no time"),
    ("detected", .add, "2025-10-18T22:04:00Z", "detected is one time"),
    ("status", .set, "done", "a report's status is draft, review or closed"),
    ("action", .set, "x", "an action item is added, and then changed by its id"),
    ("action.A9.owner", .set, "x", "there is no action item 'A9'"),
    ("action.A1.colour", .set, "x", "an action item has no 'colour'"),
    ("action.A1", .set, "x", "a report has no field 'action.A1'"),
    ("action.A1.due", .add, "x", "action.A1.due is one text"),
  ])
  func refusesWhatIsNoEdit(
    _ field: String, _ operation: ReportEdited.Edit.Operation, _ text: String, _ message: String
  ) {
    let edit = ReportEdited.Edit(field: field, operation: operation, text: text)
    #expect(ReportField.problem(with: edit, actions: ["A1"])?.message == message)
  }

  @Test func acceptsEveryFieldThatItLists() {
    for name in ReportField.all.map(\.name) {
      let isTime = ["incident_start", "detected", "declared", "mitigated", "resolved"].contains(
        name)
      let text = isTime ? "2025-10-18T22:04:00Z" : name == "status" ? "review" : "x"
      let edit = ReportEdited.Edit(
        field: name.replacingAll("ID", with: "A1"), operation: name == "action" ? .add : .set,
        text: text)
      #expect(ReportField.problem(with: edit, actions: ["A1"]) == nil, "\(name)")
    }
  }
}
