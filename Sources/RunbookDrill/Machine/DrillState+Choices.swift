public import RunbookModel

extension Inject {
  /// A choice by its id, or by its number from 1.
  func offered(_ text: String) -> Choice? {
    choice(text) ?? choices.enumerated().first { "\($0.offset + 1)" == text }?.element
  }
}

extension DrillState {
  /// The inject that a choice's id or number answers: the last one that was told, where it offers that; else
  /// the newest that is still open, as another may have come while the team was talking. Nil where it is
  /// no choice.
  public func inject(offering text: String) -> Inject? {
    allDeliveries.reversed().lazy.compactMap { drill?.inject($0.fact.inject) }.first {
      ($0.id == current || answer(to: $0.id) == nil) && $0.offered(text) != nil
    }
  }
}
