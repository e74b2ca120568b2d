import ArgumentParser

struct DrillCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "drill",
    abstract: "Practise a runbook: a drill at the table, marked as one everywhere.",
    discussion: """
      In the mode 'talk' the facilitator tells what happens, and the team says what it would do; nothing \
      is connected to, and no step is carried out. The participants' view is 'runbook drill watch' in a \
      second terminal, or 'runbook drill handout'. Without a terminal the facilitator's commands are read \
      from standard input, a line each.

        runbook drill auth-tables-dropped --participant Ada:commander --participant Grace:operator
        runbook drill handout auth-tables-dropped --facilitator
        runbook drill watch
      """,
    subcommands: [
      DrillStartCommand.self, DrillJoinCommand.self, DrillLeadCommand.self, DrillResumeCommand.self,
      DrillWatchCommand.self,
      DrillHandoutCommand.self, DrillReportCommand.self, DrillHistoryCommand.self,
      DrillDueCommand.self,
    ], defaultSubcommand: DrillStartCommand.self)
}
