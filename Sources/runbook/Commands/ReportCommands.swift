import ArgumentParser

/// The commands about reports; without one of their names a report is written.
struct ReportCommands: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Write a run's incident report, complete it, check it, and list all of them.",
    discussion: """
      'runbook report' writes the newest run's report to standard output; it takes the options of \
      'runbook report write'.

        runbook report 20251018-220113-abc --output incident.md
        runbook report edit 20251018-220113-abc --set reported_by="Support" --status review
        runbook report verify incident.md
        runbook report index
      """,
    subcommands: [
      ReportCommand.self, ReportEditCommand.self, ReportVerifyCommand.self,
      ReportIndexCommand.self,
    ], defaultSubcommand: ReportCommand.self)
}
