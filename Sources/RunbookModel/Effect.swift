/// What a step does to the world, as far as can be told before it runs.
///
/// It serves display, gates and diagnostics; it is never what correctness rests on.
public enum Effect: String, Sendable, Hashable, Codable, CaseIterable {
  case readOnly, mutating, destructive, undetermined
}

/// How an attempt ended.
public enum Outcome: String, Sendable, Hashable, Codable, CaseIterable {
  case succeeded, failed, skipped, unknown
}

/// What was found out, after a crash, about an attempt in flight.
public enum Settlement: String, Sendable, Hashable, Codable, CaseIterable {
  case done, notDone, unknown
}

public enum Severity: String, Sendable, Hashable, Codable, CaseIterable {
  case critical, high, medium, low
}

extension Effect {
  /// Of a step's statements; what cannot be told is worse than a change that is seen.
  package static func worst(of effects: [Effect]) -> Effect {
    let order: [Effect] = [.destructive, .undetermined, .mutating]
    return order.first { effects.contains($0) } ?? .readOnly
  }
}
