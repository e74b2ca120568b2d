import RunbookEngine
import RunbookModel

/// What the chain of hashes cannot tell: whose journal it is, and that it is all of it.
extension SQLiteJournal {
  /// What the chain itself cannot tell: that it is this run's, and that it is all of it.
  func check(_ entries: [Entry], _ witness: Witness?) throws(StoreError) {
    try checkRun(entries.first)
    try check(end: Int64(entries.count), witness) { entries[Int($0) - 1].hash.hex }
  }

  func checkRun(_ first: Entry?) throws(StoreError) {
    guard let run, case .runStarted(let started)? = first?.event, started.run != run else { return }
    throw .damaged(path, "in the folder of run \(run) it is that of run \(started.run)")
  }

  /// - Parameter hash: of an entry that is there.
  func check(
    end: Int64, _ witness: Witness?, hash: (Int64) -> String
  ) throws(StoreError) {
    guard let witness, witness.sequence > 0 else { return }
    guard witness.sequence <= end else {
      throw .damaged(
        path,
        "it ends with entry \(end), and entry \(witness.sequence) was written: its end was cut off, or "
          + "an older copy stands in its place")
    }
    guard hash(witness.sequence) == witness.hash else {
      throw .damaged(
        path,
        "entry \(witness.sequence) is not the one that was written: another journal stands in its place"
      )
    }
  }

  /// - Throws: `damaged` where an empty file stands in the place of a journal.
  func checkBlank() throws(StoreError) { try checkBlank(Witness(in: folder)) }

  func checkBlank(_ witness: Witness?) throws(StoreError) {
    try check(end: 0, witness) { _ in "" }
    guard let witness, witness.generation > 0 else { return }
    throw .damaged(path, "it is empty, and its lease was taken \(witness.generation) times")
  }

  func checkPlace(_ stored: Int64, _ sequence: Int64) throws(StoreError) {
    guard stored != sequence else { return }
    throw StoreError(
      .damaged(sequence: sequence), subject: path,
      "entry \(stored) stands where entry \(sequence) belongs")
  }
}
