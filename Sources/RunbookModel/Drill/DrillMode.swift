/// How a drill is held.
public enum DrillMode: String, Sendable, Hashable, Codable, CaseIterable {
  case talk, simulate, sandbox
}
