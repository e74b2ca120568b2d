public import RunbookModel

/// Takes secrets out of text by their values, before anything is stored or shown (law L7).
public struct Redactor: Sendable {
  /// What stands in a secret's place.
  public static let mark = "[redacted]"

  /// By their first byte; the longest first, so that a secret inside of another leaves no rest.
  private let secrets: [UInt8: [[UInt8]]]
  /// How many values are taken out.
  public let secretCount: Int

  /// - Parameter secrets: values; empty ones are left out. Of a value with several lines each line of
  ///   four or more characters counts as a secret too. Each is taken out in every form of `SecretForms`.
  public init(secrets: [String]) {
    var all = Set<[UInt8]>()
    for secret in secrets where !secret.isEmpty {
      all.insert(Array(secret.utf8))
      let lines = secret.pieces(whereSeparator: \.isNewline)
      if lines.count > 1 {
        all.formUnion(lines.filter { $0.unicodeScalars.count >= 4 }.map { Array($0.utf8) })
      }
    }
    secretCount = all.count
    let forms = all.reduce(into: all) { $0.formUnion(SecretForms.forms(of: $1)) }
    self.secrets = Dictionary(grouping: forms) { $0.first ?? 0 }
      .mapValues { $0.sorted { $0.count > $1.count } }
  }

  /// The text with a mark in place of each secret; the marks themselves are not gone through again.
  public func redact(_ text: String) -> String {
    guard secretCount > 0 else { return text }
    var text = text
    return text.withUTF8 { redacted($0) } ?? text
  }

  /// - Returns: nil when there is no secret in it.
  private func redacted(_ bytes: UnsafeBufferPointer<UInt8>) -> String? {
    var kept: [UInt8]?
    var copied = 0
    var index = 0
    while index < bytes.count {
      guard let length = secretLength(at: index, bytes) else {
        index += 1
        continue
      }
      kept = (kept ?? []) + bytes[copied..<index] + Array(Self.mark.utf8)
      index += length
      copied = index
    }
    return kept.map { String(decoding: $0 + bytes[copied...], as: UTF8.self) }
  }

  private func secretLength(at index: Int, _ bytes: UnsafeBufferPointer<UInt8>) -> Int? {
    secrets[bytes[index]]?.first { bytes[index...].starts(with: $0) }?.count
  }

  /// The event without secrets.
  func redact(_ event: Event) -> Event { secretCount > 0 ? event.mapTexts(redact) : event }

  /// The value with every string in it redacted, those of maps' keys included.
  public func redact(_ value: Value) -> Value {
    guard secretCount > 0 else { return value }
    switch value {
    case .string(let text): return .string(redact(text))
    case .list(let items): return .list(items.map(redact))
    case .map(let map):
      var redacted = ValueMap()
      for (key, value) in map.pairs { redacted[redact(key)] = redact(value) }
      return .map(redacted)
    default: return value
    }
  }

  /// Whether a secret was taken out of the value, or of a value in it.
  static func hasMark(_ value: Value) -> Bool {
    switch value {
    case .string(let text): text.holds(mark)
    case .list(let items): items.contains(where: hasMark)
    case .map(let map): map.pairs.contains { hasMark($0.key) || hasMark($0.value) }
    default: false
    }
  }

  /// Whether a string anywhere in the value holds a secret.
  public func holdsSecret(_ value: Value) -> Bool {
    guard secretCount > 0 else { return false }
    switch value {
    case .string(var text): return text.withUTF8 { redacted($0) } != nil
    case .list(let items): return items.contains(where: holdsSecret)
    case .map(let map): return map.pairs.contains { holdsSecret($0.key) || holdsSecret($0.value) }
    default: return false
    }
  }
}
