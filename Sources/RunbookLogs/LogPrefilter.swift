package import RunbookModel

/// Looks for whichever of some literals comes first.
package struct LogPrefilter: Sendable {
  private let searches: [LiteralSearch]

  /// - Returns: nil without literals.
  package init?(_ literals: [RequiredLiteral]) {
    guard !literals.isEmpty else { return nil }
    searches = literals.map(LiteralSearch.init)
  }

  /// A block of a log with the places that were found in it last.
  package struct Places {
    /// By literal: the next place, or `Int.max` when there is none.
    fileprivate var next: [Int?]
  }

  /// What a new block begins with.
  package var places: Places { Places(next: searches.map { _ in nil }) }

  /// - Parameter start: never less than it was before for the same places.
  package func next(in text: LogBytes, from start: Int, _ places: inout Places) -> Int? {
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
