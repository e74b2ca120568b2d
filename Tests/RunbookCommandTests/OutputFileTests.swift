import Foundation
import Glibc
import RunbookEngine
import RunbookModel
import Testing

@testable import runbook

/// What a command writes is its owner's alone, and takes nothing else's place.
@Suite struct OutputFileTests {
  private let folder: String

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "output-\(UUID())").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  private func path(_ name: String) -> String { "\(folder)/\(name)" }

  private func mode(_ path: String) -> mode_t {
    var status = stat()
    return lstat(path, &status) == 0 ? status.st_mode : 0
  }

  private func text(_ path: String) -> String? {
    FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
  }

  private func clean() throws { try FileManager.default.removeItem(atPath: folder) }

  private func refusal(_ file: OutputFile) -> String? {
    do throws(StoreError) {
      try file.write("new")
      return nil
    } catch {
      return error.message
    }
  }

  /// By any name that leads to it.
  @Test func writesNothingOverWhatIsRead() throws {
    try "old".write(toFile: path("in"), atomically: false, encoding: .utf8)
    symlink("in", path("link"))
    link(path("in"), path("hard"))
    symlink(folder, path("self"))
    for name in ["in", "link", "hard", "self/in", "./in"] {
      let told = refusal(OutputFile(path: path(name), inputs: [path("other"), path("in")]))
      #expect(told?.holds("would be lost") == true, "\(name)")
    }
    #expect(text(path("in")) == "old")
    #expect(refusal(OutputFile(path: path("out"), inputs: [path("in")])) == nil)
    #expect(refusal(OutputFile(path: "/dev/null", inputs: ["/dev/null"])) == nil)
    try clean()
  }

  @Test func writesNothingIntoARunsFolder() throws {
    let run = path("run")
    try FileManager.default.createDirectory(
      atPath: run + "/evidence/a", withIntermediateDirectories: true)
    for name in ["journal.db", "lease-1", "witness"] {
      try "old".write(toFile: "\(run)/\(name)", atomically: false, encoding: .utf8)
    }
    symlink("run/journal.db", path("link"))
    for name in [
      "run/journal.db", "run/lease-1", "run/witness", "run/journal.db-wal", "run/new.md",
      "run/evidence/a/b", "link",
    ] {
      let told = refusal(OutputFile(path: path(name)))
      #expect(told?.holds("a run's own folder") == true, "\(name)")
    }
    #expect(text(run + "/journal.db") == "old")
    try FileManager.default.removeItem(atPath: run + "/journal.db")
    #expect(refusal(OutputFile(path: path("run/journal.db"))) != nil)
    #expect(refusal(OutputFile(path: path("run/own"), isOfRun: true)) == nil)
    #expect(refusal(OutputFile(path: path("beside.md"))) == nil)
    try clean()
  }

  /// A folder that is refused is not made either, however deep and by whatever way it is named.
  @Test func makesNoFolderInARunsFolder() throws {
    for name in ["run", "run/evidence"] {
      try FileManager.default.createDirectory(
        atPath: path(name), withIntermediateDirectories: true)
    }
    for name in ["journal.db", "lease-1", "witness"] {
      try "old".write(toFile: path("run/\(name)"), atomically: false, encoding: .utf8)
    }
    symlink("run/evidence", path("link"))
    for name in ["run/new/a.md", "run/evidence/x/y/a.md", "link/x/a.md", "run/./x/a.md"] {
      let error = #expect(throws: StoreError.self) { try OutputFile(path: path(name)).makeFolder() }
      #expect(error?.message.holds("a run's own folder") == true, "\(name)")
    }
    #expect(
      try FileManager.default.subpathsOfDirectory(atPath: path("run")).sorted() == [
        "evidence", "journal.db", "lease-1", "witness",
      ])
    try OutputFile(path: path("new/deep/a.md")).makeFolder()
    #expect(refusal(OutputFile(path: path("new/deep/a.md"))) == nil)
    try clean()
  }

  @Test func replacesAFileAsAWhole() throws {
    try "old".write(toFile: path("a.md"), atomically: false, encoding: .utf8)
    chmod(path("a.md"), 0o644)
    #expect(try OutputFile(path: path("a.md")).write("new"))
    #expect(text(path("a.md")) == "new" && mode(path("a.md")) == S_IFREG | 0o600)
    #expect(try OutputFile(path: path("b.md")).write("new"))
    #expect(mode(path("b.md")) == S_IFREG | 0o600)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == ["a.md", "b.md"])
    try clean()
  }

  @Test func followsALink() throws {
    try FileManager.default.createDirectory(atPath: path("d"), withIntermediateDirectories: true)
    try "old".write(toFile: path("d/target"), atomically: false, encoding: .utf8)
    symlink("d/target", path("link"))
    symlink("d/nothing", path("open"))
    #expect(try OutputFile(path: path("link")).write("new"))
    #expect(try OutputFile(path: path("open")).write("new"))
    #expect(mode(path("link")) & S_IFMT == S_IFLNK && mode(path("open")) & S_IFMT == S_IFLNK)
    #expect(text(path("d/target")) == "new" && text(path("d/nothing")) == "new")
    #expect(mode(path("d/nothing")) == S_IFREG | 0o600)
    try clean()
  }

  @Test func writesIntoAPipeAndADevice() throws {
    mkfifo(path("pipe"), 0o600)
    // Reading and writing, so that nobody waits for anybody.
    let pipe = open(path("pipe"), O_RDWR)
    #expect(try !OutputFile(path: path("pipe")).write("through"))
    var bytes = [UInt8](repeating: 0, count: 7)
    #expect(read(pipe, &bytes, 7) == 7 && bytes == Array("through".utf8))
    close(pipe)
    #expect(mode(path("pipe")) & S_IFMT == S_IFIFO)
    symlink("/dev/null", path("null"))
    #expect(try !OutputFile(path: path("null")).write("away"))
    #expect(try !OutputFile(path: "/dev/null").write("away"))
    #expect(mode("/dev/null") & S_IFMT == S_IFCHR)
    try clean()
  }

  @Test func aPipeThatNobodyReadsIsNotWaitedFor() throws {
    mkfifo(path("pipe"), 0o600)
    let error = #expect(throws: StoreError.self) {
      try OutputFile(path: path("pipe")).write("through")
    }
    #expect(error?.message.holds("nobody reads this pipe") == true)
    #expect(mode(path("pipe")) & S_IFMT == S_IFIFO)
    try clean()
  }

  /// A reader that is slower than the writer is waited for.
  @Test func aPipeTakesMoreThanItHolds() async throws {
    mkfifo(path("pipe"), 0o600)
    let reader = open(path("pipe"), O_RDONLY | O_NONBLOCK)
    _ = fcntl(reader, F_SETFL, 0)
    let (pipe, count) = (path("pipe"), 1 << 20)
    // A thread of its own: one of the tests' few would wait for others that need it.
    async let written = withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread {
        continuation.resume(
          with: Result {
            try OutputFile(path: pipe).write(String(repeating: "x", count: count))
          })
      }
    }
    let total = await withCheckedContinuation { continuation in
      Thread.detachNewThread {
        var (bytes, total) = ([UInt8](repeating: 0, count: 65_536), 0)
        while total < count {
          let got = read(reader, &bytes, bytes.count)
          if got > 0 { total += got } else { sched_yield() }
        }
        continuation.resume(returning: total)
      }
    }
    #expect(try await !written && total == count)
    close(reader)
    try clean()
  }

  /// What its other name shows is not written over: who made that name is not known.
  @Test func anotherNameOfTheFileKeepsWhatItHad() throws {
    try "old".write(toFile: path("a"), atomically: false, encoding: .utf8)
    link(path("a"), path("b"))
    #expect(try OutputFile(path: path("a")).write("new"))
    #expect(text(path("a")) == "new" && text(path("b")) == "old")
    try clean()
  }

  private func replaced(_ name: String, isOwn: Bool = false) -> (notices: [String], told: String?) {
    do throws(StoreError) {
      let file = OutputFile(path: path(name))
      return (try file.replaceOwn("new", droppingWhere: { _ in isOwn }), nil)
    } catch {
      return ([], error.message)
    }
  }

  /// By a name that the program gave, in a folder in which others may put what they like.
  @Test func ofAnOwnFileNothingIsLostAndNoLinkIsFollowed() throws {
    try "old".write(toFile: path("target"), atomically: false, encoding: .utf8)
    symlink("target", path("link.md"))
    #expect(replaced("link.md").notices.count == 1)
    #expect(text(path("target")) == "old" && text(path("link.md")) == "new")
    #expect(mode(path("link.md")) == S_IFREG | 0o600)
    try "mine".write(toFile: path("a.md"), atomically: false, encoding: .utf8)
    #expect(replaced("a.md", isOwn: true).notices.isEmpty && text(path("a.md")) == "new")
    try "yours".write(toFile: path("a.md"), atomically: false, encoding: .utf8)
    let kept = FormerReport.name(of: "a.md", Array("yours".utf8))
    #expect(replaced("a.md").notices.first?.holds(kept) == true)
    #expect(text(path("a.md")) == "new" && text(path(kept)) == "yours")
    // What cannot be kept is not lost.
    try "his".write(toFile: path("a.md"), atomically: false, encoding: .utf8)
    symlink("target", path(FormerReport.name(of: "a.md", Array("his".utf8))))
    #expect(replaced("a.md").told?.holds("is taken") == true && text(path("a.md")) == "his")
    mkfifo(path("pipe.md"), 0o600)
    #expect(replaced("pipe.md").told?.holds("it is no file") == true)
    #expect(text(path("target")) == "old")
    try clean()
  }

  @Test func saysWhyItCannotWrite() throws {
    #expect(throws: StoreError.self) { try OutputFile(path: folder).write("x") }
    #expect(throws: StoreError.self) { try OutputFile(path: path("none/x")).write("x") }
    try clean()
  }

  @Test func addsNothingOverWhatIsThere() throws {
    guard let made = OutputFolder(making: path("e")) else { throw Missing() }
    guard case .added = made.add("E1.txt", Array("one".utf8)) else { throw Missing() }
    guard case .same = made.add("E1.txt", Array("one".utf8)) else { throw Missing() }
    guard case .taken = made.add("E1.txt", Array("two".utf8)) else { throw Missing() }
    symlink("E1.txt", path("e/E2.txt"))
    guard case .taken = made.add("E2.txt", Array("one".utf8)) else { throw Missing() }
    #expect(text(path("e/E1.txt")) == "one" && mode(path("e/E1.txt")) == S_IFREG | 0o600)
    symlink("e", path("linked"))
    if OutputFolder(making: path("linked")) != nil { Issue.record("a link was followed") }
    try clean()
  }

  @Test func readsRegularFilesBelowItAlone() throws {
    for name in ["evidence/s-1", "other"] {
      try FileManager.default.createDirectory(
        atPath: path(name), withIntermediateDirectories: true)
    }
    for name in ["evidence/s-1/out", "other/secret"] {
      try "text".write(toFile: path(name), atomically: false, encoding: .utf8)
    }
    symlink("../../other/secret", path("evidence/s-1/link"))
    symlink("../other", path("evidence/s-2"))
    mkfifo(path("evidence/s-1/pipe"), 0o600)
    guard let run = OutputFolder(at: folder) else { throw Missing() }
    #expect(run.read(["evidence", "s-1", "out"], limit: 4) == Array("text".utf8))
    #expect(run.read(["evidence", "s-1", "out"], limit: 3) == nil)
    for path in [
      ["evidence", "s-1", "link"], ["evidence", "s-2", "secret"], ["evidence", "s-1", "pipe"],
      ["evidence", "..", "other", "secret"], ["evidence", "s-1", ""], ["evidence", "s-1/out"],
      ["evidence", "s-1", "."], ["evidence"], [],
    ] { #expect(run.read(path, limit: 100) == nil, "\(path)") }
    #expect(ReportFile.digest(of: "evidence/s-1/out", inRunFolder: folder) != nil)
    for path in ["other/secret", "/etc/hostname", "evidence/../other/secret", "evidence/s-1/link"] {
      #expect(ReportFile.digest(of: path, inRunFolder: folder) == nil, "\(path)")
    }
    try clean()
  }

  /// What others can write to holds no evidence: they could put something else in its place.
  @Test func aFolderOfOthersIsSaidToBeOne() throws {
    guard let made = OutputFolder(making: path("e")) else { throw Missing() }
    #expect(made.problem("e") == nil)
    chmod(path("e"), 0o777)
    #expect(made.problem("e")?.holds("can be written to by everybody") == true)
    if geteuid() == 0 {
      chmod(path("e"), 0o700)
      chown(path("e"), 65534, 65534)
      #expect(made.problem("e")?.holds("belongs to") == true)
    }
  }

  private struct Missing: Error {}
}
