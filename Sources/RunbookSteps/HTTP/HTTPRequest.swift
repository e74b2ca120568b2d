import RunbookModel

/// One request, with its values put in.
struct HTTPRequest: Sendable, Hashable {
  struct Header: Sendable, Hashable {
    let name: String
    let value: String
  }

  var method: String
  var url: String
  var headers: [Header]
  var body: String?
  var certificateAuthority: String?
  var clientCertificate: String?
  var clientKey: String?
  var socket: String?

  func hasHeader(_ name: String) -> Bool { headers.contains { $0.name.lowercased() == name } }

  /// Scheme, host and port, as far as two requests go to the same place.
  struct Target: Sendable, Hashable {
    let scheme: String
    /// In lower case, with the port.
    let authority: String
  }

  /// Nil for a URL that is not HTTP's.
  var target: Target? {
    guard let colon = url.range(of: "://") else { return nil }
    let scheme = url[..<colon.lowerBound].lowercased()
    guard scheme == "http" || scheme == "https" else { return nil }
    let end = url[colon.upperBound...].unicodeScalars.firstIndex { "/?#".holds($0) } ?? url.endIndex
    let authority = url[colon.upperBound..<end]
    guard let host = authority.pieces(separatedBy: "@").last?.lowercased(), !host.isEmpty else {
      return nil
    }
    let hasPort = host.lastScalar != "]" && host.pieces(separatedBy: "]").last?.holds(":") == true
    return Target(
      scheme: scheme, authority: hasPort ? host : host + (scheme == "https" ? ":443" : ":80"))
  }

  /// The request that a redirect asks for; nil when there is nothing to follow.
  ///
  /// 303 always, and 301 and 302 after a POST, become a GET: RFC 9110, section 15.4. To another place no
  /// credentials go: neither those headers nor the client's certificate, and a socket is left.
  func redirected(by status: Int, to location: String) -> HTTPRequest? {
    guard [301, 302, 303, 307, 308].contains(status), !location.isEmpty else { return nil }
    var next = self
    next.url = resolved(location)
    if (status == 303 && method != "HEAD") || ((status == 301 || status == 302) && method == "POST")
    {
      next.method = "GET"
      next.body = nil
      next.headers.removeAll { $0.name.lowercased().begins(with: "content-") }
    }
    guard let here = target, let there = next.target else { return nil }
    if here != there {
      next.headers.removeAll { Self.credentials.contains($0.name.lowercased()) }
      next.clientCertificate = nil
      next.clientKey = nil
      next.socket = nil
    }
    return next
  }

  private static let credentials: Set = [
    "authorization", "cookie", "proxy-authorization", "x-api-key", "x-auth-token", "host",
  ]

  /// A location relative to this URL: RFC 3986, section 5.2, without the removal of dots, which is
  /// libcurl's.
  private func resolved(_ location: String) -> String {
    let rest = location.prefixOfScalars { !"/?#".holds($0) }
    if rest.holds(":") { return location }
    guard let colon = url.range(of: "://") else { return location }
    if location.begins(with: "//") { return url[..<colon.lowerBound] + ":" + location }
    let bare = url.prefixOfScalars { !"?#".holds($0) }
    let start = bare[colon.upperBound...].index(ofFirst: "/") ?? bare.endIndex
    if location.begins(with: "/") { return bare[..<start] + location }
    if location.begins(with: "?") { return bare + location }
    if location.begins(with: "#") { return String(url.prefixOfScalars { $0 != "#" }) }
    guard let slash = bare[start...].index(ofLast: "/") else { return bare + "/" + location }
    return bare[...slash] + location
  }

  /// As a person reads it.
  var text: String {
    var text = "\(method) \(url)"
    if let socket { text += " (socket \(socket))" }
    for header in headers { text += "\n\(header.name): \(header.value)" }
    if let body { text += "\n\n\(body)" }
    return text
  }
}

extension StringProtocol {
  /// The first occurrence of a text, by its bytes.
  func range(of text: String) -> Range<Index>? {
    let pattern = Array(text.utf8)
    var start = startIndex
    while start < endIndex {
      if utf8[start...].starts(with: pattern) {
        return start..<utf8.index(start, offsetBy: pattern.count)
      }
      utf8.formIndex(after: &start)
    }
    return nil
  }
}
