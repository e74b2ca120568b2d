package import RunbookModel

/// PostgreSQL's text form of arrays: `{1,NULL,"a b"}`, with any number of dimensions. Those with bounds of their
/// own (`[2:3]={7,8}`) are more than a list, and are not read.
///
/// https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO
package enum ArrayText {
  /// - Parameter isFlat: whether to read only those of one dimension.
  /// - Returns: nil when no list is the array that the text is.
  package static func read(_ text: String, isFlat: Bool = false, element: (String) -> Value)
    -> Value?
  {
    var bytes = Substring(text).utf8[...]
    var open: [[Value]] = []
    while let byte = bytes.popFirst() {
      switch byte {
      case UInt8(ascii: "{"):
        guard open.isEmpty || !isFlat else { return nil }
        open.append([])
      case UInt8(ascii: "}"):
        guard let closed = open.popLast() else { return nil }
        guard let last = open.indices.last else { return bytes.isEmpty ? .list(closed) : nil }
        open[last].append(.list(closed))
      case UInt8(ascii: ","): continue
      default:
        guard let last = open.indices.last else { return nil }
        if byte == UInt8(ascii: "\"") {
          guard let item = quoted(&bytes) else { return nil }
          open[last].append(element(item))
        } else {
          let item = bare(byte, &bytes)
          open[last].append(item == "NULL" ? .null : element(item))
        }
      }
    }
    return nil
  }

  private static func quoted(_ bytes: inout Substring.UTF8View) -> String? {
    var item: [UInt8] = []
    while let byte = bytes.popFirst() {
      switch byte {
      case UInt8(ascii: "\""): return String(decoding: item, as: UTF8.self)
      case UInt8(ascii: "\\"):
        guard let escaped = bytes.popFirst() else { return nil }
        item.append(escaped)
      default: item.append(byte)
      }
    }
    return nil
  }

  private static func bare(_ first: UInt8, _ bytes: inout Substring.UTF8View) -> String {
    var item = [first]
    while let byte = bytes.first, byte != UInt8(ascii: ","), byte != UInt8(ascii: "}") {
      item.append(byte)
      bytes.removeFirst()
    }
    return String(decoding: item, as: UTF8.self)
  }

  /// The literal of a list, each element as `text` gives it; nil is NULL.
  package static func literal(_ items: [Value], text: (Value) -> String?) -> String {
    let elements = items.map { item -> String in
      if case .list(let inner) = item { return literal(inner, text: text) }
      guard let text = text(item) else { return "NULL" }
      var quoted = "\""
      for scalar in text.unicodeScalars {
        if scalar == "\"" || scalar == "\\" { quoted.unicodeScalars.append("\\") }
        quoted.unicodeScalars.append(scalar)
      }
      return quoted + "\""
    }
    return "{" + elements.joined(separator: ",") + "}"
  }
}
