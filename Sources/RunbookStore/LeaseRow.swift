import GRDB
import RunbookEngine

/// The one row of the table `lease`, read by its types: a damaged file may hold anything in its place.
struct LeaseRow {
  /// 0 before the first process.
  let generation: Int64
  /// Who took it last, for people.
  let holder: String

  /// - Parameter witness: as it was read before the row, so that it never says more.
  /// - Throws: `damaged` with what is wrong.
  init(_ database: Database, in path: String, _ witness: Witness?) throws {
    // No more than tells that there are too many.
    let statement = try database.cachedStatement(
      sql: "SELECT only, generation, holder FROM lease LIMIT 2")
    let rows = try Row.fetchAll(statement)
    guard let row = rows.first else { throw StoreError.damaged(path, "its lease is missing") }
    guard rows.count == 1, try row.number(0, in: path) == 1 else {
      throw StoreError.damaged(path, "it holds another lease than its own")
    }
    generation = try row.number(1, in: path)
    holder = try row.text(2, in: path)
    guard generation >= 0, generation < .max else {
      throw StoreError.damaged(path, "its lease's generation is \(generation)")
    }
    guard let witness, witness.generation > generation else { return }
    throw StoreError.damaged(
      path,
      "its lease is of generation \(generation), and generation \(witness.generation) was taken: an "
        + "older copy stands in its place")
  }
}
