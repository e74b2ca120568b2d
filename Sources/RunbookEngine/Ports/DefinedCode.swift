public import RunbookModel

/// What a database defines that decides what a step's statements do there, though their text does not say it: functions,
/// rules, views, triggers, and what of tables has rows elsewhere change. Each kind of connection has its own way to find
/// it, by what the statements name; an approval binds it, part by part.
public struct DefinedCode: Sendable, Hashable {
  public struct Part: Sendable, Hashable {
    /// For people: `function public.f(integer)`, `trigger audit on item`.
    public let name: String
    public let definition: String
    /// Whether it is as a step of the run itself has made it.
    public let isOwn: Bool

    public init(name: String, definition: String, isOwn: Bool) {
      self.name = name
      self.definition = definition
      self.isOwn = isOwn
    }
  }

  /// Nil where the database could not be asked.
  public let parts: [Part]?

  public init(_ parts: [Part]?) { self.parts = parts }

  /// Nothing was looked at yet.
  public static let none = DefinedCode([])
  public static let unknown = DefinedCode(nil)

  public var surroundings: [Surrounding] {
    (parts ?? []).map { part in
      Surrounding(
        name: "\(SealedPart.databaseCode)\(part.name)", content: part.definition,
        isOwn: part.isOwn)
    }
  }

  /// What an approval does not bind of it.
  public var unbound: [String] {
    parts == nil ? ["the database's functions and triggers, which could not be asked for"] : []
  }
}
