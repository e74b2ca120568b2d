import RunbookModel

/// A text without addresses: of hosts, of people, and of what a URL leads to.
package struct AddressText {
  private static let keys = [
    "host=", "hostname=", "hostaddr=", "server=", "user=", "dbname=", "database=", "password=",
    "service=",
  ].map { Array($0.unicodeScalars) }
  /// Last labels of hosts' names: whatever else has points in it, such as a file or a column, has others.
  private static let domains: Set = [
    "com", "net", "org", "io", "dev", "cloud", "internal", "local", "localdomain", "lan", "intern",
    "corp", "home", "svc", "arpa", "example", "test", "invalid", "onion", "eu", "de", "fr", "uk",
  ]

  /// Of an address of the sixth version with one of the fourth in it, a port, and some points.
  private static let longestAddress = 60

  private let scalars: [Unicode.Scalar]
  private let mark: String
  private var position = 0
  private var result = String.UnicodeScalarView()

  /// - Parameter mark: what stands for each of them.
  package static func removed(from text: String, mark: String) -> String {
    guard text.utf8.contains(where: { "@:.=-".utf8.contains($0) }) else { return text }
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
        let end = end(ofURL: position)
        result.append(contentsOf: "://".unicodeScalars)
        leaveOut(upTo: end)
      } else if scalars[position] == "@", isNamed(position + 1) {
        while let last = result.last, !Self.isBreak(last), last != "," { result.removeLast() }
        leaveOut(upTo: end(of: position))
      } else if let key = keyEnd {
        result.append(contentsOf: scalars[position..<key])
        position = key
        leaveOut(upTo: end(of: position))
      } else if let end = numbersEnd ?? addressEnd ?? cardEnd ?? domainEnd {
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

  /// Where the value of a connection's word begins: `host=`, `PGHOST=`, `Server=`.
  private var keyEnd: Int? {
    guard isWordStart else { return nil }
    let start = scalars[position...].starts(with: "PG".unicodeScalars) ? position + 2 : position
    let rest = scalars[start...].prefix(9).map { scalar in
      ("A"..."Z").contains(scalar) ? Unicode.Scalar(UInt8(scalar.value + 32)) : scalar
    }
    return Self.keys.first { rest.starts(with: $0) }.map { start + $0.count }
  }

  /// Signs in which a URL may stand, by what closes them: all but the blank may be a part of one.
  private static let closers: [Unicode.Scalar: Unicode.Scalar] = [
    "'": "'", "(": ")", "<": ">", "`": "`", "[": "]", "{": "}",
  ]

  /// Where a URL ends whose `://` stands there: at what closes the sign before it, or at a blank.
  private func end(ofURL start: Int) -> Int {
    var first = start
    while first > 0, Self.isOfScheme(scalars[first - 1]) { first -= 1 }
    let closer = at(first - 1).flatMap { Self.closers[$0] }
    return scalars[start...].firstIndex { $0.isWhitespace || $0 == "\"" || $0 == closer }
      ?? scalars.count
  }

  private static func isOfScheme(_ scalar: Unicode.Scalar) -> Bool {
    scalar.isASCIILetter || scalar.isASCIIDigit || "+-.:".unicodeScalars.contains(scalar)
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
    guard isCard || isShortened || groups.count == 8 else { return nil }
    return endOfPort(endOfZone(end))
  }

  /// `%eth0`, of an address of the sixth version.
  private func endOfZone(_ start: Int) -> Int {
    guard at(start) == "%", let next = at(start + 1), Self.isWordPart(next) else { return start }
    return scalars[(start + 1)...].firstIndex { !Self.isWordPart($0) && $0 != "-" && $0 != "." }
      ?? scalars.count
  }

  /// `]:5432`, behind an address in brackets.
  private func endOfPort(_ start: Int) -> Int {
    guard at(start) == "]", at(start + 1) == ":", at(start + 2)?.isASCIIDigit == true else {
      return start
    }
    return scalars[(start + 2)...].firstIndex { !$0.isASCIIDigit } ?? scalars.count
  }

  /// Where a network card's address ends that begins here, in the other ways to write one:
  /// `00-1b-44-11-3a-b7`, `001b.4411.3ab7`.
  private var cardEnd: Int? {
    guard isWordStart, scalars[position].isHexDigit else { return nil }
    let token = scalars[position...].prefix(25).prefix {
      $0.isHexDigit || $0 == "-" || $0 == "."
    }
    guard !(at(token.endIndex).map(Self.isWordPart) ?? false) else { return nil }
    let end = token.lastIndex { $0.isHexDigit }.map { $0 + 1 } ?? token.endIndex
    for (sign, count, length) in [("-", 6, 2), ("-", 8, 2), (".", 3, 4)]
      as [(Unicode.Scalar, Int, Int)]
    {
      let groups = token[..<end].split(separator: sign, omittingEmptySubsequences: false)
      if groups.count == count,
        groups.allSatisfy({ $0.count == length && $0.allSatisfy(\.isHexDigit) })
      {
        return end
      }
    }
    return nil
  }

  /// Where a host's name ends that begins here, its port with it: labels with points, of which the last is a
  /// domain's.
  private var domainEnd: Int? {
    guard isWordStart, isNamed(position), at(position - 1) != "-" else { return nil }
    let token = scalars[position...].prefix(254).prefix {
      Self.isWordPart($0) || $0 == "-" || $0 == "."
        || ($0.value >= 0x80 && $0.properties.isAlphabetic)
    }
    let end = token.lastIndex { $0 != "." && $0 != "-" }.map { $0 + 1 } ?? token.endIndex
    let labels = token[..<end].split(separator: ".", omittingEmptySubsequences: false)
    guard labels.count > 1, labels.allSatisfy({ !$0.isEmpty }), let last = labels.last else {
      return nil
    }
    var text = String.UnicodeScalarView()
    text.append(contentsOf: last)
    let name = String(text).lowercased()
    // A column may have such a name as well.
    let isSure =
      name == "com" || name == "net" || labels.count > 2
      || labels.dropLast().joined().contains { $0.isASCIIDigit || $0 == "-" }
    guard isSure, Self.domains.contains(name) else { return nil }
    guard at(end) == ":", at(end + 1)?.isASCIIDigit == true else { return end }
    return scalars[(end + 1)...].firstIndex { !$0.isASCIIDigit } ?? scalars.count
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
