import RunbookTestSupport

/// Changes an input, a few times in ways that break what reads it.
struct Mutation {
  let corpus: Corpus
  /// An input does not grow beyond it.
  static let largest = 300_000

  func mutated(_ kind: Corpus.Kind, _ generator: inout SeededGenerator) -> [UInt8] {
    let items = corpus.items(kind)
    guard !items.isEmpty else { return [] }
    var bytes = generator.one(of: items)
    // A long one is cut at a line most of the time: what is short is read often.
    if bytes.count > 4000, generator.chance(0.7) {
      let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
      let start = generator.chance(0.6) ? 0 : generator.below(lines.count)
      bytes = Array(lines[start...].prefix(1 + generator.below(120)).joined(separator: [0x0A]))
    }
    for _ in 0...generator.below(4) { change(&bytes, items, &generator) }
    return Array(bytes.prefix(Self.largest))
  }

  /// Of a binary file: bits, bytes and pieces.
  func damaged(_ bytes: [UInt8], _ generator: inout SeededGenerator) -> [UInt8] {
    var bytes = bytes
    for _ in 0...generator.below(6) where !bytes.isEmpty {
      let at = generator.below(bytes.count)
      switch generator.below(6) {
      case 0, 1: bytes[at] ^= 1 << UInt8(generator.below(8))
      case 2: bytes[at] = UInt8(generator.below(256))
      case 3:
        for index in at..<min(bytes.count, at + generator.below(64)) {
          bytes[index] = generator.chance(0.5) ? 0xFF : 0
        }
      case 4:
        let piece = Array(bytes[at...].prefix(generator.below(600)))
        let other = generator.below(bytes.count)
        for (index, byte) in piece.enumerated() where other + index < bytes.count {
          bytes[other + index] = byte
        }
      default: if generator.chance(0.3) { bytes.removeLast(bytes.count - at) }
      }
    }
    return bytes
  }

  private static let openings = [
    "[", "(", "{", "- ", "/*", "((", "'", "\"", "{{#a}}", "!", "-", "CASE WHEN ", "a: ", "? ",
    "&a [", "$$",
  ]
  private static let numbers = [
    "0", "-1", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "1e999", "NaN",
    "0x7f",
    "99999999999999999999999999", "1.7976931348623157e308", "9999-12-31T23:59:59Z", "0000-00-00",
    "{1,1000}",
  ]

  private func change(
    _ bytes: inout [UInt8], _ items: [[UInt8]], _ generator: inout SeededGenerator
  ) {
    let at = generator.below(bytes.count + 1)
    func insert(_ piece: some Collection<UInt8>) { bytes.insert(contentsOf: piece, at: at) }
    switch generator.below(16) {
    case 0:
      for _ in 0...generator.below(4) where !bytes.isEmpty {
        bytes[generator.below(bytes.count)] = UInt8(generator.below(256))
      }
    case 1: bytes.removeLast(bytes.count - at)
    case 2: bytes.removeSubrange(at..<min(bytes.count, at + generator.below(80)))
    case 3:
      let piece = Array(bytes[at...].prefix(1 + generator.below(60)))
      insert([[UInt8]](repeating: piece, count: 1 + generator.below(8)).joined())
    case 4, 5: insert(HostileText.text(&generator, pieces: 1...6).utf8)
    case 6, 7, 8: insert(generator.one(of: corpus.tokens))
    case 9:
      let other = generator.one(of: items)
      let start = generator.below(other.count + 1)
      insert(Array(other[start...].prefix(generator.below(300))))
    case 10: insert(generator.one(of: Self.numbers).utf8)
    case 11:
      let token =
        generator.chance(0.5)
        ? Array(generator.one(of: HostileText.signs).utf8) : generator.one(of: corpus.tokens)
      insert(
        [[UInt8]](repeating: token, count: generator.below(generator.chance(0.1) ? 20_000 : 300))
          .joined())
    case 12:
      let opening = Array(generator.one(of: Self.openings).utf8)
      insert(
        [[UInt8]](repeating: opening, count: generator.below(generator.chance(0.2) ? 30_000 : 200))
          .joined())
    case 13:
      var lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
      lines.swapAt(generator.below(lines.count), generator.below(lines.count))
      bytes = Array(lines.joined(separator: [0x0A]))
    case 14:
      insert(
        [[0], [0xFF, 0xFE], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xEF, 0xBB, 0xBF]].randomElement(
          using: &generator) ?? [])
    default:
      if let found = bytes.indices.filter({ (0x30...0x39).contains(bytes[$0]) }).randomElement(
        using: &generator)
      {
        bytes.replaceSubrange(found...found, with: Array(generator.one(of: Self.numbers).utf8))
      }
    }
  }
}
