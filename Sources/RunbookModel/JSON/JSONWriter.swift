/// Writes values as JSON text.
struct JSONWriter {
  private var bytes: [UInt8] = []
  private let isPretty: Bool

  init(isPretty: Bool = false) { self.isPretty = isPretty }

  var text: String { String(decoding: bytes, as: UTF8.self) }

  mutating func write(_ value: Value, indent: Int = 0) {
    switch value {
    case .null: append("null")
    case .bool(let value): append(value ? "true" : "false")
    case .int(let value): append(String(value))
    case .double(let value) where value.isFinite: append(value.description)
    case .decimal(let value): append(value.text)
    case .list(let items): write(items, indent: indent)
    case .map(let map): write(map, indent: indent)
    default: writeString(value.jsonScalarText)
    }
  }

  private mutating func write(_ items: [Value], indent: Int) {
    guard !items.isEmpty else { return append("[]") }
    append("[")
    for (index, item) in items.enumerated() {
      if index > 0 { append(",") }
      breakLine(indent + 1)
      write(item, indent: indent + 1)
    }
    breakLine(indent)
    append("]")
  }

  private mutating func write(_ map: ValueMap, indent: Int) {
    guard !map.isEmpty else { return append("{}") }
    append("{")
    var isFirst = true
    for (key, value) in map.pairs {
      if !isFirst { append(",") }
      isFirst = false
      breakLine(indent + 1)
      writeString(key.jsonScalarText)
      append(isPretty ? ": " : ":")
      write(value, indent: indent + 1)
    }
    breakLine(indent)
    append("}")
  }

  private mutating func breakLine(_ indent: Int) {
    guard isPretty else { return }
    bytes.append(0x0A)
    for _ in 0..<indent { append("  ") }
  }

  private mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

  private mutating func writeString(_ text: String) {
    bytes.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""): append("\\\"")
      case UInt8(ascii: "\\"): append("\\\\")
      case 0x08: append("\\b")
      case 0x09: append("\\t")
      case 0x0A: append("\\n")
      case 0x0C: append("\\f")
      case 0x0D: append("\\r")
      case 0..<0x20: append("\\u00" + (byte < 16 ? "0" : "") + String(byte, radix: 16))
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }
}

extension Value {
  /// The text of what JSON has no type of its own for.
  fileprivate var jsonScalarText: String {
    switch self {
    case .string(let text): text
    case .double(let value) where value.isNaN: "NaN"
    case .double(let value) where value.isInfinite: value < 0 ? "-Infinity" : "Infinity"
    case .timestamp(let value): value.description
    case .duration(let value): value.secondsText
    case .incomplete(let mark): mark.description
    default: json
    }
  }

}
