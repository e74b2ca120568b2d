import RunbookModel

/// Goes through a text once, byte by byte: reports are long.
struct SecretScanner {
  let bytes: UnsafeBufferPointer<UInt8>

  private struct Form {
    let start: [UInt8]
    /// Of the whole token, in bytes.
    let length: ClosedRange<Int>
    let what: String

    init(_ start: String, _ length: ClosedRange<Int>, _ what: String) {
      self.start = Array(start.utf8)
      self.length = length
      self.what = what
    }
  }

  private static let forms = [
    Form("AKIA", 20...20, "an AWS access key"), Form("ASIA", 20...20, "an AWS access key"),
    Form("ghp_", 40...255, "a GitHub token"), Form("gho_", 40...255, "a GitHub token"),
    Form("ghu_", 40...255, "a GitHub token"), Form("ghs_", 40...255, "a GitHub token"),
    Form("ghr_", 40...255, "a GitHub token"), Form("github_pat_", 33...255, "a GitHub token"),
    Form("glpat-", 26...255, "a GitLab token"), Form("xoxb-", 15...255, "a Slack token"),
    Form("xoxp-", 15...255, "a Slack token"), Form("xoxa-", 15...255, "a Slack token"),
    Form("sk_live_", 24...255, "a Stripe key"), Form("rk_live_", 24...255, "a Stripe key"),
    Form("sk-", 24...255, "an API key"), Form("AIza", 39...39, "a Google API key"),
    Form("npm_", 40...40, "an npm token"), Form("pypi-", 40...400, "a PyPI token"),
  ]
  private static let firsts = Set(forms.compactMap(\.start.first) + [UInt8(ascii: "e")])
  private static let words = ["password", "passwd", "secret", "token", "api_key", "apikey"]
    .map { Array($0.utf8) }
  private static let placeholders = ["[redacted", "***", "<", "$", "{"].map { Array($0.utf8) }

  var findings: [SecretScan.Finding] {
    var findings: [SecretScan.Finding] = []
    var line = 1
    var wasToken = false
    for index in bytes.indices {
      let byte = bytes[index]
      if byte == 0x0A { line += 1 }
      let isToken = Self.isTokenPart(byte)
      if let what = secret(at: index, startsToken: isToken && !wasToken) {
        let finding = SecretScan.Finding(line: line, what: what)
        let isKnown = findings.reversed().prefix { $0.line == line }.contains(finding)
        if !isKnown { findings.append(finding) }
      }
      wasToken = isToken
    }
    return findings
  }

  private func secret(at index: Int, startsToken: Bool) -> String? {
    let byte = bytes[index]
    if startsToken, Self.firsts.contains(byte), let what = token(at: index) { return what }
    switch byte {
    case UInt8(ascii: ":"):
      return isPasswordInURL(after: index) ? "a password in a URL" : nil
    case UInt8(ascii: "-"): return isPrivateKey(at: index) ? "a private key" : nil
    case UInt8(ascii: "p"), UInt8(ascii: "P"), UInt8(ascii: "s"), UInt8(ascii: "S"),
      UInt8(ascii: "t"), UInt8(ascii: "T"), UInt8(ascii: "a"), UInt8(ascii: "A"):
      return isAssigned(at: index) ? "a password or token" : nil
    default: return nil
    }
  }

  /// A token that begins here, if its form is known.
  private func token(at index: Int) -> String? {
    let token = run(from: index) { Self.isTokenPart($0) }
    if let form = Self.forms.first(where: { form in
      form.length.contains(token.count) && token.starts(with: form.start)
        && token.dropFirst(form.start.count).contains { Self.isDigit($0) || Self.isUpper($0) }
    }) {
      return form.what
    }
    let parts = token.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    let isJSONWebToken =
      parts.count == 3 && token.count >= 40
      && parts.prefix(2).allSatisfy { $0.starts(with: "eyJ".utf8) }
    return isJSONWebToken ? "a JSON web token" : nil
  }

  private func isPrivateKey(at index: Int) -> Bool {
    guard starts(with: Array("-----BEGIN ".utf8), at: index) else { return false }
    let rest = run(from: index) { $0 != 0x0A && $0 < 0x80 }
    return String(decoding: rest.prefix(80), as: UTF8.self).holds("PRIVATE KEY-----")
  }

  /// `scheme://user:password@host`, at the scheme's colon.
  private func isPasswordInURL(after index: Int) -> Bool {
    guard starts(with: Array("://".utf8), at: index) else { return false }
    let ends = Array(" \t\n/?#\"'<>`".utf8)
    let authority = run(from: index + 3) { !ends.contains($0) }
    guard let at = authority.lastIndex(of: UInt8(ascii: "@")),
      let colon = authority[..<at].firstIndex(of: UInt8(ascii: ":"))
    else { return false }
    let password = authority[(colon + 1)..<at]
    return !password.isEmpty && !Self.isPlaceholder(password)
  }

  /// Such as `PASSWORD=…` and `"api_key": "…"`, where what follows has letters and digits.
  private func isAssigned(at index: Int) -> Bool {
    guard let word = Self.words.first(where: { startsLower(with: $0, at: index) }) else {
      return false
    }
    let quotes = Array("\"' \\".utf8)
    let mark = skip(from: index + word.count) { quotes.contains($0) }
    guard mark < bytes.count,
      bytes[mark] == UInt8(ascii: "=") || bytes[mark] == UInt8(ascii: ":")
    else { return false }
    let others = Array("+/=$!%&*[".utf8)
    let value = run(from: skip(from: mark + 1) { quotes.contains($0) }) {
      Self.isTokenPart($0) || others.contains($0)
    }
    return value.count >= 10 && value.contains(where: Self.isDigit)
      && value.contains { Self.isUpper($0) || Self.isLower($0) } && !Self.isPlaceholder(value)
  }

  private static func isPlaceholder(_ value: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
    placeholders.contains { value.starts(with: $0) }
  }

  private func starts(with word: [UInt8], at index: Int) -> Bool {
    bytes.count - index >= word.count && bytes[index..<(index + word.count)].elementsEqual(word)
  }

  private func startsLower(with word: [UInt8], at index: Int) -> Bool {
    bytes.count - index >= word.count
      && bytes[index..<(index + word.count)].lazy
        .map { Self.isUpper($0) ? $0 + 32 : $0 }.elementsEqual(word)
  }

  private func skip(from index: Int, _ isSkipped: (UInt8) -> Bool) -> Int {
    var end = min(index, bytes.count)
    while end < bytes.count, isSkipped(bytes[end]) { end += 1 }
    return end
  }

  /// At most 1000 bytes: no form is longer.
  private func run(
    from index: Int, _ isPart: (UInt8) -> Bool
  ) -> Slice<UnsafeBufferPointer<UInt8>> {
    var end = min(index, bytes.count)
    let start = end
    while end < bytes.count, end - start < 1000, isPart(bytes[end]) { end += 1 }
    return bytes[start..<end]
  }

  private static func isTokenPart(_ byte: UInt8) -> Bool {
    isDigit(byte) || isUpper(byte) || isLower(byte) || byte == UInt8(ascii: "_")
      || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
  }

  private static func isDigit(_ byte: UInt8) -> Bool { 48...57 ~= byte }
  private static func isUpper(_ byte: UInt8) -> Bool { 65...90 ~= byte }
  private static func isLower(_ byte: UInt8) -> Bool { 97...122 ~= byte }
}
