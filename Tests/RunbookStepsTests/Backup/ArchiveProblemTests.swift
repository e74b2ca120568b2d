import Foundation
import RunbookEngine
import RunbookModel
import Testing

@testable import RunbookPostgres
@testable import RunbookRecovery
@testable import RunbookSteps

/// A file that is no archive which can be read is named as what it is, with what helps.
struct ArchiveProblemTests {
  private static func problem(_ bytes: [UInt8]) throws -> ArchiveProblem {
    let fixture = try AttemptFixture()
    let path = "\(fixture.folder)/backup"
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    return ArchiveProblem(path)
  }

  @Test(
    arguments: [
      ([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0], "is packed by gzip, and no archive as it is"),
      ([0x28, 0xB5, 0x2F, 0xFD, 0, 0, 0, 0, 0, 0], "is packed by zstd, and no archive as it is"),
      (
        Array("--\n-- PostgreSQL database dump\n".utf8),
        "is a plain dump in SQL, which pg_restore does not read"
      ),
      (
        Array("\\restrict abc\nSET x = 1;\n".utf8),
        "is a plain dump in SQL, which pg_restore does not read"
      ),
      (
        Array("PGDMP".utf8) + [1, 14, 0, 4, 8, 1],
        "is an archive, and cannot be read: it is damaged, or cut short"
      ), ([], "is no archive that pg_restore reads"),
      (Array("hello".utf8), "is no archive that pg_restore reads"),
    ] as [([UInt8], String)])
  func namesWhatTheFileIs(bytes: [UInt8], message: String) throws {
    #expect(try Self.problem(bytes).message == message)
  }

  /// The head of an archive of version 1.16, with nothing in it.
  @Test func saysWhichProgramWroteIt() throws {
    func integer(_ number: Int) -> [UInt8] {
      [0] + (0..<4).map { UInt8(number >> (8 * $0) & 0xFF) }
    }
    func text(_ text: String) -> [UInt8] { integer(text.utf8.count) + Array(text.utf8) }
    let head: [UInt8] =
      Array("PGDMP".utf8) + [1, 16, 0, 4, 8, 1, 0]
      + [13, 1, 22, 18, 9, 125, 0].flatMap(integer) + text("main") + text("16.4") + text("17.2")
      + integer(0)
    let problem = try Self.problem(head)
    #expect(
      problem.message
        == "was written by pg_dump 17.2, and no pg_restore that was found reads it")
    #expect(problem.writer?.major == "17")
  }
}
