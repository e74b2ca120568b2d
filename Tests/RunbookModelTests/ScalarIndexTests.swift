import RunbookModel
import RunbookTestSupport
import Testing

@Suite struct ScalarIndexTests {
  /// Bytes that count how many of them are read.
  private final class Counter {
    var reads = 0
  }

  private struct Counted: BidirectionalCollection, RandomAccessCollection {
    let bytes: [UInt8]
    let counter: Counter

    var startIndex: Int { 0 }
    var endIndex: Int { bytes.count }

    subscript(index: Int) -> UInt8 {
      counter.reads += 1
      return bytes[index]
    }
  }

  /// The same by going over the text from its start.
  private static func plain(_ text: String, _ scalar: Int) -> ScalarIndex.Point {
    var point = ScalarIndex.Point()
    for value in text.unicodeScalars.prefix(max(0, scalar)) {
      point.scalar += 1
      point.column += 1
      if value == "\n" {
        point.line += 1
        point.column = 0
      }
    }
    return point
  }

  @Test func findsWhatGoingOverTheTextFinds() {
    let failure = Property(share: 0.2).firstFailure { generator in
      let text = HostileText.text(&generator, pieces: 0...400)
      let index = ScalarIndex(text.utf8)
      let count = text.unicodeScalars.count
      for _ in 0..<4 {
        let scalar = generator.below(count + 3) - 1
        guard index.point(atScalar: scalar, in: text.utf8) == Self.plain(text, scalar) else {
          return "scalar \(scalar) of \(text.debugDescription)"
        }
        let byte = generator.below(text.utf8.count + 1)
        let position = text.utf8.index(text.utf8.startIndex, offsetBy: byte)
        let expected = text.unicodeScalars.distance(from: text.startIndex, to: position)
        guard index.scalars(beforeByte: byte, in: text.utf8) == expected else {
          return "byte \(byte) of \(text.debugDescription)"
        }
        let start = text.unicodeScalars.index(
          text.unicodeScalars.startIndex, offsetBy: max(0, min(scalar, count)))
        guard
          index.byte(ofScalar: scalar, in: text.utf8)
            == text.utf8.distance(from: text.utf8.startIndex, to: start)
        else { return "scalar \(scalar) of \(text.debugDescription)" }
      }
      return nil
    }
    #expect(failure == nil)
  }

  @Test func looksAtFewBytesWhereverThePlaceIs() {
    let text = String(repeating: "é\n1234567", count: 100_000)
    let counter = Counter()
    let bytes = Counted(bytes: Array(text.utf8), counter: counter)
    let index = ScalarIndex(bytes)
    #expect(counter.reads == bytes.count)
    counter.reads = 0
    for part in 0..<100 {
      _ = index.point(atScalar: part * 9000 + 5, in: bytes)
      _ = index.scalars(beforeByte: part * 10_000 + 7, in: bytes)
      _ = index.byte(ofScalar: part * 9000 + 3, in: bytes)
    }
    #expect(counter.reads <= 300 * 2 * ScalarIndex.stride)
  }

  @Test func aTextKeepsItsPlacesThroughTheJournal() throws {
    let text = SourceText(
      String(repeating: "line\n", count: 200), at: Place(file: "f", line: 3, column: 5),
      layout: .block(firstLine: 3, indent: 4))
    #expect(text.place(atByte: 502) == Place(file: "f", line: 103, column: 7))
    #expect(text.place(atScalar: 5000) == Place(file: "f", line: 203, column: 5))
    #expect(text != SourceText(text.text + "x", at: text.place, layout: text.layout))
  }
}
