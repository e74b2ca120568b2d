import RunbookModel

/// A step's result as it is stored and shown: secrets are taken out first, and then it is cut.
///
/// Nothing else cuts a result, so that no half of a secret is stored, and what is less than there was is
/// known to be.
struct StoredResult {
  let values: ValueMap
  /// By name: what `values` hold less of than there was, because it was cut here or was never held.
  let incomplete: [String: Incomplete]
  /// By name: the size in bytes, before it was cut here.
  private let uncutSizes: [String: Int64]

  init(_ result: StepResult, _ redactor: Redactor) {
    var values = ValueMap()
    var incomplete = result.incomplete
    var sizes: [String: Int64] = [:]
    for (key, value) in result.values.pairs {
      let name = key.stringValue ?? ""
      let limit = result.storedLimits[name] ?? .usual
      let isWhole = !result.openEnded.contains(name)
      let part = Self.part(of: value, limit, isWhole, redactor)
      values[key] = part.value
      guard let cut = part.cut else {
        // With a mark in a secret's place it is another value: a later step must not judge by that.
        if incomplete[name] == nil, redactor.holdsSecret(value, isWhole: isWhole) {
          incomplete[name] = .withoutSecrets
        }
        continue
      }
      let known = result.incomplete[name].flatMap { $0.isPart ? $0 : nil }
      incomplete[name] = Incomplete(
        held: cut.held, total: known?.total ?? cut.total, noun: known?.noun ?? cut.noun ?? name)
      sizes[name] = cut.size
    }
    self.values = values
    self.incomplete = incomplete
    uncutSizes = sizes
  }

  /// What is less than there was of what a piece of evidence shows.
  func cut(of draft: EvidenceDraft) -> (mark: Incomplete, size: Int64)? {
    guard case .result(let name) = draft.content, let mark = incomplete[name], mark.isPart
    else { return nil }
    return (mark, uncutSizes[name] ?? 0)
  }

  private struct Cut {
    let held: Int64
    let total: Int64
    /// Nil where the result's name says what is counted.
    let noun: String?
    /// Bytes, before it was cut.
    let size: Int64
  }

  private static func part(
    of value: Value, _ limit: StoredLimit, _ isWhole: Bool, _ redactor: Redactor
  ) -> (value: Value, cut: Cut?) {
    switch value {
    case .string(let text): return part(of: text, limit, isWhole, redactor)
    case .list(let items): return part(of: items, limit, redactor)
    default:
      // What is not stored need not be gone through.
      let known = value.jsonSize()
      guard known <= limit.bytes else {
        return (.null, Cut(held: 0, total: Int64(known), noun: "bytes", size: Int64(known)))
      }
      let clean = redactor.redact(value)
      let size = clean.jsonSize()
      guard size > limit.bytes else { return (clean, nil) }
      return (.null, Cut(held: 0, total: Int64(size), noun: "bytes", size: Int64(size)))
    }
  }

  private static func part(
    of text: String, _ limit: StoredLimit, _ isWhole: Bool, _ redactor: Redactor
  ) -> (value: Value, cut: Cut?) {
    let clean = redacted(text, beyond: limit.bytes, isWhole, redactor)
    guard clean.utf8.count > limit.bytes else { return (.string(clean), nil) }
    let kept = beginning(of: clean, within: limit.bytes)
    let size = Int64(text.utf8.count)
    return (
      .string(kept), Cut(held: Int64(kept.utf8.count), total: size, noun: "bytes", size: size)
    )
  }

  /// The text without secrets, or more than so many bytes of its beginning: to go through a long text takes longer
  /// than the step may have, and its end is not stored.
  private static func redacted(
    _ text: String, beyond limit: Int, _ isWhole: Bool, _ redactor: Redactor
  ) -> String {
    var room = limit + 65_536
    while room < text.utf8.count {
      // Up to where a secret may begin whose end is not seen.
      let beginning = redactor.decided(Array(text.utf8.prefix(room)))
      let clean = redactor.redact(String(decoding: beginning, as: UTF8.self))
      if clean.utf8.count > limit { return clean }
      room *= 4
    }
    return redactor.redact(text, isWhole: isWhole)
  }

  private static func part(
    of items: [Value], _ limit: StoredLimit, _ redactor: Redactor
  ) -> (value: Value, cut: Cut?) {
    var kept: [Value] = []
    var size = 2
    for item in items {
      guard kept.count < limit.items else { break }
      let clean = redactor.redact(item)
      size += clean.jsonSize(upTo: limit.bytes) + 1
      guard size <= limit.bytes else { break }
      kept.append(clean)
    }
    guard kept.count < items.count else { return (.list(kept), nil) }
    return (
      .list(kept),
      Cut(
        held: Int64(kept.count), total: Int64(items.count), noun: nil,
        size: Int64(Value.list(items).jsonSize()))
    )
  }

  /// The beginning of a text: up to the end of a line where one ends in its second half, and with no
  /// half of a character or of a secret's mark.
  static func beginning(of text: String, within limit: Int) -> String {
    var text = text
    return text.withUTF8 { bytes in
      guard bytes.count > limit else { return String(decoding: bytes, as: UTF8.self) }
      var end = limit
      while end > 0, bytes[end] & 0xC0 == 0x80 { end -= 1 }
      let mark = Array(Redactor.mark.utf8)
      for start in max(0, end - mark.count + 1)..<max(0, end)
      where bytes[start...].starts(with: mark) {
        end = start
        break
      }
      if let line = bytes[..<end].lastIndex(of: UInt8(ascii: "\n")), line >= end / 2 {
        end = line + 1
      }
      return String(decoding: bytes[..<end], as: UTF8.self)
    }
  }
}
