import RunbookModel
import Testing

/// What is said at a run's end of steps that change something.
struct ChangeTallyTests {
  private static let word = PersonsWord(actor: Actor(account: "ann"), reason: "by hand")

  private static func left(_ standing: StepStanding) -> ChangeTally.Fate {
    .leftOut(standing, word)
  }

  @Test(
    arguments: [
      ([left(.failed)], "1 was left out after it failed (reason: by hand)"),
      ([left(.failed), left(.failed)], "2 were left out after they failed (reason: by hand)"),
      ([left(.unknown)], "1 was left out with its effect unknown (reason: by hand)"),
      (
        [left(.unknown), left(.unknown)],
        "2 were left out with their effects unknown (reason: by hand)"
      ),
      ([left(.notDone)], "1 was left out after it counted as not done (reason: by hand)"),
      (
        [left(.notDone), left(.notDone)],
        "2 were left out after they counted as not done (reason: by hand)"
      ),
    ])
  func saysOfOneAndOfSeveralWhatIsSo(_ fates: [ChangeTally.Fate], _ words: String) {
    #expect(
      ChangeTally(fates).wordsOfRecovery == "no recovery step is known to have succeeded: \(words)")
  }

  @Test(
    arguments: [
      ([.performed, .unchanging, .notApplicable], nil), ([.unchanging], nil),
      ([.skipped(word)], "no recovery step was performed: 1 was skipped (reason: by hand)"),
      ([.attested], "no recovery step is known to have succeeded: 1 rests on a person's word"),
      (
        [.declared(word)],
        "no recovery step is known to have succeeded: 1 was declared done (reason: by hand)"
      ),
      (
        [.removed(StepID("a"), wasTried: true)],
        "no recovery step is known to have succeeded: 1 was taken out of the runbook ('a')"
      ),
      (
        [.removed(StepID("a"))],
        "no recovery step was performed: 1 was taken out of the runbook ('a')"
      ),
      (
        [.leftOut(.failed, word, stays: true)],
        "no recovery step is known to have succeeded: 1 was left out after it failed, and what it changed "
          + "stays (reason: by hand)"
      ),
      (
        [.leftOut(.unknown, word, stays: true)],
        "no recovery step is known to have succeeded: 1 was left out with its effect unknown, and what it "
          + "changed stays (reason: by hand)"
      ),
      (
        [.resting("'look', which was left out"), .resting("'look', which was left out")],
        "no recovery step was performed: 2 were left out by a `when` that rests on 'look', which was left out"
      ),
      (
        [.performed, .resting("'look', which was left out")],
        "1 of 2 recovery steps was performed, 1 was left out by a `when` that rests on 'look', which was "
          + "left out"
      ),
      (
        [.attested, .unchanging, left(.failed)],
        "no recovery step is known to have made its change: 1 rests on a person's word, 1 changes nothing, "
          + "1 was left out after it failed (reason: by hand)"
      ),
      (
        [.unchanging, .skipped(word)],
        "no recovery step made a change: 1 changes nothing, 1 was skipped (reason: by hand)"
      ),
      (
        [.performed, .attested], "1 of 2 recovery steps was performed, 1 rests on a person's word"
      ),
      (
        [.performed, .unchanging, .attested],
        "1 of 3 recovery steps made its change, 1 rests on a person's word, 1 changes nothing"
      ),
    ] as [([ChangeTally.Fate], String?)])
  func countsWhatChangedSomethingAlone(_ fates: [ChangeTally.Fate], _ words: String?) {
    #expect(ChangeTally(fates).wordsOfRecovery == words)
  }
}
