import Foundation
import RunbookDrill
import RunbookEngine
import RunbookModel
import RunbookSandbox
import RunbookStore
import RunbookSystem

/// What a session's executor acts through, and how.
extension RunSession {
  private var sandboxes: PostgresSandbox {
    PostgresSandbox(environment: surroundings.environment)
  }

  /// What the run may reach; nil is everything.
  private var confinement: Confinement? {
    plan.isSandbox ? sandboxes.confinement(for: run) : nil
  }

  func companion(_ progress: ProgressObserver?) -> DrillCompanion? {
    guard let drill else { return nil }
    return DrillCompanion(
      run: run, journal: journal, folder: folder,
      actor: surroundings.actor(as: options.actor.name), started: drill, confinement: confinement,
      console: console, progress: progress, clock: clock)
  }

  func ports(
    _ progress: ProgressObserver?, _ observer: some RunObserver, _ companion: DrillCompanion?
  ) -> EnginePorts {
    let mark = drill == nil ? "" : "DRILL "
    let person = TerminalOperator(
      console: console, observer: progress, mark: mark, aside: companion)
    if let world {
      return EnginePorts(
        journal: journal, kinds: world.kinds, gateway: world.gateway, sandboxes: world.sandboxes,
        person: person, observer: observer, clock: world.clock, witness: companion)
    }
    return Composition.ports(
      plan, run: run, journal: journal, person: person, observer: observer,
      surroundings: surroundings, confinement: confinement, witness: companion,
      neighbours: LocalNeighbours(store: store, run: run))
  }

  /// The run's folder is STATE/runs/RUN.
  var store: RunStore {
    RunStore(
      folder: URL(filePath: folder).deletingLastPathComponent().deletingLastPathComponent().path)
  }

  func runOptions(_ beginning: Beginning) -> RunOptions {
    var runOptions = RunOptions(
      run: run, actor: surroundings.actor(as: options.actor.name), host: surroundings.host,
      toolVersion: RunbookCommand.version, runFolder: folder, approvals: approvals,
      approvesAll: options.approveAll, generation: lease.holder.generation)
    runOptions.key = RunStore.key(inRunFolder: folder)
    if let drill {
      runOptions.isDrill = true
      runOptions.opening = [.drill(.started(drill))]
    }
    runOptions.asksBeforeEachStep = options.stepByStep
    runOptions.besides = Set(options.beside)
    runOptions.isActorKnown = surroundings.responsible.isKnownToOthers
    if case .resumption(let resumption) = beginning {
      runOptions.terminatesRemnants = resumption.terminatesRemnants
      runOptions.fencesFormer = resumption.fencesFormer
    }
    return runOptions
  }

  /// In a simulation there is nothing that a gate would have to keep from being done.
  private var approvals: Set<String> {
    guard world != nil, options.approveAll else { return Set(options.approve) }
    return Set(["recovery"] + plan.runbook.steps.map(\.id.rawValue))
  }
}
