import RunbookEngine
import RunbookModel

/// One request, with its values put in.
package struct HTTPRequest: Sendable, Hashable {
  package struct Header: Sendable, Hashable {
    package let name: String
    package let value: String
    /// Whether the runbook names it, and not this program.
    package var isAuthored = true

    /// Whether it says something of the body.
    fileprivate var isOfBody: Bool { name.lowercased().begins(with: "content-") }
  }

  package var method: String
  package var url: String
  package var headers: [Header]
  package var body: String?
  var certificateAuthority: String?
  var clientCertificate: String?
  var clientKey: String?
  var socket: String?

  func hasHeader(_ name: String) -> Bool { headers.contains { $0.name.lowercased() == name } }

  /// Whether both ask for the same page of their servers, as far as their paths tell.
  func isOfSamePath(as other: HTTPRequest) -> Bool {
    guard let own = path, let others = other.path else { return false }
    return own.isIdentical(to: others)
  }

  /// Whether both ask for the same of the same host: from HTTP to HTTPS, and with a slash at the path's end or without
  /// one. A query can name a page as a path does.
  func isOfSamePlace(as other: HTTPRequest) -> Bool {
    guard let own = origin, let others = other.origin, own.host == others.host,
      let target = target, let othersTarget = other.target
    else { return false }
    let isUpgraded = others.scheme == .init("http") && own.scheme == .init("https")
    let isSamePort = own.port == others.port || isUpgraded && (others.port, own.port) == (80, 443)
    return isSamePort && (own.scheme == others.scheme || isUpgraded)
      && target.path.isIdentical(to: othersTarget.path)
      && target.query.isIdentical(to: othersTarget.query)
  }

  /// What is asked for of a host, without a slash at the path's end.
  private var target: (path: String, query: String)? {
    guard let path, let text = (try? HTTPURL(url))?.text else { return nil }
    let rest = text.unicodeScalars.drop { $0 != "?" && $0 != "#" }.prefix { $0 != "#" }
    let bare = path.ends(with: "/") ? String(path.unicodeScalars.dropLast()) : path
    return (bare, String(Substring.UnicodeScalarView(rest)))
  }

  private var path: String? {
    guard let text = (try? HTTPURL(url))?.text, let start = text.range(ofFirst: "://") else {
      return nil
    }
    let rest = text[start.upperBound...].unicodeScalars.drop { !["/", "?", "#"].contains($0) }
    return String(Substring.UnicodeScalarView(rest.prefix { $0 != "?" && $0 != "#" }))
  }

  /// Where it goes; nil for a URL that is not HTTP's, and without libcurl.
  package var origin: HTTPURL.Origin? {
    // Why it is none is said where the request is made.
    try? HTTPURL(url).origin
  }

  /// What an answer that redirects leads to.
  package enum Redirection {
    /// There is nothing to follow.
    case none
    case request(HTTPRequest)
    /// Another origin would be sent a secret.
    case wouldTell(HTTPURL.Origin)
  }

  /// The request that a redirect asks for.
  ///
  /// 303 always, and 301 and 302 after a POST, become a GET: RFC 9110, section 15.4. To another origin,
  /// which it is also where HTTPS becomes HTTP, nothing goes that the author gave but the method and a
  /// body without secrets: no header, no certificate, no socket. It is never given back afterwards.
  ///
  /// - Parameter isSecret: whether a text holds a secret.
  package func redirected(
    by status: Int, to location: String, isSecret: (String) -> Bool
  ) -> Redirection {
    guard [301, 302, 303, 307, 308].contains(status), !location.isEmpty,
      // A place that cannot be read is nothing to follow: the answer is the redirect itself.
      let here = try? HTTPURL(url), let there = try? HTTPURL(location, relativeTo: url)
    else { return .none }
    var next = self
    next.url = there.text
    if (status == 303 && method != "HEAD") || ((status == 301 || status == 302) && method == "POST")
    {
      next.method = "GET"
      next.body = nil
      next.headers.removeAll { $0.isOfBody }
    }
    if here.origin != there.origin {
      if let body = next.body, isSecret(body) { return .wouldTell(there.origin) }
      next.headers.removeAll { $0.isAuthored }
      next.clientCertificate = nil
      next.clientKey = nil
      next.socket = nil
    }
    return .request(next)
  }

  /// The URL without a password, wherever that came from: only a plan's own are known by their values.
  var shownURL: String { Credentials.masked(url) }

  /// As a person reads it, without credentials.
  package var text: String {
    var text = "\(method) \(shownURL)"
    if let socket { text += " (socket \(socket))" }
    for header in headers {
      let found = Credentials.values(of: header.value, named: header.name)
      let value = found.isEmpty ? header.value : Redactor(secrets: found).redact(header.value)
      text += "\n\(header.name): \(value)"
    }
    if let body { text += "\n\n\(body)" }
    return text
  }

  /// What `text` does not show of the head, and an approval binds all the same.
  var credentials: String {
    ([url] + headers.map { "\($0.name): \($0.value)" }).joined(separator: "\n")
  }
}
