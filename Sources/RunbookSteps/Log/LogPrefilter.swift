import RunbookModel

/// Looks for whichever of some literals comes first.
struct LogPrefilter: Sendable {
  private let searches: [LiteralSearch]

  /// - Returns: nil without literals.
  init?(_ literals: [RequiredLiteral]) {
    guard !literals.isEmpty else { return nil }
    searches = literals.map(LiteralSearch.init)
  }

  /// A block of a log with the places that were found in it last.
  struct Places {
    /// By literal: the next place, or `Int.max` when there is none.
    fileprivate var next: [Int?]
  }

  /// What a new block begins with.
  var places: Places { Places(next: searches.map { _ in nil }) }

  /// - Parameter start: never less than it was before for the same places.
  func next(in text: LogBytes, from start: Int, _ places: inout Places) -> Int? {
    var nearest = Int.max
    for (index, search) in searches.enumerated() {
      let known = places.next[index]
      let place: Int
      if let known, known >= start {
        place = known
      } else {
        place = search.next(in: text, from: start) ?? Int.max
        places.next[index] = place
      }
      nearest = min(nearest, place)
    }
    return nearest == Int.max ? nil : nearest
  }
}
