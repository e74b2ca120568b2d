import Foundation
import RunbookDrill
import RunbookModel
import Synchronization
import Testing

@testable import RunbookEngine

struct EvidenceRecorderTests {
  private static func draft(_ name: String) -> EvidenceDraft {
    EvidenceDraft(what: "standard output", source: "sh", content: .file(name))
  }

  private static func record(
    _ name: String, in folder: String, by recorder: EvidenceRecorder
  ) -> (records: [EvidenceRecord], notices: [String]) {
    recorder.record(
      [draft(name)], of: StoredResult(StepResult(), Redactor(secrets: [])), in: folder,
      numberedFrom: 0, at: .epoch)
  }

  @Test func hashesAWholeFile() throws {
    let folder = NSTemporaryDirectory() + "evidence-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let bytes = [UInt8](repeating: 7, count: 3 << 20)
    try Data(bytes).write(to: URL(fileURLWithPath: "\(folder)/out"))
    let (records, notices) = Self.record("out", in: folder, by: EvidenceRecorder(runFolder: folder))
    let record = try #require(records.first)
    #expect(record.digest == Digest.sha256(of: bytes))
    #expect(record.size == 3 << 20)
    #expect(record.content == .file(path: "out"))
    #expect(!record.isCut)
    #expect(notices.isEmpty)
  }

  /// A file is durable before its hash can be stored; where it is not, the entry says so.
  @Test(arguments: [true, false]) func makesAFileDurable(_ isDurable: Bool) throws {
    let forced = Mutex(0)
    let recorder = EvidenceRecorder(runFolder: "/run") { _ throws(EvidenceFile.Problem) in
      var pieces: [[UInt8]] = [[1, 2], []]
      return EvidenceFile(
        next: { () throws(EvidenceFile.Problem) in pieces.removeFirst() },
        force: { () throws(EvidenceFile.Problem) in
          forced.withLock { $0 += 1 }
          if !isDurable { throw EvidenceFile.Problem(message: "Input/output error") }
        })
    }
    let (records, notices) = Self.record("out", in: "/elsewhere", by: recorder)
    #expect(records.count == 1)
    #expect(forced.withLock { $0 } == 1)
    #expect(
      notices
        == (isDurable
          ? [] : ["evidence file out could not be made durable: Input/output error"]))
  }

  /// What no entry tells of goes: the part of a body whose request was not answered, say.
  @Test func leavesNoFileThatNoEntryTellsOf() throws {
    let folder = NSTemporaryDirectory() + "evidence-\(UUID().uuidString)"
    let evidence = "\(folder)/evidence/a-1"
    try FileManager.default.createDirectory(atPath: evidence, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    for name in ["out", "body"] {
      try Data([1]).write(to: URL(fileURLWithPath: "\(evidence)/\(name)"))
    }
    try Data([1]).write(to: URL(fileURLWithPath: "\(folder)/journal.db"))
    let recorder = EvidenceRecorder(runFolder: folder)
    let (records, notices) = Self.record("out", in: evidence, by: recorder)
    #expect(records.count == 1 && notices.isEmpty)
    #expect(try FileManager.default.contentsOfDirectory(atPath: evidence) == ["out"])
    // An attempt without evidence leaves no folder; nothing but its own is touched.
    _ = recorder.record(
      [], of: StoredResult(StepResult(), Redactor(secrets: [])), in: evidence, numberedFrom: 0,
      at: .epoch)
    #expect(!FileManager.default.fileExists(atPath: evidence))
    _ = recorder.record(
      [], of: StoredResult(StepResult(), Redactor(secrets: [])), in: folder, numberedFrom: 0,
      at: .epoch)
    #expect(FileManager.default.fileExists(atPath: "\(folder)/journal.db"))
  }

  @Test func saysHowFarAFileCouldBeRead() throws {
    let recorder = EvidenceRecorder(runFolder: "/run") { _ throws(EvidenceFile.Problem) in
      var pieces: [[UInt8]] = [[1, 2], [3]]
      return EvidenceFile { () throws(EvidenceFile.Problem) in
        guard !pieces.isEmpty else { throw EvidenceFile.Problem(message: "Input/output error") }
        return pieces.removeFirst()
      }
    }
    let (records, notices) = Self.record("out", in: "/run/elsewhere/a-1", by: recorder)
    let record = try #require(records.first)
    #expect(record.digest == Digest.sha256(of: [1, 2, 3]))
    #expect(record.size == 3)
    #expect(record.content == .file(path: "elsewhere/a-1/out"))
    #expect(record.isCut)
    #expect(notices == ["evidence file out could be read only to byte 3: Input/output error"])
  }

  @Test(arguments: [("nowhere", "No such file or directory", 0), ("usr", "Is a directory", 1)])
  func tellsWhatCannotBeRead(name: String, reason: String, count: Int) {
    let (records, notices) = Self.record(name, in: "/", by: EvidenceRecorder(runFolder: "/run"))
    #expect(records.count == count)
    #expect(notices == ["evidence file \(name) could be read only to byte 0: \(reason)"])
  }

  @Test func numbersWhatIsThereOnly() {
    let drafts = [
      Self.draft("gone"), EvidenceDraft(what: "out", source: "sh", content: .result("stdout")),
    ]
    let result = StepResult(values: ValueMap([("stdout", "x")]))
    let (records, _) = EvidenceRecorder(runFolder: "/run").record(
      drafts, of: StoredResult(result, Redactor(secrets: [])), in: "/nowhere", numberedFrom: 4,
      at: .epoch)
    #expect(records.map(\.id) == ["E5"])
  }

  @Test func theAttemptHasTheNotice() async throws {
    let result = StepResult(evidence: [Self.draft("gone")], notices: ["first"])
    let simulation = Simulation([confirmation()], outcomes: ["detect": [.result(result)]])
    try await simulation.run()
    let finished = simulation.journal.stored.compactMap { entry in
      if case .attemptFinished(let event) = entry.event { event } else { nil }
    }
    #expect(
      finished.first?.notices
        == ["first", "evidence file gone could be read only to byte 0: No such file or directory"])
  }
}
