import RunbookModel
import RunbookSyntax
import Testing

/// A small generator with a seed, so that a failure can be repeated.
private struct Dice {
  var state: UInt64

  mutating func roll(_ sides: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int(truncatingIfNeeded: state >> 33) % max(1, sides)
  }
}

@Suite("Damaged runbooks")
struct DamageTests {
  /// Whatever comes in, there is a runbook or an error, and the error can be drawn.
  private func survives(_ text: String) {
    let attempt = Fixture.reader.attempt(text: text, fileName: "r.yaml")
    #expect((attempt.runbook == nil) == attempt.diagnostics.hasErrors)
    let picture = DiagnosticRenderer(sources: attempt.sources).render(attempt.diagnostics)
    #expect(picture.isEmpty == attempt.diagnostics.isEmpty)
  }

  @Test func survivesBeingCutAnywhere() {
    let bytes = Array(Fixture.whole.utf8)
    for end in stride(from: 0, to: bytes.count, by: 3) {
      survives(String(decoding: bytes[..<end], as: UTF8.self))
    }
  }

  @Test(arguments: 1...8)
  func survivesDamage(seed: Int) {
    let pieces = ["{", "}", "[", "]", ":", "- ", "&a ", "*a", "|", ">", "\"", "'", "\t", "\n", "é"]
    var dice = Dice(state: UInt64(seed))
    for _ in 0..<100 {
      var bytes = Array(Fixture.whole.utf8)
      for _ in 0...dice.roll(4) {
        let at = dice.roll(bytes.count)
        switch dice.roll(4) {
        case 0: bytes.remove(at: at)
        case 1: bytes[at] = UInt8(truncatingIfNeeded: dice.roll(256))
        case 2: bytes.insert(contentsOf: pieces[dice.roll(pieces.count)].utf8, at: at)
        default:
          let end = min(bytes.count, at + dice.roll(60))
          bytes.insert(contentsOf: bytes[at..<end], at: dice.roll(bytes.count))
        }
      }
      survives(String(decoding: bytes, as: UTF8.self))
    }
  }
}
