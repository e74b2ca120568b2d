/// The form in which values are stored: nothing is lost, neither type nor order of keys.
///
/// Null, booleans, ints, strings and lists are JSON's own. The others are objects with one key:
/// `{"$double": "1.5"}`, `{"$decimal": "12345678901234567890"}`, `{"$timestamp": "2025-10-18T22:01:13Z"}`, `{"$duration": "90s"}`, and
/// `{"$map": [key, value, key, value]}`, since encoders do not keep the order of an object's keys.
/// What lies so deep that a decoder may refuse it is `{"$text": "…"}`, this same form as text.
extension Value: Codable {
  /// Foundation's JSON decoder refuses nesting beyond 512; a map takes two levels.
  private static let deepestPath = 200

  public init(from decoder: any Decoder) throws {
    if let stored = decoder as? ValueDecoder {
      guard let value = stored.stored() else {
        throw DecodingError.dataCorrupted(
          .init(codingPath: decoder.codingPath, debugDescription: "not a stored value"))
      }
      self = value
      return
    }
    // A failed attempt only says that the value is of another type.
    if let single = try? decoder.singleValueContainer(), let value = Value(plainIn: single) {
      self = value
    } else if var items = try? decoder.unkeyedContainer() {
      self = .list(try Value.elements(of: &items))
    } else {
      let container = try decoder.container(keyedBy: ValueTag.self)
      self = try Value(taggedIn: container)
    }
  }

  private init?(plainIn container: any SingleValueDecodingContainer) {
    // A failed attempt only says that the value is of another type.
    if let text = try? container.decode(String.self) {
      self = .string(text)
    } else if let number = try? container.decode(Int64.self) {
      self = .int(number)
    } else if let flag = try? container.decode(Bool.self) {
      self = .bool(flag)
    } else if container.decodeNil() {
      self = .null
    } else {
      return nil
    }
  }

  private static func elements(of container: inout any UnkeyedDecodingContainer) throws -> [Value] {
    var items: [Value] = []
    items.reserveCapacity(container.count ?? 0)
    while !container.isAtEnd { items.append(try container.decode(Value.self)) }
    return items
  }

  private init(taggedIn container: KeyedDecodingContainer<ValueTag>) throws {
    guard container.allKeys.count == 1, let tag = container.allKeys.first else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: container.codingPath, debugDescription: "not a stored value"))
    }
    guard let value = tag.value(of: try container.decode(Value.self, forKey: tag)) else {
      throw DecodingError.dataCorruptedError(
        forKey: tag, in: container, debugDescription: "not what \(tag.rawValue) holds")
    }
    self = value
  }

  public func encode(to encoder: any Encoder) throws {
    switch self {
    case .null:
      var container = encoder.singleValueContainer()
      try container.encodeNil()
    case .bool(let value): try value.encode(to: encoder)
    case .int(let value): try value.encode(to: encoder)
    case .string(let value): try value.encode(to: encoder)
    case .list(let items) where encoder.codingPath.count <= Self.deepestPath:
      try items.encode(to: encoder)
    default:
      let isDeep = encoder.codingPath.count > Self.deepestPath
      let (tag, content) =
        isDeep ? (.text, .string(tagged.json)) : ValueTag.pair(of: self) ?? (.text, .null)
      var container = encoder.container(keyedBy: ValueTag.self)
      try container.encode(content, forKey: tag)
    }
  }
}

/// The key of the object in which a value is stored that JSON has no form of its own for.
private enum ValueTag: String, CodingKey {
  case double = "$double"
  case decimal = "$decimal"
  case timestamp = "$timestamp"
  case duration = "$duration"
  case incomplete = "$incomplete"
  case map = "$map"
  case text = "$text"

  /// Enough for twice `Value.maximumJSONDepth`, and what an expression builds around that.
  private static let textDepth = 4096

  /// - Returns: nil for what is stored without a tag.
  static func pair(of value: Value) -> (tag: ValueTag, content: Value)? {
    switch value {
    case .double(let number): (.double, .string(number.description))
    case .decimal(let number): (.decimal, .string(number.text))
    case .timestamp(let timestamp): (.timestamp, .string(timestamp.description))
    case .duration(let duration): (.duration, .string(duration.exactSecondsText))
    case .incomplete(let mark):
      (.incomplete, .list([.int(mark.held), .int(mark.total), .string(mark.noun)]))
    case .map(let map): (.map, .list(map.pairs.flatMap { [$0.key, $0.value] }))
    default: nil
    }
  }

  /// - Returns: nil when the content is not what the tag asks for, to the sign as this program writes it: a value
  ///   has one stored form, so that no other reader finds another one in it.
  func value(of content: Value) -> Value? {
    guard let value = read(content), isSpelling(content, of: value) else { return nil }
    return value
  }

  private func isSpelling(_ content: Value, of value: Value) -> Bool {
    switch (self, content) {
    // Its keys were counted, and what it holds has been read in this way.
    case (.map, _): true
    case (.text, .string(let text)): value.tagged.json.isIdentical(to: text)
    default: Self.pair(of: value)?.content == content
    }
  }

  private func read(_ content: Value) -> Value? {
    switch (self, content) {
    case (.double, .string(let text)): Double(text).map(Value.double)
    case (.decimal, .string(let text)): ExactDecimal(text).map(Value.decimal)
    case (.timestamp, .string(let text)): Timestamp(rfc3339: text).map(Value.timestamp)
    case (.duration, .string(let text)): Duration(exactSecondsText: text).map(Value.duration)
    case (.incomplete, .list(let parts)): Incomplete(parts).map(Value.incomplete)
    case (.map, .list(let items)): ValueMap(alternating: items).map(Value.map)
    case (.text, .string(let text)):
      // Any failure means the same: this is not what was stored.
      (try? Value(json: text, maximumDepth: Self.textDepth))?.untagged
    default: nil
    }
  }
}

extension Value {
  /// The form in which it is stored, at any depth.
  var stored: Value { tagged }
  /// What is stored in this form; nil when it is none.
  var unstored: Value? { untagged }
}

extension Value {
  /// The value with each part that needs one in its tag, as in the stored form.
  fileprivate var tagged: Value {
    if case .list(let items) = self { return .list(items.map(\.tagged)) }
    guard let (tag, content) = ValueTag.pair(of: self) else { return self }
    return .map(ValueMap([(tag.rawValue, content.tagged)]))
  }

  /// What `tagged` was made from; nil when it was not made by it.
  fileprivate var untagged: Value? {
    switch self {
    case .list(let items):
      let parts = items.compactMap(\.untagged)
      return parts.count == items.count ? .list(parts) : nil
    case .map(let map):
      guard map.count == 1, let key = map.keys.first?.stringValue,
        let tag = ValueTag(rawValue: key),
        let content = map[key]?.untagged
      else { return nil }
      return tag.value(of: content)
    default:
      return self
    }
  }
}

extension Incomplete {
  fileprivate init?(_ parts: [Value]) {
    guard parts.count == 3, let held = parts[0].intValue, let total = parts[1].intValue,
      let noun = parts[2].stringValue
    else { return nil }
    self.init(held: held, total: total, noun: noun)
  }
}

extension ValueMap {
  /// - Returns: nil unless each key has its value, and is there once.
  fileprivate init?(alternating items: [Value]) {
    guard items.count.isMultiple(of: 2) else { return nil }
    self.init()
    for index in stride(from: 0, to: items.count, by: 2) { self[items[index]] = items[index + 1] }
    guard count * 2 == items.count else { return nil }
  }
}

extension Duration {
  /// Seconds and, after a point, all 18 digits of attoseconds that are not zeros at the end.
  fileprivate var exactSecondsText: String {
    let parts = components
    guard parts.attoseconds % 1_000_000_000 != 0 else { return secondsText }
    let digits = String(parts.attoseconds.magnitude)
    let sign = parts.seconds < 0 || parts.attoseconds < 0 ? "-" : ""
    let zeros = String(repeating: "0", count: 18 - digits.unicodeScalars.count)
    return "\(sign)\(parts.seconds.magnitude).\(zeros)\(digits)s"
  }

  fileprivate init?(exactSecondsText text: String) {
    guard text.ends(with: "s") else { return nil }
    let isNegative = text.begins(with: "-")
    let parts = text.dropLastScalars().pieces(separatedBy: ".", omittingEmptySubsequences: false)
    guard let first = parts.first, parts.count <= 2, let seconds = Int64(first) else { return nil }
    let digits = parts.count == 2 ? parts[1] : ""
    guard digits.utf8.count <= 18,
      let fraction = Int64(digits + String(repeating: "0", count: 18 - digits.utf8.count))
    else { return nil }
    self.init(
      secondsComponent: seconds, attosecondsComponent: isNegative ? -fraction : fraction)
  }
}
