import Foundation

/// A property held against generated cases.
///
/// `RUNBOOK_PROPERTY_CASES` sets how many (10,000 without it), `RUNBOOK_PROPERTY_SEED` the first seed: 1
/// without it, so that a change is judged by the cases that the change before it was; `make
/// property-test` takes another each time. Case `n` of seed `s` is generated from `s + n` alone, so that a
/// failure is repeated by `RUNBOOK_PROPERTY_SEED=<s + n> RUNBOOK_PROPERTY_CASES=1`.
public struct Property: Sendable {
  public let cases: Int
  public let seed: UInt64

  /// - Parameter share: of the number of cases, for a property whose case is costly.
  public init(share: Double = 1) {
    let environment = ProcessInfo.processInfo.environment
    let wanted = environment["RUNBOOK_PROPERTY_CASES"].flatMap { Int($0) } ?? 10_000
    cases = max(1, Int(Double(wanted) * share))
    seed = environment["RUNBOOK_PROPERTY_SEED"].flatMap { UInt64($0) } ?? 1
  }

  /// Each case's seed, and a generator made from it.
  public func each(_ body: (UInt64, inout SeededGenerator) throws -> Void) rethrows {
    for number in 0..<UInt64(cases) {
      var generator = SeededGenerator(seed: seed &+ number)
      try body(seed &+ number, &generator)
    }
  }

  /// The first case that does not hold, in words that repeat it; nil when all hold.
  public func firstFailure(
    _ holds: (inout SeededGenerator) throws -> String?
  ) rethrows -> String? {
    var failure: String?
    for number in 0..<UInt64(cases) where failure == nil {
      var generator = SeededGenerator(seed: seed &+ number)
      failure = try holds(&generator).map {
        "RUNBOOK_PROPERTY_SEED=\(seed &+ number) RUNBOOK_PROPERTY_CASES=1: \($0)"
      }
    }
    return failure
  }
}
