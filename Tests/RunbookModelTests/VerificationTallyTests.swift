import RunbookModel
import Testing

/// What is said of a run's verification, and when a run is verified by it.
@Suite struct VerificationTallyTests {
  private typealias Fate = VerificationTally.Fate

  private static let skip = Fate.skipped(word("the log is gone"))
  private static let declaration = Fate.declared(word("I looked"))

  private static func word(_ reason: String) -> PersonsWord {
    PersonsWord(actor: Actor(account: "ann"), reason: reason)
  }

  @Test(
    arguments: [
      ([.passed], true, "every verification step passed"),
      ([.passed, .passed], true, "every verification step passed"),
      (
        [.passed, .notApplicable], true,
        "1 of 2 verification steps passed, 1 did not apply (its `when` was false)"
      ),
      (
        [.attested], false,
        "nothing was verified: 0 of 1 verification step passed, 1 rests on a person's word"
      ),
      (
        [.passed, .attested, .attested], true,
        "1 of 3 verification steps passed, 2 rest on a person's word"
      ),
      (
        [.passed, .resting("'look', which was left out"), .resting("'fix', which was left out")],
        false,
        "1 of 3 verification steps passed, 1 rests on 'look', which was left out, 1 rests on 'fix', which was "
          + "left out"
      ),
      ([], false, "nothing was verified: the runbook has no verification steps"),
      (
        [.notApplicable, .notApplicable], false,
        "nothing was verified: 0 of 2 verification steps passed, 2 did not apply (their `when` was false)"
      ),
      (
        [skip], false,
        "nothing was verified: 0 of 1 verification step passed, 1 was skipped (reason: the log is gone)"
      ),
      (
        [.passed, skip, .passed, skip], false,
        "2 of 4 verification steps passed, 2 were skipped (reason: the log is gone)"
      ),
      (
        [.passed, skip, .skipped(word("no time\n  to wait "))], false,
        "1 of 3 verification steps passed, 2 were skipped (reasons: the log is gone; no time to wait)"
      ),
      (
        [.passed, declaration], false,
        "1 of 2 verification steps passed, 1 was declared done and not carried out (reason: I looked)"
      ),
      ([.passed, .open], false, "1 of 2 verification steps passed, 1 was not carried out"),
      ([.failed], false, "verification step 'v0' failed"),
      (
        [.failed, .passed, .failed, skip], false,
        "verification steps 'v0', 'v2' failed; 1 of 4 verification steps passed, 2 failed, "
          + "1 was skipped (reason: the log is gone)"
      ),
    ] as [([VerificationTally.Fate], Bool, String)])
  func saysWhatPassedAndOnWhoseWord(
    _ fates: [VerificationTally.Fate], _ isVerified: Bool, _ words: String
  ) {
    let tally = VerificationTally(
      fates.enumerated().map { (step: StepID("v\($0)"), fate: $1) })
    #expect(tally.isVerified == isVerified)
    #expect(tally.words == words)
  }

  @Test func cutsALongReason() {
    let tally = VerificationTally([
      (step: StepID("v"), fate: .skipped(Self.word(String(repeating: "x", count: 5_000))))
    ])
    #expect(tally.words.utf8.count < 400)
    #expect(tally.words.holds("xxx…"))
  }
}
