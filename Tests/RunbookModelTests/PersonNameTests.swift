import RunbookModel
import RunbookTestSupport
import Testing

/// A name that somebody typed never passes for the account, or for somebody else.
struct PersonNameTests {
  @Test(
    arguments: [
      "Ann", "O'Brien", "O’Brien", "Anne-Marie", "j.doe@example.org", "Łukasz", "José", "山田 太郎",
      "می‌لاد", "root",
      "on-call #2", "A/B", "محمد", "me p4ss",
    ])
  func isAName(_ name: String) { #expect(PersonName.problem(with: name) == nil) }

  @Test(
    arguments: [
      "", "  ", "bob (by sudo as root)", "bob（by sudo）", "bob [root]", "bob, ann", "bob; ann",
      "bob: fine", "a\nb", "a\tb", "a\u{1B}[2J", "bob\u{202E}toor", "bob\u{200B}", "«bob»", "“bob”",
      "bob\"", "`id`", "a|b", "<b>bob</b>", "bob\\", String(repeating: "x", count: 81),
    ])
  func isNone(_ name: String) { #expect(PersonName.problem(with: name) != nil) }

  @Test(
    arguments: [
      (Actor(account: "ann"), "ann"),
      (Actor(account: "ann", name: "ann"), "ann"),
      (Actor(account: "ann", via: "by sudo as root"), "ann (by sudo as root)"),
      (Actor(account: "ops", name: "Bob"), "Bob (account ops)"),
      (
        Actor(account: "ops", name: "Bob", via: "by sudo as root"),
        "Bob (account ops, by sudo as root)"
      ),
      (Actor(account: "ops", name: "Bob [redacted]"), "Bob [redacted] (account ops)"),
      (
        Actor(account: "ops", name: "bob (by sudo as root)"),
        "\"bob (by sudo as root)\" (account ops)"
      ),
      (Actor(account: "ops", name: "bob, ann"), "\"bob, ann\" (account ops)"),
    ])
  func isShownWithItsAccount(_ actor: Actor, _ shown: String) {
    #expect(actor.displayName == shown)
  }

  /// Whatever was typed: behind the last bracket stands the account that typed it, or the account is all that is shown.
  @Test func noNameStandsWithoutItsAccount() {
    let failure = Property().firstFailure { generator in
      let name = HostileText.text(&generator)
      let shown = Actor(account: "ops", name: name).displayName
      guard !name.isIdentical(to: "ops"), !shown.ends(with: " (account ops)") else { return nil }
      return name.debugDescription
    }
    #expect(failure == nil)
  }
}
