import Foundation
import Glibc
import RunbookModel
import RunbookTestSupport
import Testing

/// Two people decide on a run of one account, with the built program.
@Suite(.enabled(if: geteuid() == 0 && getpwnam("nobody") != nil), .timeLimit(.minutes(15)))
struct OtherAccountTests {
  private let workspace: Workspace

  init() throws {
    workspace = try Workspace()
    try workspace.write(
      """
      runbook: example
      detection:
        - {id: look, shell: "true", effect: readOnly, confirms: "true"}
      recovery:
        - {id: fix, shell: "true", effect: mutating, gate: {approvals: 2}}
      verification:
        - {id: check, shell: "true", effect: readOnly}
      """, to: "example.yaml")
    for folder in ["state", "reports"] {
      let path = workspace.path(folder)
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
      let owner = try #require(getpwnam("nobody")).pointee
      try #require(chown(path, owner.pw_uid, owner.pw_gid) == 0)
    }
  }

  /// The program as the account that the state folder belongs to.
  private func own(_ arguments: String..., sudo: String? = nil) async throws -> Workspace.Output {
    let program = ["setpriv", "--reuid", "nobody", "--regid", "nogroup", "--clear-groups"]
    return try await run(program, arguments, sudo)
  }

  private func asRoot(_ arguments: String..., sudo: String?) async throws -> Workspace.Output {
    try await run([], arguments, sudo)
  }

  private func run(
    _ prefix: [String], _ arguments: [String], _ sudo: String?
  ) async throws -> Workspace.Output {
    let program = try RunningProgram(
      arguments, in: workspace,
      environment: workspace.environment(sudo.map { ["SUDO_UID": $0] } ?? [:]), through: prefix)
    return try await program.output()
  }

  private func uid(_ name: String) throws -> String {
    String(try #require(getpwnam(name)).pointee.pw_uid)
  }

  /// Nothing of root's, whoever acted.
  private func expectNothingOfRoots() throws {
    let root = workspace.path("state")
    for name in FileManager.default.subpaths(atPath: root) ?? [] {
      var status = stat()
      #expect(lstat("\(root)/\(name)", &status) == 0 && status.st_uid != 0, "\(name)")
    }
  }

  @Test func theSecondApprovalComesFromAnotherPersonAndNotFromTheSame() async throws {
    let held = try await own("run", "example.yaml", "--approve", "recovery")
    #expect(held.status == 75, "\(held.all)")
    let id = try #require(
      try await own("runs", "--json").objects().first?["run"]?.stringValue)
    #expect(held.stdout.holds("sudo runbook approve \(id) fix --state \(workspace.stateFolder)"))
    #expect(try await own("approve", id, "fix", "--yes").status == 0)
    // Neither saying so nor sudo makes two of one.
    for output in [
      try await own("approve", id, "fix", "--yes", sudo: try uid("daemon")),
      try await asRoot("approve", id, "fix", "--yes", sudo: try uid("nobody")),
    ] {
      #expect(output.status == 64, "\(output.all)")
      #expect(output.stderr.holds("has approved it already"), "\(output.all)")
    }
    try expectNothingOfRoots()
    let noted = try await asRoot("note", id, "looked at it too", sudo: try uid("daemon"))
    #expect(noted.status == 0, "\(noted.all)")
    let second = try await asRoot("approve", id, "fix", "--yes", sudo: try uid("daemon"))
    #expect(second.status == 0, "\(second.all)")
    #expect(second.stdout.holds("by daemon (by sudo as root)"))
    try expectNothingOfRoots()
    let resumed = try await own("resume", id)
    #expect(resumed.status == 0, "\(resumed.all)")
    #expect(try workspace.report().holds("daemon (by sudo as root)"))
  }

  /// What one of two has approved is shown as it is now before the other is asked.
  @Test func whatOneOfTwoApprovedIsAskedAnewWhereItChanged() async throws {
    let shell = "sh ./fix.sh"
    try workspace.write("true\n", to: "fix.sh")
    let yaml = try String(contentsOfFile: workspace.path("example.yaml"), encoding: .utf8)
    try workspace.write(
      yaml.replacingAll("{id: fix, shell: \"true\"", with: "{id: fix, shell: \(shell)"),
      to: "example.yaml")
    #expect(try await own("run", "example.yaml", "--approve", "recovery").status == 75)
    let id = try #require(
      try await own("runs", "--json").objects().first?["run"]?.stringValue)
    #expect(try await own("approve", id, "fix", "--yes").status == 0)
    try workspace.write("exit 0\n", to: "fix.sh")
    let stale = try await asRoot("approve", id, "fix", "--yes", sudo: try uid("daemon"))
    #expect(stale.status == 64 && stale.stderr.holds("runbook resume \(id)"), "\(stale.all)")
    let resumed = try await own("resume", id)
    #expect(resumed.status == 75, "\(resumed.all)")
    #expect(resumed.stdout.holds("fix: file ./fix.sh is another"), "\(resumed.all)")
    #expect(resumed.stdout.holds("the approval of nobody does not count any more"))
    let status = try await own("status", id).stdout
    #expect(status.holds("approved before that by nobody"), "\(status)")
    #expect(try await own("approve", id, "fix", "--yes").status == 0)
    let second = try await asRoot("approve", id, "fix", "--yes", sudo: try uid("daemon"))
    #expect(second.status == 0, "\(second.all)")
    #expect(try await own("resume", id).status == 0)
  }

  /// A name that is typed is shown with the account, and passes for nobody's.
  @Test func aTypedNameStandsBesideItsAccount() async throws {
    #expect(try await own("run", "example.yaml", "--approve", "recovery").status == 75)
    let id = try #require(
      try await own("runs", "--json").objects().first?["run"]?.stringValue)
    for name in ["daemon (by sudo as root)", "daemon, root", "daemon\u{200B}"] {
      let forged = try await own("approve", id, "fix", "--yes", "--as", name)
      #expect(forged.status == 64, "\(forged.all)")
      #expect(forged.stderr.holds("--as wants a person's name"), "\(forged.all)")
    }
    let typed = try await own("approve", id, "fix", "--yes", "--as", "daemon")
    #expect(typed.status == 0 && typed.stdout.holds("by daemon (account nobody)"))
    let status = try await own("status", id).stdout
    #expect(status.holds("approved by daemon (account nobody)"), "\(status)")
    #expect(try await own("report", id).stdout.holds("daemon (account nobody)"))
  }

  /// What somebody refused is not performed by another one's flag, and who refused takes it back alone.
  @Test(arguments: ["recovery", "fix"])
  func anotherOnesRefusalStands(_ gate: String) async throws {
    #expect(try await own("run", "example.yaml", "--approve", "recovery").status == 75)
    let id = try #require(
      try await own("runs", "--json").objects().first?["run"]?.stringValue)
    if gate == "recovery" {
      #expect(
        try await own("approve", id, gate, "--withdraw", "--reason", "not yet").status == 0)
      #expect(try await own("resume", id).status == 75)
    }
    let refused = try await asRoot(
      "approve", id, gate, "--refuse", "--reason", "not before the backup", "--yes",
      sudo: try uid("daemon"))
    #expect(refused.status == 0, "\(refused.all)")
    #expect(
      refused.stdout.holds("the account daemon: sudo runbook approve \(id) \(gate) --withdraw"))
    for command in [["resume", id], ["resume", id, "--approve", gate]] {
      let output = try await run(
        ["setpriv", "--reuid", "nobody", "--regid", "nogroup", "--clear-groups"], command, nil)
      #expect(output.status == 77, "\(output.all)")
      #expect(output.all.holds("was refused by daemon"), "\(output.all)")
    }
    let status = try await own("status", id)
    #expect(status.stdout.holds("Refused by daemon"), "\(status.all)")
    #expect(!status.stdout.holds("waits for a decision"), "\(status.all)")
    let own = try await own("approve", id, gate, "--withdraw", "--reason", "mine")
    #expect(own.status == 64, "\(own.all)")
    let back = try await asRoot(
      "approve", id, gate, "--withdraw", "--reason", "the backup is there", sudo: try uid("daemon"))
    #expect(back.status == 0 && back.stdout.holds("refusal of the gate"), "\(back.all)")
    let resumed = try await self.own("resume", id)
    #expect(resumed.status == 75, "\(resumed.all)")
  }

  @Test func anApprovalIsTakenBackByWhoGaveItAlone() async throws {
    #expect(try await own("run", "example.yaml").status == 75)
    let id = try #require(
      try await own("runs", "--json").objects().first?["run"]?.stringValue)
    #expect(try await own("approve", id, "recovery", "--yes").status == 0)
    let other = try await asRoot(
      "approve", id, "recovery", "--withdraw", "--reason", "wrong cluster", sudo: try uid("daemon"))
    #expect(other.status == 64 && other.stderr.holds("has not approved"), "\(other.all)")
    let unsaid = try await own("approve", id, "recovery", "--withdraw")
    #expect(unsaid.status == 64)
    let withdrawn = try await own(
      "approve", id, "recovery", "--withdraw", "--reason", "wrong cluster")
    #expect(withdrawn.status == 0, "\(withdrawn.all)")
    let resumed = try await own("resume", id)
    #expect(resumed.status == 75, "\(resumed.all)")
    #expect(try workspace.report().holds("withdrawn by nobody: wrong cluster"))
  }
}
