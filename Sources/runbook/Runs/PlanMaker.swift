import RunbookEngine
import RunbookExpression
import RunbookModel
import RunbookSyntax

/// Binds a runbook to inputs and connections.
struct PlanMaker {
  let surroundings: Surroundings

  struct Failure: Error {
    let message: String
    let hint: String?
  }

  /// - Parameters:
  ///   - gatherer: may fail as making the plan may.
  ///   - mayLack: as for a plan of inputs.
  /// - Throws: the exit status, once what is wrong was printed.
  func plan(
    _ runbook: Runbook, _ gatherer: () throws -> InputGatherer, isSandbox: Bool,
    mayLack: Bool = false, _ console: Console
  ) throws -> Plan {
    do {
      return try plan(
        runbook, inputs: try gatherer().inputs(of: runbook), isSandbox: isSandbox,
        mayLack: mayLack)
    } catch let failure as InputGatherer.Failure {
      console.printError("error: \(failure.message)")
    } catch let failure as Failure {
      console.printError("error: \(failure.message)")
      if let hint = failure.hint { console.printError("  \(hint)") }
    } catch let diagnostics as Diagnostics {
      console.printError(DiagnosticRenderer(sources: [:]).render(diagnostics))
    }
    throw ExitStatus.usage.code
  }

  /// - Parameter mayLack: whether a connection whose URL is not known is left out, as in a dry run.
  func plan(
    _ runbook: Runbook, inputs: [ResolvedInput], isSandbox: Bool, mayLack: Bool = false
  ) throws -> Plan {
    var targets: [ConnectionTarget] = []
    if !isSandbox {
      for connection in runbook.connections {
        do {
          targets.append(try target(of: connection, in: runbook.folder, inputs))
        } catch let failure as Failure where mayLack {
          _ = failure
        }
      }
    }
    return Plan(
      runbook: runbook, inputs: inputs, targets: targets, environment: surroundings.environment,
      isSandbox: isSandbox,
      // A sandbox's surroundings lack what leads elsewhere, and with it secrets that may show all the same.
      knownSecrets: surroundings.filedSecrets
        + WrittenCredentials(runbook, kinds: Composition.checkingKinds()).values
        + EnvironmentSecrets.values(of: Surroundings.current().environment))
  }

  private func target(
    of connection: Runbook.Connection, in folder: String, _ inputs: [ResolvedInput]
  ) throws -> ConnectionTarget {
    guard let kind = Composition.checkingConnections().kinds.named(connection.kind) else {
      throw Failure(
        message: "there are no connections of the kind '\(connection.kind)'", hint: nil)
    }
    var scope = ValueMap()
    scope["env"] = .map(
      ValueMap(
        surroundings.environment.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) }))
    scope["inputs"] = .map(
      ValueMap(inputs.compactMap { input in input.value.map { (input.declaration.name, $0) } }))
    do {
      let url = try Template(parsing: connection.url).renderURL(in: scope)
      let place = try kind.target(of: url, in: folder)
      return ConnectionTarget(
        connection: connection, url: place.url, display: place.display, secrets: place.secrets)
    } catch let error as EvaluationError {
      var hint: String?
      if case .noSuchKey(let key) = error.cause {
        let name = key.trimmingQuotes
        let sandbox = kind.hasSandboxes ? ", or use --sandbox" : ""
        hint = "set \(name), for example \(name)=\(kind.example)\(sandbox)"
      }
      throw Failure(
        message: "the connection '\(connection.name)' cannot be made out: \(error.message)",
        hint: hint)
    } catch let error as StepFailure {
      throw Failure(
        message: "the connection '\(connection.name)': \(error.record.message)",
        hint: error.record.hint)
    }
  }
}

extension String {
  fileprivate var trimmingQuotes: String {
    String(dropScalars { $0 == "'" || $0 == "\"" }.prefixOfScalars { $0 != "'" && $0 != "\"" })
  }
}
