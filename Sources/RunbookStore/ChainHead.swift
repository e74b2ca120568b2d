import GRDB
import RunbookEngine
import RunbookModel

/// The end of a journal's chain: what the next entry goes on from.
struct ChainHead {
  private(set) var sequence: Int64 = 0
  private(set) var hash = Digest.zero
  private let path: String

  /// Reads it anew, inside of the transaction that is to go on from it.
  init(_ database: Database, in path: String) throws {
    self.path = path
    let statement = try database.cachedStatement(
      sql: "SELECT sequence, hash FROM entry ORDER BY sequence DESC LIMIT 1")
    guard let row = try Row.fetchOne(statement) else { return }
    sequence = try row.number(0, in: path)
    guard let digest = Digest(hex: try row.text(1, in: path)) else {
      throw StoreError(
        .damaged(sequence: sequence), subject: path, "the last entry's hash cannot be read")
    }
    hash = digest
  }

  /// Makes the next entry, and goes on to it.
  mutating func next(
    _ event: Event, by actor: Actor, at time: Timestamp
  ) throws(StoreError) -> Entry {
    let (number, isTooMany) = sequence.addingReportingOverflow(1)
    guard !isTooMany else {
      throw StoreError(
        .damaged(sequence: sequence), subject: path,
        "the journal is full: entry \(sequence) is the last one that it can hold")
    }
    let entry = try JournalCoding.entry(event, sequence: number, at: time, by: actor, after: hash)
    sequence = number
    hash = entry.hash
    return entry
  }
}
