import ArgumentParser
import CLinux
import RunbookModel

@main
struct RunbookCommand: AsyncParsableCommand {
  static let version = "0.1.0"

  static let configuration = CommandConfiguration(
    commandName: "runbook",
    abstract: "Carries out incident runbooks, step by step, and writes the incident report.",
    discussion: """
      Start with 'runbook list', look at one with 'runbook show NAME', see what it would do with \
      'runbook run NAME --dry-run', and practise it with 'runbook run NAME --sandbox'.

      Exit status: 0 resolved and verified, or not confirmed; 1 failed; 64 usage; 65 the runbook or \
      expression is invalid; 69 a target could not be reached; 74 the journal or a file could not be \
      written; 75 held, waiting for a person; 77 approval refused; 79 unverified: nothing is left to be \
      done, and it is not shown that the incident is over; 130 interrupted and held.
      """,
    version: version,
    subcommands: [
      RunCommand.self, ResumeCommand.self, RetryCommand.self, SkipCommand.self,
      ResolveCommand.self, ApproveCommand.self, NoteCommand.self, TakeoverCommand.self,
      AbandonCommand.self, StatusCommand.self, RunsCommand.self, ReportCommands.self,
      DrillCommand.self,
      JournalCommand.self, VerifyJournalCommand.self, ValidateCommand.self, ExplainCommand.self,
      ListCommand.self, ShowCommand.self, SnapshotCommand.self, EvalCommand.self,
      SchemaCommand.self, NewCommand.self,
    ])

  static func main() async {
    runbook_share_heap()
    Console.prepare()
    refuseOtherBytes()
    await carryOut(EvalCommand.withExpressionLast(Array(CommandLine.arguments.dropFirst())))
  }

  /// Arguments that are not UTF-8 would become others without a word.
  private static func refuseOtherBytes() {
    let arguments = CommandLine.unsafeArgv
    for index in 1..<max(1, Int(CommandLine.argc)) {
      guard let argument = arguments[index], String(validatingCString: argument) == nil else {
        continue
      }
      Console.current(.current()).printError("error: argument \(index) is not UTF-8")
      exit(withError: ExitStatus.usage.code)
    }
  }

  /// Off the main thread: what a command awaits must not wait for it.
  ///
  /// A document that is cut off must not pass for one that is whole.
  @concurrent private static func carryOut(_ arguments: [String]) async {
    do {
      var command = try await asyncParseAsRoot(arguments)
      if command is any OnlyPrints { Console.endWithReader() }
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
      if !Console.current(.current()).isWhole() { exit(withError: ExitStatus.badFile.code) }
    } catch {
      end(with: error)
    }
  }

  /// What the library would print by itself echoes arguments: it goes through the console as well.
  private static func end(with error: any Error) -> Never {
    let status = exitCode(for: error)
    let message = fullMessage(for: error)
    let console = Console.current(.current())
    switch (message.isEmpty, status.isSuccess) {
    case (true, _): break
    case (false, true): console.print("\(block: message)")
    case (false, false): console.printError("\(block: message)")
    }
    let isWhole = console.isWhole()
    exit(withError: isWhole || !status.isSuccess ? status : ExitStatus.badFile.code)
  }
}

/// A command that changes nothing: it ends when nobody reads what it prints.
protocol OnlyPrints {}

extension StatusCommand: OnlyPrints {}
extension RunsCommand: OnlyPrints {}
extension ListCommand: OnlyPrints {}
extension ShowCommand: OnlyPrints {}
extension ReportCommand: OnlyPrints {}
extension ReportVerifyCommand: OnlyPrints {}
extension JournalCommand: OnlyPrints {}
extension VerifyJournalCommand: OnlyPrints {}
extension ValidateCommand: OnlyPrints {}
extension ExplainCommand: OnlyPrints {}
extension EvalCommand: OnlyPrints {}
extension SchemaCommand: OnlyPrints {}
extension DrillWatchCommand: OnlyPrints {}
extension DrillHandoutCommand: OnlyPrints {}
extension DrillReportCommand: OnlyPrints {}
extension DrillHistoryCommand: OnlyPrints {}
extension DrillDueCommand: OnlyPrints {}
