/// Bounds what scanning a text may cost, before PostgreSQL's scanner is called.
///
/// At each `/*`, and at each `+` or `-` that ends an operator, that scanner reads the whole run of operator
/// signs again that it stands in: a run of n nested `/*` costs n squared.
/// https://github.com/postgres/postgres/blob/REL_15_STABLE/src/backend/parser/scan.l (`xcstart`, `operator`)
package enum ScanCost {
  /// Bytes that are read again; a tenth of a second.
  private static let greatest = 40_000_000

  private static let isOperator: [Bool] = {
    var table = [Bool](repeating: false, count: 256)
    for byte in "~!@#^&|`?+-*/%<>=".utf8 { table[Int(byte)] = true }
    return table
  }()

  /// - Returns: the byte at which the bound is passed; nil when it is not.
  package static func excess(in bytes: some Collection<UInt8>) -> Int? {
    var cost = 0
    var run = 0
    var repeats = 0
    var last: UInt8 = 0
    for (index, byte) in bytes.enumerated() {
      guard isOperator[Int(byte)] else {
        run = 0
        repeats = 0
        last = byte
        continue
      }
      run += 1
      let isSign = byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-")
      let wasSign = last == UInt8(ascii: "+") || last == UInt8(ascii: "-")
      let opens = byte == UInt8(ascii: "*") && last == UInt8(ascii: "/")
      // From `--` on it is a comment.
      let isRule = byte == UInt8(ascii: "-") && last == byte
      if run > 1, opens || (isSign && wasSign && !isRule) { repeats += 1 }
      cost += repeats
      if cost > greatest { return index }
      last = byte
    }
    return nil
  }
}
