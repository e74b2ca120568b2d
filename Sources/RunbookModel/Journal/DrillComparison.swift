/// What a sandbox held before it was broken. The whole of it is in a file of the run's folder.
public struct DrillBaseline: Sendable, Hashable, Codable {
  public let objects: Int
  public let tables: Int
  /// Nil where not all could be counted.
  public let rows: Int64?
  public let digest: Digest

  public init(objects: Int, tables: Int, rows: Int64?, digest: Digest) {
    self.objects = objects
    self.tables = tables
    self.rows = rows
    self.digest = digest
  }
}

/// What a sandbox holds at the end of a drill, held against what it held before it was broken: by the drill
/// itself, whatever the runbook says.
public struct DrillComparison: Sendable, Hashable, Codable {
  /// How many objects there were: tables, columns, constraints, triggers, grants and so on.
  public let objects: Int
  /// How many of them are exactly as they were.
  public let equalObjects: Int
  /// What is gone, changed, moved and new, in words; each list's first hundred.
  public let missing: [String]
  public let changed: [String]
  /// Columns that are as they were but for their place among the others.
  public let moved: [String]
  public let added: [String]
  /// How many of each there are.
  public let missingCount: Int
  public let changedCount: Int
  public let movedCount: Int
  public let addedCount: Int
  /// Tables whose rows are not all as they were, by name.
  public let tables: [Rows]
  public let rowsBefore: Int64
  /// Rows that were there and are there no more, or not with these values.
  public let rowsLost: Int64
  /// Rows that are there and were not, or not with these values.
  public let rowsNew: Int64
  /// Why something could not be compared; nil where all was.
  public let trouble: String?

  public struct Rows: Sendable, Hashable, Codable {
    public let table: String
    public let before: Int64
    public let now: Int64
    public let lost: Int64
    public let new: Int64

    public init(table: String, before: Int64, now: Int64, lost: Int64, new: Int64) {
      self.table = table
      self.before = before
      self.now = now
      self.lost = lost
      self.new = new
    }
  }

  public init(
    objects: Int, equalObjects: Int, missing: [String] = [], changed: [String] = [],
    moved: [String] = [], added: [String] = [], tables: [Rows] = [], rowsBefore: Int64,
    rowsLost: Int64 = 0,
    rowsNew: Int64 = 0, trouble: String? = nil
  ) {
    self.objects = objects
    self.equalObjects = equalObjects
    self.missing = Array(missing.prefix(Self.listed))
    self.changed = Array(changed.prefix(Self.listed))
    self.moved = Array(moved.prefix(Self.listed))
    self.added = Array(added.prefix(Self.listed))
    missingCount = missing.count
    changedCount = changed.count
    movedCount = moved.count
    addedCount = added.count
    self.tables = tables
    self.rowsBefore = rowsBefore
    self.rowsLost = rowsLost
    self.rowsNew = rowsNew
    self.trouble = trouble
  }

  /// What could not be compared.
  public init(trouble: String) {
    self.init(objects: 0, equalObjects: 0, rowsBefore: 0, trouble: trouble)
  }

  private static let listed = 100
}
