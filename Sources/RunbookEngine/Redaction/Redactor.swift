public import RunbookModel

/// Takes secrets out of text by their values, before anything is stored or shown (law L7), and cuts text
/// so that no half of a secret is left.
///
/// A secret counts without the white space, byte order mark and quotes around it, and so do its lines that are no common
/// words; where it holds a URL, a connection's words, or a user's name and a password, the password in it counts by
/// itself. It is found in every form of `SecretForms`.
public struct Redactor: Sendable {
  /// What stands in a secret's place.
  public static let mark = "[redacted]"
  static let markBytes = Array(mark.utf8)
  /// A number is taken for a secret only where it is as long: shorter ones count things.
  private static let shortestNumber = 6

  private let index: SecretIndex
  private let numbers: SecretNumbers
  /// What a program that was given a secret may quote in parts.
  let quotable: [[UInt8]]
  /// How many values are taken out.
  public let secretCount: Int

  /// - Parameter secrets: values; blank ones are left out.
  public init(secrets: [String]) { self = RedactorShelf.redactor(of: secrets) }

  init(making secrets: [String]) {
    var whole = Set<[UInt8]>()
    var all = Set<[UInt8]>()
    var parted = Set<[UInt8]>()
    // Texts of so many credentials that all readings of them were taken at once.
    var dense: [String] = []
    let texts = secrets.map { String($0.trimming { $0.isWhitespace || $0.value == 0 }) }
    for text in texts.sorted(by: { $0.utf8.count > $1.utf8.count }) where !text.isEmpty {
      guard whole.insert(Array(text.utf8)).inserted else { continue }
      var lines = text.pieces { $0.isNewline }.map { Array($0.trimming { $0.isWhitespace }.utf8) }
      if lines.count > 1 {
        lines = lines.filter(SecretForms.isSecretByItself)
        all.formUnion(lines)
      }
      all.formUnion(Credentials.values(inSecret: text).map { Array($0.utf8) })
      guard !dense.contains(where: { $0.holds(text) }) else { continue }
      let read = Credentials.read(text)
      if read.isDense { dense.append(text) }
      let inner = read.values.map { Array($0.utf8) }
      all.formUnion(inner)
      // Of an address or a document that holds a secret the rest is none.
      parted.formUnion(inner.isEmpty ? lines : inner)
    }
    secretCount = whole.count
    index = SecretIndex(
      all.union(whole), parted: parted.sorted { $0.lexicographicallyPrecedes($1) })
    quotable = all.union(whole).sorted { $0.lexicographicallyPrecedes($1) }
    numbers = SecretNumbers(all.union(whole), shortest: Self.shortestNumber)
  }

  /// Whether a number may be a secret, so that numbers are to be gone through.
  public var mayHoldNumbers: Bool { index.mayHoldNumbers }

  /// Takes nothing out.
  public static let none = Redactor(secrets: [])

  private var isIdle: Bool { index.isEmpty }

  /// The text with a mark in place of each secret; the marks themselves are not gone through again.
  ///
  /// - Parameter isWhole: false where its end may be the middle of a secret: nobody knows where who wrote
  ///   it was stopped, or cut it. Then a secret's beginning of at least `SecretForms.shortest` characters
  ///   at its end is taken out too. Fewer tell little, and every text ends in them.
  public func redact(_ text: String, isWhole: Bool = true) -> String {
    guard !isIdle else { return text }
    var text = text
    return text.withUTF8 { redacted($0, isWhole) } ?? text
  }

  /// - Returns: nil when there is no secret in it.
  private func redacted(_ bytes: UnsafeBufferPointer<UInt8>, _ isWhole: Bool) -> String? {
    let spans = spans(bytes, isWhole)
    guard !spans.isEmpty else { return nil }
    var kept: [UInt8] = []
    kept.reserveCapacity(bytes.count)
    var copied = 0
    for span in spans {
      kept += bytes[copied..<span.lowerBound]
      kept += Self.markBytes
      copied = span.upperBound
    }
    kept += bytes[copied...]
    return String(decoding: kept, as: UTF8.self)
  }

  private func spans(_ bytes: UnsafeBufferPointer<UInt8>, _ isWhole: Bool) -> [Range<Int>] {
    var spans = index.search(bytes, isWhole: isWhole).spans
    // A character that was cut in two has become U+FFFD.
    if !isWhole, bytes.suffix(3).elementsEqual([0xEF, 0xBF, 0xBD]) {
      let cut = UnsafeBufferPointer(rebasing: bytes.dropLast(3))
      let before = index.search(cut, isWhole: false).spans
      if let last = before.last, last.upperBound == cut.count {
        spans = before.dropLast() + [last.lowerBound..<bytes.count]
      }
    }
    return spans.filter { !Self.isInMark($0, bytes) }
  }

  /// Whether a place is a part of a mark that is there already: a text may be gone through twice.
  private static func isInMark(_ span: Range<Int>, _ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    guard span.count <= markBytes.count else { return false }
    let first = max(0, span.upperBound - markBytes.count)
    let last = min(span.lowerBound, bytes.count - markBytes.count)
    guard first <= last else { return false }
    return (first...last).contains { start in
      bytes[start..<start + markBytes.count].elementsEqual(markBytes)
    }
  }

  /// Takes secrets out of what comes in pieces.
  ///
  /// - Parameter isForPeople: whether to give out at once what holds less than four characters of what
  ///   may become a secret, so that a line is seen when it comes.
  public func stream(isForPeople: Bool = false) -> RedactingStream {
    RedactingStream(index, isForPeople: isForPeople)
  }

  /// The text's beginning, of so many bytes at most, that splits neither a secret nor a character.
  ///
  /// All text that is cut before the redactor has seen it is cut here or by `tail`.
  public func head(_ text: String, bytes limit: Int) -> String {
    guard text.utf8.count > limit else { return text }
    var text = text
    return text.withUTF8 { bytes in
      var end = max(0, limit)
      if !isIdle, let span = index.search(bytes).spans.first(where: { $0.contains(end) }) {
        end = span.lowerBound
      }
      while end > 0, bytes[end] & 0xC0 == 0x80 { end -= 1 }
      return String(decoding: bytes[..<end], as: UTF8.self)
    }
  }

  /// The text's end, of so many bytes at most, that splits neither a secret nor a character.
  public func tail(_ text: String, bytes limit: Int) -> String {
    guard text.utf8.count > limit else { return text }
    var text = text
    return text.withUTF8 { bytes in
      var start = bytes.count - max(0, limit)
      if !isIdle, let span = index.search(bytes).spans.first(where: { $0.contains(start) }),
        span.lowerBound < start
      {
        start = span.upperBound
      }
      while start < bytes.count, bytes[start] & 0xC0 == 0x80 { start += 1 }
      return String(decoding: bytes[start...], as: UTF8.self)
    }
  }

  /// The text, or its beginning with a sign that it is cut.
  public func excerpt(_ text: String, bytes limit: Int) -> String {
    let head = head(text, bytes: limit)
    return head.utf8.count < text.utf8.count ? head + " …" : text
  }

  /// The text on one line, without secrets, and its beginning where it is longer.
  ///
  /// - Parameter isWhole: as of `redact`.
  public func line(_ text: String, bytes limit: Int, isWhole: Bool = true) -> String {
    let line = redact(text, isWhole: isWhole).pieces { $0.isWhitespace }.joined(separator: " ")
    return excerpt(line, bytes: limit)
  }

  /// As much of the beginning of something longer as can be told: where a secret may begin, it ends.
  public func decided(_ bytes: [UInt8]) -> [UInt8] {
    guard !isIdle else { return bytes }
    let found = bytes.withUnsafeBufferPointer { index.search($0, isEnd: false) }
    return found.settled == bytes.count ? bytes : Array(bytes[..<found.settled])
  }

  /// The event without secrets.
  public func redact(_ event: Event) -> Event {
    isIdle ? event : event.mapTexts({ redact($0) }, values: { redact($0) })
  }

  /// What is told of a failure, which may be a program's or a server's last words.
  public func redact(_ failure: FailureRecord) -> FailureRecord {
    guard !isIdle else { return failure }
    return FailureRecord(
      cause: failure.cause, message: redact(failure.message, isWhole: false),
      detail: failure.detail.map { redact($0, isWhole: false) }, hint: failure.hint,
      code: failure.code, mayRetryHelp: failure.mayRetryHelp)
  }

  public func redact(_ work: WorkItem) -> WorkItem {
    isIdle ? work : work.mapTexts({ redact($0) }, values: { redact($0) })
  }

  /// A step as a gate shows it, without secrets.
  public func redact(_ item: GateItem) -> GateItem {
    isIdle ? item : item.mapTexts({ redact($0) }, values: { redact($0) })
  }

  /// What is asked at a gate, without secrets.
  public func redact(_ gate: GateOpened) -> GateOpened {
    if case .gateOpened(let redacted) = redact(.gateOpened(gate)) { redacted } else { gate }
  }

  /// A person's name may be typed where a password was asked for.
  public func redact(_ actor: Actor) -> Actor {
    Actor(account: actor.account, name: actor.name.map { redact($0) }, via: actor.via)
  }

  /// Whether a server may have cut the text: so many bytes a name has at most, or a statement in
  /// `pg_stat_activity`, less those of a character that would be cut in two.
  /// https://www.postgresql.org/docs/current/runtime-config-statistics.html#GUC-TRACK-ACTIVITY-QUERY-SIZE
  private static func mayBeCut(_ text: String) -> Bool {
    (60...63).contains(text.utf8.count) || (1020...1023).contains(text.utf8.count)
  }

  /// The value with every string in it redacted, those of maps' keys included, and every number that is
  /// a secret as a whole.
  public func redact(_ value: Value) -> Value {
    guard !isIdle else { return value }
    switch value {
    case .string(let text): return .string(redact(text, isWhole: !Self.mayBeCut(text)))
    case .int, .decimal, .double: return isSecretNumber(value) ? .string(Self.mark) : value
    case .list(let items): return .list(items.map(redact))
    case .map(let map):
      var redacted = ValueMap()
      for (key, value) in map.pairs { redacted[redact(key)] = redact(value) }
      return .map(redacted)
    default: return value
    }
  }

  /// By its digits, and by what it is: `77665544.0` is `77665544`. Its sign does not count.
  private func isSecretNumber(_ value: Value) -> Bool {
    guard mayHoldNumbers else { return false }
    let text: String
    var isRounded = false
    switch value {
    case .int(let number): text = String(number.magnitude)
    case .double(let number):
      text = number.magnitude.description
      isRounded = true
    case .decimal(let number):
      let written = number.description
      text = written.begins(with: "-") ? String(written.dropFirstScalars(1)) : written
    default: return false
    }
    guard text.utf8.count >= Self.shortestNumber else { return false }
    return numbers.contains(text, isRounded: isRounded) || redact(text) == Self.mark
  }

  /// Whether a secret was taken out of the value, or of a value in it.
  public static func hasMark(_ value: Value) -> Bool {
    switch value {
    case .string(let text): text.holds(mark)
    case .list(let items): items.contains(where: hasMark)
    case .map(let map): map.pairs.contains { hasMark($0.key) || hasMark($0.value) }
    default: false
    }
  }

  /// Whether the text holds a secret.
  ///
  /// - Parameter isWhole: as of `redact`.
  public func holdsSecret(_ text: String, isWhole: Bool = true) -> Bool {
    guard !isIdle else { return false }
    var text = text
    return text.withUTF8 { bytes in
      !spans(bytes, isWhole).isEmpty
    }
  }

  /// Whether a string or number anywhere in the value holds a secret.
  ///
  /// - Parameter isWhole: as of `redact`, of every string in it.
  public func holdsSecret(_ value: Value, isWhole: Bool = true) -> Bool {
    guard !isIdle else { return false }
    switch value {
    case .string(let text): return holdsSecret(text, isWhole: isWhole && !Self.mayBeCut(text))
    case .int, .decimal, .double: return isSecretNumber(value)
    case .list(let items): return items.contains { holdsSecret($0, isWhole: isWhole) }
    case .map(let map):
      return map.pairs.contains {
        holdsSecret($0.key, isWhole: isWhole) || holdsSecret($0.value, isWhole: isWhole)
      }
    default: return false
    }
  }
}
