public import RunbookModel

/// Takes secrets out of text by their values, before anything is stored or shown (law L7).
public struct Redactor: Sendable {
  public static let mark = "[redacted]"

  /// Longest first, so that a secret inside of another leaves no rest.
  private let secrets: [String]

  /// - Parameter secrets: values; empty ones are left out. Of a value with several lines each line of
  ///   four or more characters counts as a secret too.
  public init(secrets: [String]) {
    var all = Set<String>()
    for secret in secrets where !secret.isEmpty {
      all.insert(secret)
      let lines = secret.split(whereSeparator: \.isNewline)
      if lines.count > 1 { all.formUnion(lines.filter { $0.count >= 4 }.map(String.init)) }
    }
    self.secrets = all.sorted { ($0.utf8.count, $0) > ($1.utf8.count, $1) }
  }

  public var secretCount: Int { secrets.count }

  public func redact(_ text: String) -> String {
    guard !secrets.isEmpty else { return text }
    var bytes = Array(text.utf8)
    var isChanged = false
    for secret in secrets {
      let needle = Array(secret.utf8)
      while let index = bytes.firstIndex(of: needle) {
        bytes.replaceSubrange(index..<index + needle.count, with: Array(Self.mark.utf8))
        isChanged = true
      }
    }
    return isChanged ? String(decoding: bytes, as: UTF8.self) : text
  }

  public func redact(_ value: Value) -> Value {
    secrets.isEmpty ? value : value.mapStrings(redact)
  }

  public func holdsSecret(_ value: Value) -> Bool {
    guard !secrets.isEmpty else { return false }
    switch value {
    case .string(let text): return redact(text) != text
    case .list(let items): return items.contains(where: holdsSecret)
    case .map(let map): return map.pairs.contains { holdsSecret($0.key) || holdsSecret($0.value) }
    default: return false
    }
  }
}

extension [UInt8] {
  /// Where a run of bytes first stands.
  fileprivate func firstIndex(of needle: [UInt8]) -> Int? {
    guard let first = needle.first, needle.count <= count else { return nil }
    var start = 0
    while let index = self[start...].firstIndex(of: first), index + needle.count <= count {
      if self[index..<index + needle.count].elementsEqual(needle) { return index }
      start = index + 1
    }
    return nil
  }
}
