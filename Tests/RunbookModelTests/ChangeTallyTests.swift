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
    #expect(ChangeTally(fates).wordsOfRecovery == "no recovery step was performed: \(words)")
  }
}
