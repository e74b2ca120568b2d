import RunbookModel

/// A text without addresses: of hosts, of people, and of what a URL leads to.
package struct AddressText {
  private static let keys = ["host=", "hostaddr=", "user=", "dbname=", "password=", "service="]
    .map { Array($0.unicodeScalars) }

  /// Of an address of the sixth version with one of the fourth in it, a port, and some points.
  private static let longestAddress = 60

  private let scalars: [Unicode.Scalar]
  private let mark: String
  private var position = 0
  private var result = String.UnicodeScalarView()

  /// - Parameter mark: what stands for each of them.
  package static func removed(from text: String, mark: String) -> String {
    guard text.utf8.contains(where: { "@:.=".utf8.contains($0) }) else { return text }
    var remover = AddressText(scalars: Array(text.unicodeScalars), mark: mark)
    remover.scan()
    return String(remover.result)
  }

  private init(scalars: [Unicode.Scalar], mark: String) {
    self.scalars = scalars
    self.mark = mark
  }

  private mutating func scan() {
    while position < scalars.count {
      if isURL {
        result.append(contentsOf: "://".unicodeScalars)
        leaveOut(upTo: end(of: position))
      } else if scalars[position] == "@", isNamed(position + 1) {
        while let last = result.last, !Self.isBreak(last), last != "," { result.removeLast() }
        leaveOut(upTo: end(of: position))
      } else if let key = Self.keys.first(where: { scalars[position...].starts(with: $0) }),
        isWordStart
      {
        result.append(contentsOf: key)
        position += key.count
        leaveOut(upTo: end(of: position))
      } else if let end = numbersEnd ?? addressEnd {
        leaveOut(upTo: end)
      } else {
        result.append(scalars[position])
        position += 1
      }
    }
  }

  private var isURL: Bool {
    scalars[position] == ":" && at(position + 1) == "/" && at(position + 2) == "/"
  }

  private var isWordStart: Bool {
    position == 0 || !Self.isWordPart(scalars[position - 1]) && scalars[position - 1] != "."
  }

  /// Whether a name of any script begins there.
  private func isNamed(_ index: Int) -> Bool {
    at(index).map { $0.properties.isAlphabetic || Self.isWordPart($0) } ?? false
  }

  private func at(_ index: Int) -> Unicode.Scalar? {
    scalars.indices.contains(index) ? scalars[index] : nil
  }

  private mutating func leaveOut(upTo end: Int) {
    if position < end { result.append(contentsOf: mark.unicodeScalars) }
    position = end
  }

  private func end(of start: Int) -> Int {
    scalars[start...].firstIndex(where: Self.isBreak) ?? scalars.count
  }

  private static func isBreak(_ scalar: Unicode.Scalar) -> Bool {
    scalar.isWhitespace || "\"'`<>()".unicodeScalars.contains(scalar)
  }

  private static func isWordPart(_ scalar: Unicode.Scalar) -> Bool {
    scalar.isASCIILetter || scalar.isASCIIDigit || scalar == "_"
  }

  /// Where an address of four numbers ends that begins here, its port with it.
  private var numbersEnd: Int? {
    guard scalars[position].isASCIIDigit, !endsInNumber(position) else { return nil }
    let token = scalars[position...].prefix { $0.isASCIIDigit || $0 == "." }
    let end = token.lastIndex { $0 != "." }.map { $0 + 1 } ?? token.endIndex
    guard Self.isNumbers(token[..<end]) else { return nil }
    guard at(end) == ":", at(end + 1)?.isASCIIDigit == true else { return end }
    return scalars[(end + 1)...].firstIndex { !$0.isASCIIDigit } ?? scalars.count
  }

  /// Whether a number, or one with a point after it, stands before.
  private func endsInNumber(_ position: Int) -> Bool {
    let before = at(position - 1)
    return before?.isASCIIDigit == true
      || before == "." && at(position - 2)?.isASCIIDigit == true
  }

  /// Where an address of groups, or of a network card, ends that begins here.
  private var addressEnd: Int? {
    guard isWordStart else { return nil }
    let token = scalars[position...].prefix(Self.longestAddress + 1).prefix {
      $0.isHexDigit || $0 == ":" || $0 == "."
    }
    guard (3...Self.longestAddress).contains(token.count),
      !(at(token.endIndex).map(Self.isWordPart) ?? false)
    else { return nil }
    let end = token.lastIndex { $0 != "." && $0 != ":" }.map { $0 + 1 } ?? token.endIndex
    let groups = token[..<end].split(separator: ":", omittingEmptySubsequences: false)
    guard groups.count > 2, groups.allSatisfy({ $0.count <= 4 || Self.isNumbers($0) }) else {
      return nil
    }
    let isShortened = groups.dropLast().contains { $0.isEmpty }
    let isCard = groups.count == 6 && groups.allSatisfy { $0.count == 2 }
    return isCard || isShortened || groups.count == 8 ? end : nil
  }

  private static func isNumbers(_ token: ArraySlice<Unicode.Scalar>) -> Bool {
    let parts = token.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4
      && parts.allSatisfy { part in
        (1...6).contains(part.count) && part.allSatisfy(\.isASCIIDigit)
          && part.reduce(0) { $0 * 10 + $1.value - 48 } <= 255
      }
  }
}
