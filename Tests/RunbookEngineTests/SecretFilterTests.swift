import RunbookModel
import RunbookTestSupport
import Testing

@testable import RunbookEngine

/// The filter by which texts are gone through fast, held against a search of every place.
@Suite struct SecretFilterTests {
  private static let pieces = [
    "=", "=\n", "=\r\n", "%", "%25", "\\", "\\u00", "\\x", "&", "&#", "&amp;", "'", "''", "'\\''",
    "\"", "\"\"",
    "$'\\", "+", "-", "_", "/", "\r\n", "\n", " ", "\t", ":", "\u{0}", "\u{1B}[0m", "ö", "0", "0x",
    "4", "a", "A", "``", "`", "^", "%%", "$$", "U+00", "U+", "<U+", "\\4", "++", "--", "//", "N{U+",
    ">", "> ", "|", "\n> ", "\n  ", "\\\n", "\u{AD}", "\u{200B}", " 0x", ",0X",
  ]

  /// A text of pieces of the secrets' own forms and of what can stand among them.
  private static func text(of secrets: [String], _ generator: inout SeededGenerator) -> [UInt8] {
    var bytes: [UInt8] = []
    for _ in 0..<(1 + generator.below(4)) {
      let secret = Array(secrets[generator.below(secrets.count)].utf8)
      var form = secret
      switch generator.below(6) {
      case 0: form = secret.flatMap { Array("%".utf8) + hex($0) }
      case 1: form = secret.flatMap { hex($0) }
      case 2: form = secret.flatMap { Array("\\x".utf8) + hex($0) }
      case 3:
        if let pattern = SecretForms.patterns(of: secret).sorted(by: Self.precedes)
          .dropFirst(generator.below(40)).first
        {
          form = pattern.scalars.flatMap { Unicode.Scalar($0).map { Array(String($0).utf8) } ?? [] }
          // The other alphabet of base64.
          if generator.chance(0.5) {
            form = form.map { $0 == 0x2B ? 0x2D : $0 == 0x2F ? 0x5F : $0 }
          }
        }
      default: break
      }
      let start = generator.below(form.count + 1)
      form = Array(form[start...].prefix(generator.below(form.count + 1)))
      for _ in 0..<generator.below(3) {
        form.insert(
          contentsOf: Array(pieces[generator.below(pieces.count)].utf8),
          at: generator.below(form.count + 1))
      }
      bytes += generator.chance(0.3) ? secret : form
      if generator.chance(0.3) { bytes.append(UInt8(generator.below(256))) }
    }
    return bytes
  }

  /// Sets have no order of their own.
  private static func precedes(_ one: SecretPattern, _ other: SecretPattern) -> Bool {
    one.scalars.lexicographicallyPrecedes(other.scalars)
  }

  private static func hex(_ byte: UInt8) -> [UInt8] {
    let digits = Array("0123456789abcdef".utf8)
    return [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
  }

  @Test func noPlaceWhereASecretBeginsIsPassedOver() {
    // Eight texts are held against each set of secrets.
    let failure = Property(share: 0.3).firstFailure { generator in
      var secrets: [String] = []
      for _ in 0..<(1 + generator.below(4)) {
        var secret = HostileText.text(&generator, pieces: 1...3)
        // Long enough to be wrapped.
        if generator.chance(0.5) { secret += "wordy>|\\-7x" }
        let trimmed = secret.trimming { $0.properties.isWhitespace || $0.value == 0 }
        if !trimmed.isEmpty { secrets.append(String(trimmed)) }
      }
      guard !secrets.isEmpty else { return nil }
      let index = SecretIndex(Set(secrets.map { Array($0.utf8) }))
      for number in 0..<8 {
        let bytes = Self.text(of: secrets, &generator)
        let isEnd = number % 2 == 0
        let (fast, all) = bytes.withUnsafeBufferPointer {
          (
            index.search($0, isEnd: isEnd),
            index.search($0, isEnd: isEnd, isExhaustive: true)
          )
        }
        if fast.spans != all.spans || fast.settled != all.settled
          || fast.showable != all.showable
        {
          return
            "\(secrets) in \(String(decoding: bytes, as: UTF8.self).debugDescription): \(fast) \(all)"
        }
      }
      return nil
    }
    #expect(failure == nil)
  }
}
