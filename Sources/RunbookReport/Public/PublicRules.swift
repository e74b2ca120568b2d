public import RunbookModel

/// What may stand in a report for others. What nothing declares as public is private.
public struct PublicRules: Sendable {
  /// The names of results, by kind.
  let results: [String: Set<String>]
  /// Where PostgreSQL's own scanner finds a text's literals, by byte; nil where it refuses the text.
  let literals: @Sendable (String) -> [Range<Int>]?

  /// - Parameters:
  ///   - kinds: say what of their results is public.
  ///   - literals: finds literals; without it they are found by the same rules.
  public init(
    kinds: [KindSpec] = [], literals: @escaping @Sendable (String) -> [Range<Int>]? = { _ in nil }
  ) {
    results = Dictionary(
      kinds.map { ($0.name, Set($0.results.filter(\.isPublic).map(\.name))) },
      uniquingKeysWith: { $0.intersection($1) })
    self.literals = literals
  }
}
