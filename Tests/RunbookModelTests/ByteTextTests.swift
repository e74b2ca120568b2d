import Foundation
import RunbookModel
import RunbookTestSupport
import Testing

struct ByteTextTests {
  /// What stands beside a sign does not hide it.
  @Test(arguments: HostileText.joiners)
  func findsASignBesideWhatJoinsWithIt(joiner: String) {
    for text in [joiner + "='x", "a='" + joiner, joiner + "='" + joiner] {
      #expect(text.holds("'"))
      #expect(text.replacingAll("'", with: "").utf8.elementsEqual(text.utf8.filter { $0 != 39 }))
      #expect(text.pieces(separatedBy: "=").count == 2 || text.begins(with: "="))
    }
    #expect(("/" + joiner).begins(with: "/"))
    #expect((joiner + "\r\n").ends(with: "\n"))
  }

  /// Held against Foundation's search in the bytes.
  @Test func agreesWithASearchInBytes() {
    let failure = Property().firstFailure { generator in
      let text = HostileText.text(&generator)
      let piece = HostileText.text(&generator, pieces: 1...1)
      guard !piece.isEmpty else { return nil }
      let bytes = Data(text.utf8)
      let found = bytes.range(of: Data(piece.utf8))
      let index = text.range(ofFirst: piece)
      guard
        index.map({ text.utf8.distance(from: text.startIndex, to: $0.lowerBound) })
          == found.map({ $0.lowerBound - bytes.startIndex })
      else { return "first \(piece.debugDescription) in \(text.debugDescription)" }
      let last = bytes.range(of: Data(piece.utf8), options: .backwards)
      guard
        text.index(ofLast: piece).map({ text.utf8.distance(from: text.startIndex, to: $0) })
          == last.map({ $0.lowerBound - bytes.startIndex })
      else { return "last \(piece.debugDescription) in \(text.debugDescription)" }
      let pieces = text.pieces(separatedBy: piece, omittingEmptySubsequences: false)
      guard pieces.joined(separator: piece).isIdentical(to: text),
        text.replacingAll(piece, with: piece).isIdentical(to: text),
        !pieces.contains(where: { $0.holds(piece) })
      else { return "pieces by \(piece.debugDescription) of \(text.debugDescription)" }
      guard text.begins(with: piece) == bytes.starts(with: Data(piece.utf8)),
        (piece + text).dropping(prefix: piece).isIdentical(to: text),
        (text + piece).dropping(suffix: piece).isIdentical(to: text)
      else { return "ends \(piece.debugDescription) of \(text.debugDescription)" }
      return nil
    }
    #expect(failure == nil)
  }
}
