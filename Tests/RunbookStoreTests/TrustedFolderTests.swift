import Foundation
import Glibc
import RunbookEngine
import RunbookModel
import Testing

@testable import RunbookStore

/// A state folder that others can change is refused, whose it is and how it is mended.
@Suite struct TrustedFolderTests {
  private let fixture = StoreFixture()

  init() throws { _ = try fixture.store.make(fixture.run) }

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

  @Test(arguments: ["", "/runs", "/runs/RUN", "/runs/RUN/journal.db", "/runs/RUN/lease-1"])
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
