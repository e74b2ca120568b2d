import RunbookEngine
import RunbookModel
import Testing

@testable import RunbookPostgres
@testable import RunbookRecovery
@testable import RunbookSteps

/// A row may be tens of megabytes long, and comes in many pieces.
struct LongRowTests {
  /// What came, with the pieces put together.
  private struct Seen: ArchiveData.Receiver {
    var bytes: [UInt8] = []
    var pieces = 0
    var ends = 0

    mutating func begin(_ copy: CopyStatement) {}
    mutating func receive(_ bytes: ArraySlice<UInt8>) {
      self.bytes += bytes
      pieces += 1
    }
    mutating func end() { ends += 1 }
    mutating func statement(_ text: String) {}
  }

  /// Hands out pieces of a text.
  private final class Pieces {
    private var rest: ArraySlice<UInt8>
    private let size: Int

    init(_ text: [UInt8], of size: Int) {
      rest = text[...]
      self.size = size
    }

    func next() -> [UInt8]? {
      guard !rest.isEmpty else { return nil }
      defer { rest = rest.dropFirst(size) }
      return Array(rest.prefix(size))
    }
  }

  private static func read(_ rows: [UInt8], in size: Int) throws -> Seen {
    let entry = ArchiveEntry(
      id: 1, kind: "TABLE DATA", schema: "public", tag: "t",
      filling: "COPY public.t (a) FROM stdin;\n")
    let head = try ArchiveData.Head(entry)
    let pieces = Pieces(head.bytes + rows + Array("\\.\n".utf8), of: size)
    var seen = Seen()
    try ArchiveData(next: { pieces.next() }, heads: [head]).read(into: &seen)
    return seen
  }

  @Test(arguments: [1, 2, 3, 5, 7, 64, 100_000])
  func findsTheEndWhereverThePiecesBreak(size: Int) throws {
    let rows = Array("a\\.b\n\\\\.\n\n\\\\x00ff\n".utf8)
    let seen = try Self.read(rows, in: size)
    #expect(seen.bytes == rows)
    #expect(seen.ends == 1)
  }

  /// By the square of its length, this row would take minutes.
  @Test(.timeLimit(.minutes(15))) func looksThroughNothingTwice() throws {
    let rows = [UInt8](repeating: UInt8(ascii: "a"), count: 24 << 20) + [UInt8(ascii: "\n")]
    let seen = try Self.read(rows, in: 4096)
    #expect(seen.bytes.count == rows.count)
    #expect(seen.pieces == 1)
    #expect(seen.bytes[...].lineCount == 1)
  }
}
