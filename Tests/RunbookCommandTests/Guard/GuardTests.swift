import Foundation
import RunbookModel
import Testing

/// The guard that `auth-tables-dropped` puts into an Alembic project's env.py.
@Suite(
  .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/python3")),
  .timeLimit(.minutes(15)))
struct GuardTests {
  @Test(arguments: EnvironmentShape.understood)
  func leavesForeignTablesAlone(shape: EnvironmentShape) throws {
    let trial = try GuardTrial(shape.program)
    #expect(trial["status"] == 0, "\(trial.result)")
    #expect(trial["check_before"] == 3)
    #expect(trial["show"] == 0)
    #expect(trial["showed_only"] == true)
    #expect(trial["check_after"] == 0)
    #expect(trial["kept"] == true)
    let calls = (trial["answers"]?.listValue ?? []).compactMap(\.mapValue)
    #expect(calls.count == shape.calls)
    for answers in calls {
      let no = [
        "session", "users.name", "index of session", "index of users.name", "name session",
        "name runbook",
      ]
      for name in no { #expect(answers[.string(name)] == false, "\(name)") }
      for name in ["stocks", "users.email", "name stocks"] {
        #expect(answers[.string(name)] == true, "\(name)")
      }
      #expect(answers["scratch_a"] == .bool(!shape.hasRule || shape.isRuleOfNames))
      #expect(answers["name scratch_a"] == .bool(!shape.isRuleOfNames))
    }
  }

  @Test(arguments: EnvironmentShape.understood)
  func changesNothingTheSecondTime(shape: EnvironmentShape) throws {
    let trial = try GuardTrial(shape.program)
    #expect(trial["again"] == 0)
    #expect(trial["is_same_again"] == true)
  }

  @Test(arguments: EnvironmentShape.refused)
  func refusesWhatItDoesNotUnderstand(shape: EnvironmentShape) throws {
    let trial = try GuardTrial(shape.program)
    #expect(trial["status"] == 65, "\(trial.result)")
    #expect(trial["is_unchanged"] == true)
    let message = trial["message"]?.stringValue ?? ""
    #expect(message.holds("was not changed"))
    #expect(message.holds("include_object=runbook_guard.include_object"))
  }

  @Test func keepsTheLineEndsThatAreThere() throws {
    let shape = try #require(EnvironmentShape.understood.first { $0.program.holds("\r\n") })
    let text = try GuardTrial(shape.program).file("env.py")
    #expect(text.unicodeScalars.count { $0 == "\n" } == text.unicodeScalars.count { $0 == "\r" })
  }
}
