import Foundation
import RunbookModel
import Testing

/// The guard that `auth-tables-dropped` puts into an Alembic project's env.py.
@Suite(
  .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/python3")),
  .timeLimit(.minutes(2)))
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
    #expect(message.contains("was not changed"))
    #expect(message.contains("include_object=runbook_guard.include_object"))
  }

  @Test func keepsTheLineEndsThatAreThere() throws {
    let shape = try #require(EnvironmentShape.understood.first { $0.program.contains("\r\n") })
    let text = try GuardTrial(shape.program).file("env.py")
    #expect(text.unicodeScalars.count { $0 == "\n" } == text.unicodeScalars.count { $0 == "\r" })
  }

  /// The manifest says the same as the runbook's constants, which the steps use.
  @Test func ownersAreThoseOfTheRunbook() throws {
    let folder = PackageFolder.path + "/runbooks/auth-tables-dropped/"
    let owners = try String(contentsOfFile: folder + "owners.yaml", encoding: .utf8)
    let runbook = try String(contentsOfFile: folder + "runbook.yaml", encoding: .utf8)
    let listed = { (text: String, from: String, to: String) throws -> [String] in
      let part = try #require(text.components(separatedBy: from).last)
      let end = try #require(part.components(separatedBy: to).first)
      return end.matches(of: /- ([a-z_]+)/).map { String($0.output.1) }
    }
    let protected = try listed(
      try #require(runbook.components(separatedBy: "timeline:\n").first), "protected:\n", "  #")
    #expect(protected.count == 10)
    #expect(try listed(owners, "better-auth:\n", "columns:") == protected)
    #expect(owners.contains("users: [name, image, emailVerified]"))
    #expect(runbook.contains("user_columns: [name, image, emailVerified]"))
  }
}
