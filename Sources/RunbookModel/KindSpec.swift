/// What a step kind looks like in the file, and what its result gives to expressions.
public struct KindSpec: Sendable, Hashable {
  /// The key of the step, such as `sql`.
  public let name: String
  public let summary: String
  /// The value behind the kind's key: usually `.shorthand` or `.fields`.
  public let type: FieldType
  /// Names that `expect`, `confirms` and `capture` see, and `steps['id']` holds.
  public let results: [ResultSpec]
  /// Whether the kind works on a connection (`connection:`, else the only one there is).
  public let usesConnection: Bool
  /// Whether a change that the kind makes can leave a receipt on its connection.
  public let keepsReceipts: Bool
  public let work: WorkSpec
  /// Whether its result is what a person says: it lets a run go on, and proves nothing.
  public let asksAPerson: Bool

  public init(
    _ name: String, _ type: FieldType, results: [ResultSpec], usesConnection: Bool = false,
    keepsReceipts: Bool = false, work: WorkSpec = WorkSpec(.text, in: []),
    asksAPerson: Bool = false, _ summary: String
  ) {
    self.asksAPerson = asksAPerson
    self.name = name
    self.type = type
    self.results = results
    self.usesConnection = usesConnection
    self.keepsReceipts = keepsReceipts
    self.work = work
    self.summary = summary
  }
}

/// One name in a step's result.
public struct ResultSpec: Sendable, Hashable {
  public let name: String
  /// The CEL type, as `Value.typeName` writes it.
  public let type: String
  public let summary: String
  /// Whether it may stand in a copy of the report for others: a count, a verdict or a time, never words
  /// of the world. What is not declared so is private.
  public let isPublic: Bool

  public init(_ name: String, _ type: String, _ summary: String, isPublic: Bool = false) {
    self.name = name
    self.type = type
    self.summary = summary
    self.isPublic = isPublic
  }
}
