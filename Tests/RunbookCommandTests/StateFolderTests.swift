import Foundation
import Glibc
import RunbookModel
import Testing

@testable import runbook

/// What commands say of a state folder that is not theirs, and of a run that was damaged or lost.
@Suite(.timeLimit(.minutes(2)))
struct StateFolderTests {
  let workspace: Workspace

  init() async throws {
    workspace = try Workspace()
    try workspace.write(
      """
      runbook: look
      title: Look
      detection:
        - id: look
          effect: readOnly
          shell: "true"
          confirms: exit_code == 0
      recovery:
        - {id: mend, shell: "true"}
      """, to: "runbooks/look.yaml")
    #expect(try await workspace.run(["run", "look"]).status == 75)
  }

  private static let commands = [
    ["status"], ["verify-journal"], ["resume"], ["report"], ["journal"], ["runs"],
    ["abandon", "--reason", "x"], ["note", "2", "text"],
  ]

  @Test(.enabled(if: geteuid() == 0)) func saysWhoseTheFolderIs() async throws {
    chown(workspace.stateFolder, 65534, 65534)
    for command in Self.commands {
      let output = try await workspace.run(command)
      #expect(output.status == 74, "\(command): \(output.all)")
      #expect(output.stderr.holds("belongs to the account 'nobody'"), "\(command)")
      #expect(!output.all.holds("no runs yet"))
    }
    #expect(try await workspace.run(["run", "look"]).status == 74)
  }

  @Test func aDamagedJournalIsAnErrorThatNamesTheFile() async throws {
    let file = try #require(
      try workspace.contents(of: "state").first { $0.path.ends(with: "/journal.db") })
    for end in ["-wal", "-shm"] { unlink(file.path + end) }
    for content in [Data("no database".utf8), Data(repeating: 7, count: 9000), Data()] {
      try content.write(to: URL(filePath: file.path))
      for command in Self.commands where command != ["runs"] {
        let output = try await workspace.run(command)
        #expect(output.status == 74 || command.first == "report", "\(command): \(output.all)")
        #expect(output.status > 0 && output.status < 128, "\(command): \(output.all)")
        #expect(!output.all.holds("run it anew"))
      }
      let list = try await workspace.run(["runs"])
      #expect(list.status == 0 && list.stdout.holds("journal"), "\(list.all)")
    }
  }

  @Test func provesWhichProcessItWouldSignal() {
    let own = KnownProcess.start(of: getpid())
    #expect(own != nil)
    #expect(isProven(getpid(), own))
    #expect(!isProven(getpid(), (own ?? 0) + 1))
    #expect(!isProven(getpid(), nil))
    #expect(!isProven(1, KnownProcess.start(of: 1)))
  }

  private func isProven(_ pid: Int32, _ start: UInt64?) -> Bool {
    switch KnownProcess(pid, startedAt: start) {
    case .some: true
    case .none: false
    }
  }
}
