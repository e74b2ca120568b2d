import RunbookModel

/// A place in a URL at which a value stands.
enum URLPlace {
  case scheme, port
  /// All that is written of a host and its port.
  case authority
  /// A host, or a part of one; within brackets it is an address of IPv6.
  case host(isInBrackets: Bool, isPart: Bool)
  case encoded(isSegment: Bool)
  case words(isBare: Bool)

  /// - Parameters:
  ///   - text: what stands before the value.
  ///   - rest: what the author wrote after it: an `@` in it says that the value stands before the host.
  init(after text: String, before rest: ArraySlice<TemplateReader.Part>) {
    guard let mark = text.range(ofFirst: "://"),
      text[..<mark.lowerBound].utf8.allSatisfy({ Self.isOfScheme($0) || $0 <= 0x20 })
    else {
      self = text.holds("=") ? .words(isBare: Self.isBare(text)) : .scheme
      return
    }
    let authority = text[mark.upperBound...]
    guard !authority.holds(where: Self.endsAuthority) else {
      self = .encoded(isSegment: text.lastScalar == "/")
      return
    }
    var later = ""
    for case .text(let text) in rest { later += text }
    if !authority.holds("@"), later.prefixOfScalars(while: { !Self.endsAuthority($0) }).holds("@") {
      self = .encoded(isSegment: false)
      return
    }
    var isEnd = rest.isEmpty
    if case .text(let next)? = rest.first, let first = next.unicodeScalars.first {
      isEnd = Self.endsAuthority(first) || first == ","
    }
    self.init(in: authority, isEnd: isEnd)
  }

  /// - Parameters:
  ///   - authority: what stands before the value, from the user on.
  ///   - isEnd: whether nothing of this host follows.
  private init(in authority: Substring, isEnd: Bool) {
    let hosts = authority.pieces(separatedBy: "@", omittingEmptySubsequences: false).last ?? ""
    let host = hosts.pieces(separatedBy: ",", omittingEmptySubsequences: false).last ?? ""
    let isInBrackets = host.begins(with: "[") && !host.holds("]")
    if host.isEmpty {
      self = isEnd ? .authority : .host(isInBrackets: false, isPart: false)
    } else if !isInBrackets, host.holds(":"), !host.begins(with: "[") || host.holds("]:") {
      self = .port
    } else {
      self = .host(isInBrackets: isInBrackets, isPart: true)
    }
  }

  private static func endsAuthority(_ scalar: Unicode.Scalar) -> Bool {
    scalar == "/" || scalar == "?" || scalar == "#"
  }

  private static func isOfScheme(_ byte: UInt8) -> Bool {
    isAlphanumeric(byte) || "+-.".utf8.contains(byte)
  }

  private static func isAlphanumeric(_ byte: UInt8) -> Bool {
    (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
  }

  /// Whether a value begins here that no quote stands before.
  private static func isBare(_ text: String) -> Bool {
    var isQuoted = false
    var isEscaped = false
    for byte in text.utf8 {
      if isEscaped {
        isEscaped = false
      } else if byte == UInt8(ascii: "\\") {
        isEscaped = true
      } else if byte == UInt8(ascii: "'") {
        isQuoted.toggle()
      }
    }
    return !isQuoted && text.trimming { $0.isWhitespace }.lastScalar == "="
  }

  /// - Returns: nil where the value cannot stand here.
  func write(_ value: String) -> String? {
    switch self {
    case .scheme: value.utf8.allSatisfy(Self.isOfScheme) ? value : nil
    case .port: value.utf8.allSatisfy { (48...57).contains($0) } ? value : nil
    case .authority:
      value.utf8.allSatisfy { Self.isOfName($0) || ":[],".utf8.contains($0) } ? value : nil
    case .host(let isInBrackets, let isPart):
      Self.isHost(value, isInBrackets: isInBrackets, isPart: isPart) ? value : nil
    case .encoded(let isSegment):
      isSegment && (value == "." || value == "..") ? nil : Self.percentEncoded(value)
    case .words(let isBare):
      // libpq would take the next word for an empty value.
      value.isEmpty && isBare ? "''" : Self.escaped(value)
    }
  }

  private static func isOfName(_ byte: UInt8) -> Bool {
    isAlphanumeric(byte) || byte >= 0x80 || "-._~".utf8.contains(byte)
  }

  private static func isHost(_ value: String, isInBrackets: Bool, isPart: Bool) -> Bool {
    if isInBrackets { return value.utf8.allSatisfy(isOfAddress) }
    if value.utf8.allSatisfy(isOfName) { return true }
    // An address of IPv6 as a whole.
    guard !isPart, value.begins(with: "["), value.ends(with: "]") else { return false }
    return value.utf8.dropFirst().dropLast().allSatisfy(isOfAddress)
  }

  private static func isOfAddress(_ byte: UInt8) -> Bool {
    isAlphanumeric(byte) || byte == UInt8(ascii: ":") || byte == UInt8(ascii: ".")
  }

  private static func percentEncoded(_ value: String) -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    let bytes = value.utf8.flatMap { byte -> [UInt8] in
      isAlphanumeric(byte) || "-._~".utf8.contains(byte)
        ? [byte] : [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-KEYWORD-VALUE
  private static func escaped(_ value: String) -> String {
    let bytes = value.utf8.flatMap { byte -> [UInt8] in
      byte <= 0x20 || byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\\")
        ? [UInt8(ascii: "\\"), byte] : [byte]
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  var refusal: String {
    if case .encoded = self { return "the value leads out of the path that it stands in" }
    let what =
      switch self {
      case .scheme: "scheme"
      case .port: "port"
      case .authority, .host, .encoded, .words: "host"
      }
    return
      "the value stands where a URL has its \(what), and cannot be one: write each part as a value "
      + "of its own, scheme://${{ user }}:${{ password }}@${{ host }}/${{ path }}, or the whole URL as one"
  }
}
