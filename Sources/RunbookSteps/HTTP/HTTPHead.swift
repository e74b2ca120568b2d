import RunbookModel

/// The head of an answer, line by line as libcurl hands it over.
///
/// Its form: <https://www.rfc-editor.org/rfc/rfc9112#section-2.1>.
struct HTTPHead {
  /// By their names in lower case. Repeated ones are joined by `, `, as their order is all that they mean, except
  /// `set-cookie`, whose values may hold commas: it is a list.
  private(set) var headers = ValueMap()
  /// Whether it has come to its end: libcurl takes one that was cut for whole.
  private(set) var isWhole = false
  /// Whether it is that of an answer over HTTP/1, where the end of the connection may be the end of the body.
  private(set) var isOfHTTP1 = false
  /// Whether another head follows this one.
  private var isInterim = true
  private var last: String?

  mutating func take(_ bytes: [UInt8]) {
    if bytes.starts(with: "HTTP/".utf8), isInterim { return begin(bytes) }
    // What comes behind a body is no head: its sender may not be who made the answer.
    guard !isWhole else { return }
    let isBreak: (UInt8) -> Bool = { $0 == 0x0A || $0 == 0x0D }
    guard let first = bytes.first, !bytes.allSatisfy(isBreak) else {
      isWhole = true
      return
    }
    if first == 0x20 || first == 0x09 { return fold(bytes[...]) }
    guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")) else { return }
    let name = String(decoding: bytes[..<colon], as: UTF8.self).lowercased()
    last = name
    add(name, Self.value(of: bytes[(colon + 1)...]))
  }

  /// What came before it was an interim answer's.
  private mutating func begin(_ line: [UInt8]) {
    self = HTTPHead()
    isOfHTTP1 = line.starts(with: "HTTP/1".utf8)
    isInterim = line.drop { $0 != 0x20 }.drop { $0 == 0x20 }.first == UInt8(ascii: "1")
  }

  /// A byte that was replaced would make it another value.
  private static func value(of bytes: ArraySlice<UInt8>) -> Value {
    let start = bytes.firstIndex { $0 > 32 } ?? bytes.endIndex
    let end = bytes.lastIndex { $0 > 32 }.map { $0 + 1 } ?? start
    guard let text = String(validating: bytes[start..<end], as: UTF8.self) else {
      return .incomplete(.unreadable("it is not UTF-8"))
    }
    return .string(text)
  }

  private mutating func add(_ name: String, _ value: Value) {
    guard let earlier = headers[name] else {
      headers[name] = Self.isList(name) ? .list([value]) : value
      return
    }
    if case .list(let items) = earlier {
      headers[name] = .list(items + [value])
    } else {
      headers[name] = Self.joined(earlier, value, by: ", ")
    }
  }

  /// A line that goes on with the one before stands for a blank (RFC 9112, section 5.2).
  private mutating func fold(_ bytes: ArraySlice<UInt8>) {
    guard let last, let earlier = headers[last] else { return }
    let more = Self.value(of: bytes)
    if case .list(let items) = earlier, let item = items.last {
      headers[last] = .list(items.dropLast() + [Self.joined(item, more, by: " ")])
    } else {
      headers[last] = Self.joined(earlier, more, by: " ")
    }
  }

  private static func isList(_ name: String) -> Bool { name == "set-cookie" }

  private static func joined(_ first: Value, _ second: Value, by separator: String) -> Value {
    guard let one = first.stringValue else { return first }
    guard let other = second.stringValue else { return second }
    return .string(other.isEmpty && separator == " " ? one : one + separator + other)
  }
}
