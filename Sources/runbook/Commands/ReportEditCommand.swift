import ArgumentParser
import RunbookModel
import RunbookReport

struct ReportEditCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "edit",
    abstract:
      "Put people's parts into a run's report: each is an entry of the journal, with your name.",
    discussion: """
      Fields that nobody filled are TODO in the report. --fields lists them all.

        runbook report edit RUN --set reported_by="Support" --set detected=2025-10-18T22:04:00Z
        runbook report edit RUN --add lessons.wrong="No backup before the migration"
        runbook report edit RUN --add action="Back up daily" --as Ann
        runbook report edit RUN --set action.A1.owner=platform --set action.A1.due=2025-11-01
        runbook report edit RUN --status closed
      """)

  @Argument(help: "The run, by its id or the start of one; the newest when it is left out.")
  var run: String?

  @Option(
    help: ArgumentHelp(
      "Put a text in place of what a field has; may be repeated.", valueName: "field=text"))
  var set: [String] = []

  @Option(
    help: ArgumentHelp("Add a text to what a field has; may be repeated.", valueName: "field=text"))
  var add: [String] = []

  @Option(help: ArgumentHelp("Empty a field; may be repeated.", valueName: "field"))
  var clear: [String] = []

  @Option(help: ArgumentHelp("How far the report is: draft, review or closed."))
  var status: String?

  @Flag(help: "List the fields.")
  var fields = false

  @OptionGroup var actor: ActorOptions
  @OptionGroup var state: StateOptions

  func run() async throws {
    if fields {
      let console = Console.current(.current())
      var table = Table(["Field", "What it is"])
      for field in ReportField.all { table.append([field.name, field.summary]) }
      return console.print(table.text)
    }
    let held = try await HeldRun.open(run, state, mayHaveEnded: true)
    let edits = try wantedEdits(held)
    guard !edits.isEmpty else {
      try held.refuse(
        "nothing is to be changed",
        hints: ["--set FIELD=TEXT, --add FIELD=TEXT, --clear FIELD or --status STATUS"])
    }
    var known = try known(held)
    for edit in edits {
      if let problem = ReportField.problem(with: edit, actions: known) {
        try held.refuse(problem.message, hints: problem.hint.map { [$0] } ?? [])
      }
    }
    try refuseContradictions(of: edits, held)
    try await held.add(.reportEdited(ReportEdited(edits: edits)), as: actor.name)
    let after = try await HeldRun.open(held.id.rawValue, state, mayHaveEnded: true)
    let former = Set(known)
    known = try self.known(after)
    held.console.print(
      "Edited in the report of run \(held.id): \(edits.map(\.field).joined(separator: ", "))")
    for id in known where !former.contains(id) { held.console.print("New action item: \(id)") }
    await held.rewriteReport()
    held.console.print("To write it elsewhere: \(held.commands(.report, "--output FILE"))")
  }

  /// A time that cannot be so, beside those that the report has, is mistyped.
  private func refuseContradictions(of edits: [ReportEdited.Edit], _ held: HeldRun) throws {
    let now = SystemClock().now()
    for edit in edits where ReportField.isTime(edit.field) {
      guard let at = Timestamp(rfc3339: edit.text), at > now else { continue }
      try held.refuse("\(edit.field) is a time that is still to come: \(edit.text)")
    }
    guard let last = held.entries.last else { return }
    let edited = Entry(
      sequence: last.sequence + 1, recordedAt: now, actor: last.actor,
      event: .reportEdited(ReportEdited(edits: edits)), body: "", hash: last.hash)
    let before = try report(of: held.entries, held).contradictions
    let after = try report(of: held.entries + [edited], held).contradictions
    guard let new = after.first(where: { !before.contains($0) }) else { return }
    try held.refuse(
      "these times cannot be: \(new)",
      hints: ["several times can be set at once: --set incident_start=TIME --set detected=TIME"])
  }

  private func wantedEdits(_ held: HeldRun) throws -> [ReportEdited.Edit] {
    var edits = clear.map { ReportEdited.Edit(field: $0, operation: .clear, text: "") }
    for text in set { edits.append(try edit(text, .set, held)) }
    for text in add { edits.append(try edit(text, .add, held)) }
    if let status {
      edits.append(ReportEdited.Edit(field: "status", operation: .set, text: status))
    }
    return edits
  }

  private func edit(
    _ text: String, _ operation: ReportEdited.Edit.Operation, _ held: HeldRun
  ) throws -> ReportEdited.Edit {
    guard let mark = text.index(ofFirst: "=") else {
      try held.refuse(
        "'\(text)' is no FIELD=TEXT", hints: ["runbook report edit --fields lists them"])
    }
    return ReportEdited.Edit(
      field: String(text[..<mark]), operation: operation,
      text: String(text[mark...].dropFirstScalars()))
  }

  private func known(_ held: HeldRun) throws -> [String] {
    try report(of: held.entries, held).actionItems
  }

  private func report(of entries: [Entry], _ held: HeldRun) throws -> IncidentReport {
    do throws(ReportError) {
      return try IncidentReport(entries: entries)
    } catch {
      try held.refuse("the journal of run \(held.id) makes no report: \(error)", .invalidRunbook)
    }
  }
}
