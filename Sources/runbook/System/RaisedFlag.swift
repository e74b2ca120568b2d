import Synchronization

/// Something that happened, once and for all; may be asked from any thread.
final class RaisedFlag: Sendable {
  private let value = Atomic(false)

  var isRaised: Bool { value.load(ordering: .relaxed) }

  func raise() { value.store(true, ordering: .relaxed) }
}
