private import RunbookModel

/// The passwords in URLs, and in `user:password@host` without a scheme.
///
/// Who encoded nothing wrote a URL that programs read in different ways, by the first `@` or the last one,
/// to the first `/` or beyond it: each is taken, and so is what stands between two `@`, which who reads to the first one
/// takes for a part of the host's name, and names.
struct CredentialURLs {
  private let bytes: [UInt8]
  private static let longestUserName = 19
  private static let web: Set = ["http", "https", "ws", "wss"]

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// How many URLs are read to their ends whatever stands in them; any other goes over so many more at most.
  private static let (unbounded, mostWithin) = (16, 8)

  /// - Returns: the passwords, and whether one of them may be longer than was read.
  func read() -> (values: [String], isDense: Bool) {
    var found: [String] = []
    var isDense = false
    let places = bytes.indices.dropLast(2).filter {
      bytes[$0] == UInt8(ascii: ":") && bytes[$0 + 1] == UInt8(ascii: "/")
        && bytes[$0 + 2] == UInt8(ascii: "/")
    }
    for (number, colon) in places.enumerated() {
      let start = colon + 3
      let letters = bytes[..<colon].reversed().prefix { Self.isScheme($0) }
      let isWeb = Self.web.contains(
        String(decoding: letters.reversed(), as: UTF8.self).lowercased())
      var rest = bytes[start...].prefix(CredentialPairs.longestValue)
      if number >= Self.unbounded, number + Self.mostWithin < places.count {
        rest = rest.prefix(max(0, places[number + Self.mostWithin] - start))
        isDense = isDense || !rest.contains(where: Self.endsURL)
      }
      if rest.count == CredentialPairs.longestValue {
        isDense = isDense || !rest.contains(where: Self.endsURL)
      }
      let url = rest.prefix { !Self.endsURL($0) }
      found += readings(url, isWeb: isWeb)
      found += token(url, isWeb: isWeb)
      let isAlone = bytes[..<(colon - letters.count)].allSatisfy { $0 <= 0x20 }
      if isAlone {
        let line = rest.prefix { $0 != 0x0A && $0 != 0x0D }
        found += readings(line, isWeb: isWeb)
      }
    }
    return (found + withoutScheme + oracle, isDense)
  }

  /// A user that is a token: where its password is empty or a word that stands for none, and where it looks like
  /// one and has no password.
  private func token(_ url: ArraySlice<UInt8>, isWeb: Bool) -> [String] {
    let authority = url.prefix { $0 != 0x2F && $0 != 0x3F && $0 != 0x23 }
    guard isWeb, let at = authority.lastIndex(of: UInt8(ascii: "@")) else { return [] }
    let parts = String(decoding: authority[..<at], as: UTF8.self)
      .pieces(separatedBy: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard let user = parts.first.map(String.init), !user.isEmpty else { return [] }
    if parts.count > 1 { return Self.noPasswords.contains(String(parts[1])) ? [user] : [] }
    let hasBoth = user.holds { $0.isASCIIDigit } && user.holds { $0.isASCIILetter }
    return hasBoth && user.utf8.count >= 8 ? [user] : []
  }

  private static let noPasswords: Set = ["", "x", "x-oauth-basic", "x-oauth", "oauth", "nopass"]

  /// `jdbc:oracle:thin:scott/tiger@host`, and `scott/tiger@base` where that is all.
  private var oracle: [String] {
    let text = String(decoding: bytes, as: UTF8.self)
    var found: [String] = []
    var rest = Substring(text)
    while let scheme = rest.range(ofFirst: "oracle:") {
      rest = rest[scheme.upperBound...]
      let user = rest.dropping(prefix: "thin:").dropping(prefix: "oci8:").dropping(prefix: "oci:")
      found += Self.oraclePassword(user.prefixOfScalars { !$0.isWhitespace })
    }
    return found
  }

  /// Of `user/password@base`.
  static func oraclePassword(_ text: some StringProtocol) -> [String] {
    guard let pair = Substring(text).halves(at: "/"), !pair.before.isEmpty,
      pair.before.utf8.allSatisfy({
        CredentialPairs.isName($0) || $0 == UInt8(ascii: "$") || $0 == UInt8(ascii: "#")
      })
    else { return [] }
    if pair.after.begins(with: "\""), let quoted = pair.after.dropFirstScalars().halves(at: "\"") {
      return [String(quoted.before)]
    }
    guard let at = pair.after.index(ofLast: "@") else { return [String(pair.after)] }
    return [String(pair.after[..<at])]
  }

  private static func isScheme(_ byte: UInt8) -> Bool {
    switch byte {
    case 48...57, 65...90, 97...122, UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."): true
    default: false
    }
  }

  private static func endsURL(_ byte: UInt8) -> Bool {
    byte <= 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "<")
      || byte == UInt8(ascii: ">")
  }

  private func readings(_ url: ArraySlice<UInt8>, isWeb: Bool) -> [String] {
    let at = UInt8(ascii: "@")
    var ends = Set<Int>()
    let authority = url.prefix { $0 != 0x2F && $0 != 0x3F && $0 != 0x23 }
    if let end = authority.lastIndex(of: at) { ends.insert(end) }
    let isPlain = !ends.isEmpty && Self.isHost(url[((ends.first ?? url.startIndex) + 1)...])
    if let first = url.firstIndex(of: at), !explains(url, first, isWeb) {
      ends.insert(first)
      if !isPlain, let last = url.lastIndex(of: at) { ends.insert(last) }
    }
    var found = ends.sorted().flatMap { userInfo(url[url.startIndex..<$0]) }
    if let first = ends.min(), let last = ends.max(), first < last {
      found.append(String(decoding: url[(first + 1)..<last], as: UTF8.self))
    }
    return found
  }

  /// Whether a host's name, with its port, ends where a path, a query or the URL begins or ends.
  private static func isHost(_ rest: ArraySlice<UInt8>) -> Bool {
    let host = rest.prefix { $0 != 0x2F && $0 != 0x3F && $0 != 0x23 }
    let tail = rest[host.endIndex...]
    // An `@` in a query's value is none of the authority's.
    guard let at = tail.firstIndex(of: UInt8(ascii: "@")) else { return true }
    return !host.isEmpty && isQuery(tail[..<at])
  }

  /// Whether `?name=` stands in it.
  private static func isQuery(_ text: ArraySlice<UInt8>) -> Bool {
    guard let mark = text.firstIndex(of: 0x3F) else { return false }
    let name = text[(mark + 1)...].prefix { CredentialPairs.isName($0) }
    return !name.isEmpty && text[name.endIndex...].first == UInt8(ascii: "=")
  }

  /// Whether an `@` after a port is a path's or a query's.
  private func explains(_ url: ArraySlice<UInt8>, _ at: Int, _ isWeb: Bool) -> Bool {
    let before = url[url.startIndex..<at]
    guard let colon = before.firstIndex(of: UInt8(ascii: ":")) else {
      return before.contains { $0 == 0x2F || $0 == 0x3F || $0 == 0x23 }
    }
    if before[..<colon].contains(0x2F) { return true }
    let port = before[(colon + 1)...].prefix { (48...57).contains($0) }
    guard !port.isEmpty, let next = before[port.endIndex...].first,
      next == 0x2F || next == 0x3F || next == 0x23
    else { return false }
    return isWeb || Self.isQuery(before[port.endIndex...])
  }

  /// The password, and a user's name that is a token by its length.
  private func userInfo(_ text: ArraySlice<UInt8>) -> [String] {
    let user = text.prefix { $0 != UInt8(ascii: ":") }
    var found: [String] = []
    if user.count > Self.longestUserName { found.append(String(decoding: user, as: UTF8.self)) }
    if user.endIndex < text.endIndex {
      found.append(String(decoding: text[(user.endIndex + 1)...], as: UTF8.self))
    }
    return found
  }

  /// `user:password@tcp(host)/base` and `user:password@host:port` as the whole of a text.
  private var withoutScheme: [String] {
    guard !bytes.contains(where: { $0 <= 0x20 }),
      let at = bytes.lastIndex(of: UInt8(ascii: "@")),
      let colon = bytes[..<at].firstIndex(of: UInt8(ascii: ":")), colon > 0,
      !bytes[colon...].starts(with: "://".utf8),
      bytes[..<colon].allSatisfy({ CredentialPairs.isName($0) || $0 == UInt8(ascii: ".") })
    else { return [] }
    let host = bytes[(at + 1)...]
    let name = host.prefix { CredentialPairs.isName($0) || $0 == UInt8(ascii: ".") }
    // `image:tag@sha256:…` names a container's image.
    guard !name.isEmpty, let next = host[name.endIndex...].first,
      !name.elementsEqual("sha256".utf8),
      next == UInt8(ascii: "(") || next == UInt8(ascii: ":") || next == UInt8(ascii: "/")
    else { return [] }
    return userInfo(bytes[..<at])
  }
}
