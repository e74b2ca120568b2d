import ArgumentParser
import RunbookEngine
import RunbookModel
import RunbookStore

struct RunsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "runs", abstract: "List the runs, the newest first.")

  @OptionGroup var state: StateOptions

  @Flag(help: "One JSON object a line.")
  var json = false

  func run() throws {
    let surroundings = Surroundings.current()
    let console = Console.current(surroundings)
    try surroundings.workAsOwner(of: surroundings.stateFolder(state.state), console)
    let store = surroundings.store(state.state)
    do throws(StoreError) { try store.check() } catch { try console.fail(error) }
    var table = Table(["RUN", "RUNBOOK", "STARTED", "STATE"])
    let runs = store.runs()
    for id in runs {
      do throws(StoreError) {
        let isAlive = try store.open(id).leaseState().living != nil
        guard let summary = try store.summary(of: id) else {
          throw StoreError(
            .cannotRead, subject: id.rawValue,
            isAlive
              ? "just beginning" : "cut off before it had begun anything: its journal is empty")
        }
        let mark = summary.isDrill ? " DRILL" : summary.isSandbox ? " SANDBOX" : ""
        if json {
          let object: Value = [
            "run": .string(id.rawValue), "runbook": .string(summary.runbook),
            "started": .timestamp(summary.startedAt),
            "state": .string(summary.state(isAlive: isAlive)),
            "sandbox": .bool(summary.isSandbox), "drill": .bool(summary.isDrill),
          ]
          console.print(json: object.json)
        } else {
          table.append(
            [
              id.rawValue, summary.runbook, "\(summary.startedAt)",
              summary.state(isAlive: isAlive) + mark,
            ])
        }
      } catch {
        let object: Value = ["run": .string(id.rawValue), "error": .string(error.message)]
        if json { console.print(json: object.json) }
        table.append([id.rawValue, "?", "?", error.message])
      }
    }
    guard !json else { return }
    guard runs.isEmpty else { return console.print(table.text) }
    console.print("There are no runs in \(store.folder) yet.")
    console.print("Those of another account are in its own state folder: --state FOLDER")
  }
}

extension RunSummary {
  func state(isAlive: Bool) -> String {
    switch lastChange {
    case .runEnded(let end): end.status.rawValue
    case _ where isAlive: "running"
    case .runHeld: "held"
    default: "cut off"
    }
  }
}
