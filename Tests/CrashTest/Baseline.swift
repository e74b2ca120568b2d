import RunbookTestSupport

/// A run that nothing disturbs: what it leaves behind, and how long it takes.
struct Baseline {
  let picture: String
  let time: Duration

  init(in place: Place) throws {
    let world = try World("baseline", in: place)
    // The first run brings the program's file into memory.
    let began = ContinuousClock.now
    let output = try world.startRun().finish(within: World.patience)
    time = ContinuousClock.now - began
    guard output.status == 0 else {
      throw World.Failure(message: "the undisturbed run gave \(output.status): \(output.end)")
    }
    picture = try world.picture()
    let differences = try Verdict(world: world).final(as: picture)
    guard differences.isEmpty else {
      throw World.Failure(
        message: "the undisturbed run differs: \(differences.joined(separator: "\n"))")
    }
    try world.remove()
  }
}
