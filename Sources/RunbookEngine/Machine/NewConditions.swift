import RunbookModel

extension RunState {
  /// Whether another `when` than its own was to decide of a step, or of the one in whose place it stands: by the names of
  /// what it captures, whatever it is called itself.
  func hasNewCondition(_ record: StepRecord, _ former: [StepRecord]) -> Bool {
    func isOther(than known: StepRecord) -> Bool { known.when.map { record.when != $0 } ?? false }
    if let known = former.last(where: { $0.id == record.id }) {
      return isOpen(known) && isOther(than: known)
    }
    return formerSteps.contains { gone in
      gone.captures.contains { name in record.captures.contains { $0.isIdentical(to: name) } }
        && isOther(than: gone) && (isOpen(gone) || step(gone.id).hasStandIns)
    }
  }

  /// Whether its `when` has not decided of it for good: what changes nothing may be carried out again.
  private func isOpen(_ record: StepRecord) -> Bool {
    let one = step(record.id)
    return one.status != .skipped
      && (!record.phase.mayChange || one.status == .pending && one.attempts == 0)
  }
}
