/// What a person had ended of an earlier process of the run, so that it takes no effect any more.
public struct ProcessesEnded: Sendable, Hashable, Codable {
  /// What they were left by; nil where they carried the run out.
  public let step: StepID?
  public let ended: [EndedProcess]

  public init(step: StepID?, ended: [EndedProcess]) {
    self.step = step
    self.ended = ended
  }
}

/// A process, or a session of a server, that was ended.
public struct EndedProcess: Sendable, Hashable, Codable {
  /// The number of the process, or of the server's process for a session.
  public let pid: Int64
  /// One line for people: what it was, and what it did.
  public let summary: String
  /// How it was ended: a signal, or the server's function.
  public let means: String

  public init(pid: Int64, summary: String, means: String) {
    self.pid = pid
    self.summary = summary
    self.means = means
  }

  public init(_ remnant: Remnant, by means: String) {
    self.init(pid: remnant.pid, summary: remnant.summary, means: means)
  }

  /// For people.
  public var words: String { "\(summary), by \(means)" }
}
