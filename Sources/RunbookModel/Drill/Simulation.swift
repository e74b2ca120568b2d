/// What a runbook's steps bring back in a drill of the mode `simulate`, written ahead of time: the
/// section `simulate:` of a drill.
public struct Simulation: Sendable, Hashable, Codable {
  public let place: Place
  /// Values for the runbook's inputs. No other ones are asked for.
  public let inputs: [Given]
  /// In the order of the file.
  public let steps: [Script]

  public init(place: Place, inputs: [Given] = [], steps: [Script]) {
    self.place = place
    self.inputs = inputs
    self.steps = steps
  }
}

extension Simulation {
  /// A value by its name.
  public struct Given: Sendable, Hashable, Codable {
    public let name: Drill.Name
    public let value: Value

    public init(_ name: Drill.Name, _ value: Value) {
      self.name = name
      self.value = value
    }
  }

  /// What comes of a step's attempts.
  public struct Script: Sendable, Hashable, Codable {
    public let step: Drill.Name
    /// The first is of the first attempt; the last one stays for all that come after it.
    public let attempts: [Attempt]

    public init(step: Drill.Name, attempts: [Attempt]) {
      self.step = step
      self.attempts = attempts
    }
  }

  /// What comes of one attempt.
  public struct Attempt: Sendable, Hashable, Codable {
    /// By the names of the kind's results; one that is left out is empty.
    public let results: [Given]
    /// Nil where the attempt itself does not fail; an `expect` may still be missed.
    public let failure: Failure?
    /// How long it takes, by the story's clock.
    public let delay: StoryTime

    public init(results: [Given] = [], failure: Failure? = nil, delay: StoryTime = .start) {
      self.results = results
      self.failure = failure
      self.delay = delay
    }
  }

  /// Why an attempt fails.
  public struct Failure: Sendable, Hashable, Codable {
    public let message: String
    /// A SQLSTATE, an exit code or a status.
    public let code: String?

    public init(_ message: String, code: String? = nil) {
      self.message = message
      self.code = code
    }
  }
}
