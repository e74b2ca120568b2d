/// A section of a runbook's file, and with it a permission.
public enum Phase: String, Sendable, Hashable, Codable, CaseIterable, Comparable {
  case timeline, detection, recovery, verification, safeguards

  /// Whether steps of the phase may change anything.
  public var mayChange: Bool { self == .recovery || self == .safeguards }

  /// Whether a step of the phase may be a `trial`.
  public var mayTry: Bool { self == .verification || self == .safeguards }

  public static func < (left: Phase, right: Phase) -> Bool { left.position < right.position }

  private var position: Int {
    switch self {
    case .timeline: 0
    case .detection: 1
    case .recovery: 2
    case .verification: 3
    case .safeguards: 4
    }
  }
}
