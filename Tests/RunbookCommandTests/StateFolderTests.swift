import Foundation
import Glibc
import RunbookModel
import RunbookStore
import Testing

@testable import runbook

/// What commands say of a state folder that is not theirs, and of a run that was damaged or lost.
@Suite(.timeLimit(.minutes(15)))
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
      // What acts for the folder's owner meets what is root's in it.
      let actsForOwner = ["status", "runs", "note"].contains(command[0])
      let message =
        actsForOwner
        ? "belongs to the account 'root', cannot be read" : "belongs to the account 'nobody'"
      #expect(output.stderr.holds(message), "\(command): \(output.all)")
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
      #expect(list.status == 0 && list.stdout.holds("damaged"), "\(list.all)")
    }
  }

  private func database() throws -> String {
    try #require(try workspace.contents(of: "state").first { $0.path.ends(with: "/journal.db") })
      .path
  }

  @Test func listsSayDamagedAsEverythingElseDoes() async throws {
    let file = try database()
    let older = try Data(contentsOf: URL(filePath: file))
    #expect(try await workspace.run(["note", "2", "text"]).status == 0)
    for end in ["-wal", "-shm"] { unlink(file + end) }
    try older.write(to: URL(filePath: file))
    let status = try await workspace.run(["status"])
    #expect(status.status == 74 && status.stderr.holds("the journal is damaged"), "\(status.all)")
    for command in [["runs"], ["drill", "history"]] {
      let output = try await workspace.run(command)
      #expect(output.all.holds("the journal is damaged"), "\(command): \(output.all)")
    }
  }

  /// It is the newest run, and stays the one that is meant.
  @Test func aLostJournalIsADamagedRun() async throws {
    let older = try database()
    #expect(try await workspace.run(["run", "look"]).status == 75)
    let file = try #require(
      try workspace.contents(of: "state").map(\.path).first {
        $0.ends(with: "/journal.db") && $0 != older
      })
    let run = ((file as NSString).deletingLastPathComponent as NSString).lastPathComponent
    // Its name is that of a later second, as it would be of one that did not begin right after the other.
    let folder = workspace.stateFolder + "/runs/99991231-235959-zzz"
    try FileManager.default.moveItem(
      atPath: (file as NSString).deletingLastPathComponent, toPath: folder)
    for end in ["", "-wal", "-shm"] { unlink(folder + "/journal.db" + end) }
    for command in Self.commands where command != ["runs"] {
      for name in [[], ["99991231-235959-zzz"]] as [[String]] {
        // A note names its run always.
        let words =
          command[0] == "note"
          ? ["note", "99991231", "text"] : [command[0]] + name + command.dropFirst()
        let output = try await workspace.run(words)
        #expect(output.status == 74, "\(words): \(output.all)")
        #expect(output.stderr.holds(folder + "/journal.db"), "\(words): \(output.all)")
        #expect(output.stderr.holds("the journal is damaged"), "\(words): \(output.all)")
      }
    }
    for command in [["runs"], ["drill", "history"], ["drill", "due"], ["list"]] {
      let output = try await workspace.run(command)
      #expect(output.all.holds("99991231-235959-zzz"), "\(command): \(output.all)")
      #expect(output.all.holds("the journal is damaged"), "\(command): \(output.all)")
    }
    #expect(try await workspace.run(["status", run]).status == 64)
    #expect(try workspace.contents(of: "state").allSatisfy { $0.path != folder + "/journal.db" })
  }

  @Test func saysWhatAFileIsThatIsNoJournal() async throws {
    let database = try await workspace.run(["verify-journal", "--journal", try database()])
    #expect(database.status == 74 && database.stderr.holds("SQLite"), "\(database.all)")
    #expect(!database.stderr.holds("damaged"))
    try workspace.write("# A report\n", to: "report.md")
    let text = try await workspace.run(["report", "--journal", "report.md"])
    #expect(text.status == 74 && text.stderr.holds("no journal as text"), "\(text.all)")
    try workspace.write("", to: "empty")
    for command in ["verify-journal", "report"] {
      let empty = try await workspace.run([command, "--journal", "empty"])
      #expect(empty.status == 74 && empty.stdout.isEmpty, "\(command): \(empty.all)")
    }
  }

  /// One rule for what cannot be read as it should: a changed entry ends with 74 wherever it is met.
  @Test func aChangedEntryIsTheSameEverywhere() async throws {
    let journal = try await workspace.run(["journal"]).stdout
    try workspace.write(journal.replacingAll("Look", with: "Luck"), to: "changed")
    for command in [["verify-journal"], ["report"]] {
      let output = try await workspace.run(command + ["--journal", "changed"])
      #expect(output.status == 74 && output.stderr.holds("entry 1"), "\(output.all)")
    }
  }

  @Test func aRunThatWasKilledBeforeItBeganCanBeAbandoned() async throws {
    let run = RunID(rawValue: "99991231-235959-zzz")
    _ = try database()
    let store = RunStore(folder: workspace.stateFolder)
    let holder = LeaseHolder(host: "here", pid: 1, actor: Actor(account: "a"), takenAt: .epoch)
    try store.create(run, holder: holder).lease.release()
    #expect(try await workspace.run(["runs"]).stdout.holds("cut off before it had begun"))
    let abandoned = try await workspace.run(["abandon", run.rawValue, "--reason", "x"])
    #expect(abandoned.status == 0 && abandoned.stdout.holds("nothing was performed"))
    #expect(!FileManager.default.fileExists(atPath: store.folder(of: run)))
    #expect(try await workspace.run(["status"]).status == 0)
  }

  /// A journal has never no bytes: what it held is lost, and nothing of it is taken for not begun.
  @Test(arguments: [true, false]) func anEmptyJournalIsALostOne(_ hasWitness: Bool) async throws {
    let file = try database()
    if !hasWitness { unlink((file as NSString).deletingLastPathComponent + "/witness") }
    #expect(truncate(file, 0) == 0)
    #expect(try await workspace.run(["runs"]).stdout.holds("the journal is damaged"))
    for command in [
      ["status"], ["resume"], ["report"], ["verify-journal"], ["abandon", "--reason", "x"],
    ] {
      let output = try await workspace.run(command)
      #expect(output.status == 74 && output.stderr.holds("is empty, and"), "\(output.all)")
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

  /// What reads, reads: on a disk that takes nothing, and without a home.
  @Test(.enabled(if: geteuid() == 0), arguments: [true, false])
  func readsWhatCannotBeWritten(_ isCopied: Bool) async throws {
    let workspace = try Workspace()
    try workspace.write(
      "runbook: example\ndetection:\n  - {id: look, shell: \"true\", effect: readOnly, "
        + "confirms: exit_code == 0}\nrecovery:\n  - {id: fix, shell: \"exit 3\"}\n",
      to: "example.yaml")
    let run = try await workspace.run(["run", "example.yaml", "--approve", "recovery"])
    #expect(run.status == 75, "\(run.all)")
    if isCopied {
      for file in try workspace.contents(of: "state/runs") where file.path.ends(with: "-shm") {
        unlink(file.path)
      }
    }
    let commands = [
      "status", "runs", "report", "journal", "verify-journal", "list", "show example.yaml",
      "validate example.yaml", "status --json", "drill history",
    ]
    let script = """
      mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" && cd "$1" || exit 9
      for command in \(commands.map { "'\($0)'" }.joined(separator: " ")); do
        env -i RUNBOOK_STATE="$1/state" PATH=/usr/bin:/bin "$0" $command >/dev/null || exit 1
      done
      "$0" --version >/dev/null
      env -i RUNBOOK_STATE="$1/state" PATH=/usr/bin:/bin "$0" resume --accept-changes >/dev/null
      [ $? = 75 ] || exit 2
      env -i RUNBOOK_STATE="$1/state" PATH=/usr/bin:/bin "$0" note 2 x
      [ $? = 74 ] || exit 3
      """
    let said = await workspace.text([
      "/usr/bin/unshare", "-m", "sh", "-c", "(\(script)) 2>&1; echo $?", RunningProgram.path,
      workspace.folder,
    ])
    #expect(said.ends(with: "\n0\n") || said == "0\n", "\(said)")
  }
}
