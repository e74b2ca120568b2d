import ArgumentParser
import Dispatch
import Foundation
import RunbookTestSupport
import Synchronization

/// Kills the built program at random instants, and shows that no step is lost, repeated or guessed.
@main
struct CrashTest: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "crash-test",
    abstract: "Kill a run at random instants, go on with it, and compare what it left.")

  enum Mode: String, ExpressibleByArgument {
    /// The program is killed.
    case kill
    /// The database's server crashes.
    case server
    /// A second process takes the run over.
    case takeover
    /// A person leaves a step out, or calls it not done, that nobody could look at.
    case skip
    /// A person gives the run up.
    case abandon
    /// The server crashes, and a standby that may not have all of it takes its place.
    case promote
    /// The program is killed, and a pooler in transaction mode is between it and the server.
    case pooler
  }

  @Argument(help: "The built program.")
  var program: String

  @Option(help: "How many runs.")
  var rounds = 50

  @Option(help: "What is struck: kill, server, takeover, skip, abandon, promote or pooler.")
  var mode = Mode.kill

  @Option(help: "Of the random numbers; each round's follows from it.")
  var seed = UInt64.random(in: 1..<1_000_000)

  @Option(help: "The round to begin with, to see one again.")
  var first = 1

  @Option(help: "How many rounds at the same time.")
  var workers = 2

  @Flag(help: "Tell what was done in each round.")
  var verbose = false

  func run() throws {
    guard let server = TestServer.shared else {
      throw ValidationError("there is no PostgreSQL to be started")
    }
    let program = URL(fileURLWithPath: program).path
    say("crash-test --mode \(mode.rawValue) --seed \(seed), \(rounds) runs")
    if mode == .server {
      server.crash()
      try server.start(ServerRound.calm)
    }
    let place = try place(program, server)
    try World.prepare(place.server)
    let baseline = try Baseline(in: place)
    say("an undisturbed run of \(place.scenario.steps.count) mutating steps takes \(baseline.time)")
    let round = try round(baseline, server, place)
    let tally = Tally(isVerbose: verbose)
    let next = Atomic<Int>(first)
    let workers = isOfServer ? 1 : workers
    DispatchQueue.concurrentPerform(iterations: workers) { _ in
      while tally.mayGoOn {
        let number = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard number < first + rounds else { return }
        tally.add(number, account(of: round, number, place, server))
      }
    }
    say(tally.closing(kills: isOfServer ? "crashes" : "kills"))
    if !tally.isClean { throw ExitCode(1) }
  }

  /// Whether it is the server that is struck, which all rounds share.
  private var isOfServer: Bool { mode == .server || mode == .promote }

  private func place(_ program: String, _ server: TestServer) throws -> Place {
    switch mode {
    case .kill, .server, .takeover, .skip, .abandon: Place(program: program, server: server)
    case .promote: Place(program: program, server: try Pair(workFolder: server.workFolder))
    case .pooler:
      if let pooler = TestPooler(before: server) {
        // What needs a session of its own is refused there.
        Place(
          program: program, server: server, scenario: Scenario(without: [.outside]),
          pooler: pooler)
      } else {
        throw ValidationError("there is no PgBouncer to be started")
      }
    }
  }

  private func round(
    _ baseline: Baseline, _ server: TestServer, _ place: Place
  ) throws -> any Round {
    switch mode {
    case .kill, .pooler: KillRound(baseline: baseline)
    case .server: ServerRound(baseline: baseline, server: server)
    case .promote:
      if let pair = place.server as? Pair {
        PromoteRound(baseline: baseline, pair: pair)
      } else {
        throw ValidationError("there is no pair of servers")
      }
    case .takeover: TakeoverRound(baseline: baseline)
    case .skip: SkipRound(baseline: baseline)
    case .abandon: AbandonRound(baseline: baseline)
    }
  }

  private func account(
    of round: any Round, _ number: Int, _ place: Place, _ server: TestServer
  ) -> Account {
    // Far apart, so that rounds have nothing in common.
    var generator = SeededGenerator(seed: seed &* 1_000_003 &+ UInt64(number))
    do {
      while true {
        let world = try World("\(number)", in: place)
        let account = try round.carryOut(in: world, &generator)
        if mode == .server { try server.apply(ServerRound.calm) }
        guard account.differences.isEmpty else { return account }
        try world.remove()
        if !account.isVoid { return account }
      }
    } catch {
      var account = Account()
      account.differences.append("\(error)")
      return account
    }
  }
}
