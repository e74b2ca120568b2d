import ArgumentParser
import RunbookDrill
import RunbookEngine
import RunbookModel
import RunbookStore

struct DrillJoinCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "join",
    abstract: "Take part in a drill from a terminal of your own: see what comes, and answer.")

  @Argument(help: "The run, by its id or the start of one; the newest when it is left out.")
  var run: String?

  @OptionGroup var actor: ActorOptions
  @OptionGroup var state: StateOptions

  func run() async throws {
    let held = try await HeldRun.open(run, state, mayHaveEnded: true)
    guard let drill = try? DrillState(replaying: held.entries), let started = drill.started else {
      try held.refuse("run \(held.id) is no drill")
    }
    var name: String?
    if let wanted = actor.name, !started.participants.isEmpty {
      name = started.participant(called: wanted)
      guard name != nil else {
        try held.refuse(
          "nobody called '\(wanted)' takes part",
          hints: ["there is \(started.participants.map(\.name).joined(separator: ", "))"])
      }
    }
    try await held.sit(.participant(name), as: name ?? actor.name, reports: "")
  }
}
