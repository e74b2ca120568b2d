import Foundation
import Glibc
import RunbookEngine
import RunbookModel
import Testing

@testable import RunbookStore

/// A state folder that others can change is refused, whose it is and how it is mended.
@Suite struct TrustedFolderTests {
  private let fixture = StoreFixture()

  init() throws {
    _ = try fixture.store.make(fixture.run)
    try PrivateFolder.make(runFolder + "/evidence/look-1")
    try PrivateFolder.makeFile(runFolder + "/evidence/look-1/stdout.txt", [1])
  }

  private var runFolder: String { fixture.store.folder(of: fixture.run) }

  private func problem() -> String? {
    do throws(StoreError) {
      _ = try fixture.store.open(fixture.run)
      return nil
    } catch {
      return error.message
    }
  }

  @Test func whatIsOursIsOpened() throws {
    #expect(problem() == nil)
    try fixture.store.check()
    #expect(try fixture.store.resolve(nil) == fixture.run)
  }

  @Test(arguments: [
    "", "/runs", "/runs/RUN", "/runs/RUN/journal.db", "/runs/RUN/lease-1",
    "/runs/RUN/evidence", "/runs/RUN/evidence/look-1", "/runs/RUN/evidence/look-1/stdout.txt",
  ])
  func whatOthersCanWriteToIsRefused(path: String) throws {
    let path = fixture.folder + path.replacingOccurrences(of: "RUN", with: fixture.run.rawValue)
    for mode in [0o777, 0o1777, 0o702] {
      #expect(chmod(path, mode_t(mode)) == 0)
      #expect(
        problem()?.holds("chmod go-w '\(path)'") == true, "\(String(describing: problem()))")
    }
    chmod(path, 0o755)
    #expect(problem() == nil)
  }

  @Test(
    .enabled(if: geteuid() == 0), arguments: ["", "/runs", "/runs/RUN", "/runs/RUN/journal.db"])
  func whatBelongsToAnotherAccountIsRefused(path: String) throws {
    let path = fixture.folder + path.replacingOccurrences(of: "RUN", with: fixture.run.rawValue)
    #expect(chown(path, 65534, 65534) == 0)
    defer { chown(path, 0, 0) }
    #expect(problem()?.holds("belongs to the account 'nobody'") == true)
    guard !path.holds(fixture.run.rawValue) else { return }
    #expect(throws: StoreError.self) { try fixture.store.make(RunID(rawValue: "new")) }
  }

  /// As sshd stops at the home of the account.
  @Test func whatIsAboveTheHomeIsNotLookedAt() throws {
    let outer = fixture.folder + "-outer"
    defer { try? FileManager.default.removeItem(atPath: outer) }
    for folder in ["/home/ada/state", "/home/bob/state"] { try PrivateFolder.make(outer + folder) }
    for folder in ["", "/home"] { #expect(chmod(outer + folder, 0o777) == 0) }
    let home = outer + "/home/ada"
    #expect(try TrustedPath.checkFolder(home + "/state", home: home))
    for (path, home) in [(outer + "/home/bob/state", home), (home + "/state", nil)] {
      #expect(throws: StoreError.self) { try TrustedPath.checkFolder(path, home: home) }
    }
    #expect(chmod(home, 0o777) == 0)
    #expect(throws: StoreError.self) { try TrustedPath.checkFolder(home + "/state", home: home) }
  }

  @Test(
    arguments: [
      ("         0          0 4294967295\n", 65534, true), ("0 1000 1\n", 65534, false),
      ("1000 1000 1\n", 1000, true), ("0 1000 1\n1 100000 65536\n", 65534, true), ("", 7, false),
      (nil, 7, true),
      ("1000 1000 1\n", 0, false),
    ] as [(String?, UInt32, Bool)])
  func tellsAnAccountFromWhatStandsForAllUnknownOnes(map: String?, account: UInt32, isKnown: Bool) {
    #expect(TrustedPath.isKnown(account, in: map) == isKnown)
  }

  @Test func linksAndPipesInARunsFolderAreRefused() throws {
    #expect(symlink("/etc/passwd", runFolder + "/journal.db-journal") == 0)
    #expect(problem()?.holds("neither a file nor a folder") == true)
    unlink(runFolder + "/journal.db-journal")
    #expect(mkfifo(runFolder + "/witness-2", 0o600) == 0)
    #expect(problem()?.holds("neither a file nor a folder") == true)
  }

  @Test(.enabled(if: geteuid() == 0)) func aLinkOfAnotherAccountsIsRefused() throws {
    let link = fixture.folder + "-link"
    #expect(symlink(fixture.folder, link) == 0)
    defer { unlink(link) }
    let linked = RunStore(folder: link)
    _ = try linked.open(fixture.run)
    #expect(lchown(link, 65534, 65534) == 0)
    #expect(throws: StoreError.self) { try linked.open(fixture.run) }
  }

  @Test func aFolderOnTheWayThatOthersCanWriteToIsRefused() throws {
    let outer = fixture.folder + "-outer"
    try FileManager.default.createDirectory(atPath: outer, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(atPath: outer) }
    let store = RunStore(folder: outer + "/inner/../state")
    _ = try? store.make(fixture.run)
    let inner = RunStore(folder: outer + "/state")
    _ = try inner.make(RunID(rawValue: "b"))
    chmod(outer, 0o777)
    #expect(throws: StoreError.self) { try inner.open(RunID(rawValue: "b")) }
    // As in /tmp nobody can put aside what is another's.
    chmod(outer, 0o1777)
    _ = try inner.open(RunID(rawValue: "b"))
    chmod(outer, 0o700)
  }
}
