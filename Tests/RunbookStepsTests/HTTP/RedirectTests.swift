import RunbookEngine
import RunbookModel
import RunbookTestSupport
import Testing

@testable import RunbookRecovery
@testable import RunbookSteps
@testable import RunbookSystem

/// Where libcurl will connect decides what goes there, and nothing else that a URL could be taken for.
struct RedirectTests {
  private static func request(_ url: String, method: String = "GET") -> HTTPRequest {
    var request = HTTPRequest(
      method: method, url: url,
      headers: [
        .init(name: "Authorization", value: "Bearer t"), .init(name: "X-Own", value: "v"),
        .init(name: "Content-Type", value: "application/json", isAuthored: false),
      ])
    request.body = method == "POST" ? "the body" : nil
    request.clientCertificate = "/c.pem"
    return request
  }

  private static func next(
    _ request: HTTPRequest, _ status: Int = 307, to location: String
  ) -> HTTPRequest? {
    guard
      case .request(let next) = request.redirected(
        by: status, to: location, isSecret: { _ in false })
    else { return nil }
    return next
  }

  /// The origin is another, whatever stands in the place.
  @Test(arguments: [
    "http://localhost:18084/\u{301}@127.0.0.1:18083/", "http://127.0.0.1:18084/",
    "https://127.0.0.1:18083/", "//127.0.0.1:1/", "http://127.0.0.1:18083@evil.example/",
    "http://127.0.0.1:18083\\@evil.example/", "http://evil.example#@127.0.0.1:18083/",
    "http://evil.example?@127.0.0.1:18083/", "http://127.0.0.1.:18083/", "http://localhost:18083/",
    "http://u:p@evil.example:18083/", "http://127.0.0.1:18083.evil.example/",
    "http://[::1]:18083/", "http://[fe80::1%25eth0]:18083/", "http://127.0.0.1\u{301}:18083/",
    "http:/evil.example", "http:///evil.example/", "HTTP://EVIL.example",
  ]) func toAnotherOriginNothingGoesAlong(_ location: String) {
    guard let next = Self.next(Self.request("http://127.0.0.1:18083/a"), to: location) else {
      return
    }
    #expect(
      next.headers == [.init(name: "Content-Type", value: "application/json", isAuthored: false)])
    #expect(next.clientCertificate == nil)
    #expect(next.origin != Self.request("http://127.0.0.1:18083/a").origin)
  }

  @Test(arguments: [
    ("/b", "http://127.0.0.1:18083/b"), ("b?c", "http://127.0.0.1:18083/x/b?c"),
    ("//127.0.0.1:18083/b", "http://127.0.0.1:18083/b"), ("?q", "http://127.0.0.1:18083/x/a?q"),
    ("HTTP://127.0.0.1:18083/b", "http://127.0.0.1:18083/b"),
    ("../a b/é", "http://127.0.0.1:18083/a%20b/%c3%a9"),
  ]) func theSameOriginKeepsThem(_ location: String, _ url: String) {
    let next = Self.next(Self.request("http://127.0.0.1:18083/x/a"), to: location)
    #expect(next?.url == url)
    #expect(next?.headers.count == 3)
    #expect(next?.clientCertificate == "/c.pem")
  }

  /// What asks only is answered where it was asked, and nowhere else.
  @Test(arguments: [
    ("http://a.example/x", "https://a.example/x", true), ("http://a.example/x", "/x/", true),
    ("http://a.example/x/", "/x", true), ("http://a.example", "/", true),
    ("http://a.example/x", "http://A.example:80/x#part", true),
    ("http://a.example/x?id=1", "https://a.example/x/?id=1", true),
    ("http://a.example:81/x", "https://a.example:81/x", true),
    ("https://a.example/x", "http://a.example/x", false), ("http://a.example/x", "/y", false),
    ("http://a.example/x", "/x/y", false), ("http://a.example/x", "/X", false),
    ("http://a.example/x", "//www.a.example/x", false),
    ("http://a.example/x", "http://a.example:8080/x", false),
    ("http://a.example:8080/x", "https://a.example:8443/x", false),
    ("http://a.example:8080/x", "https://a.example/x", false),
    ("http://a.example/x?id=1", "/x", false), ("http://a.example/x?id=1", "/x?id=2", false),
    ("http://a.example/x", "/x?next=login", false), ("http://a.example", "?login", false),
    ("http://a.example/x", "http://a.example.evil/x", false),
  ])
  func anotherPlaceIsTold(_ url: String, _ location: String, _ isSame: Bool) throws {
    let asked = Self.request(try HTTPURL(url).text)
    let next = try #require(Self.next(asked, 302, to: location))
    #expect(next.isOfSamePlace(as: asked) == isSame, "\(next.url)")
  }

  @Test(arguments: ["get", "head", "post"])
  func whatARedirectLedToAnswersNothing(_ method: String) async throws {
    try await TestWebServer.run { server in
      for (path, isElsewhere) in [("/to//end", true), ("/to//to//end", true), ("/end", false)] {
        let step = KindFixture.step("http", [method: KindFixture.text(server.url + path)])
        let fixture = try AttemptFixture()
        let answer = try await HTTPKind(now: { .epoch }).bind(step, to: KindFixture.binding())
          .perform(in: fixture.context())
        #expect(answer.values["url"] == .string(server.url + "/end"))
        #expect((answer.presumedFailure != nil) == (isElsewhere && method != "post"), "\(path)")
        #expect(answer.presumedFailure?.isOfAnother ?? true)
      }
    }
  }

  @Test(arguments: [
    "ftp://127.0.0.1/", "file:///etc/passwd", "gopher://h/", "javascript:1", "unix:/s",
  ])
  func otherSchemesAreNotFollowed(_ location: String) {
    #expect(Self.next(Self.request("http://127.0.0.1/"), to: location) == nil)
  }

  @Test func aBodyWithASecretGoesNowhereElse() {
    let posted = Self.request("http://a.example/", method: "POST")
    for status in [307, 308] {
      let told = posted.redirected(
        by: status, to: "http://b.example/", isSecret: { $0 == "the body" })
      guard case .wouldTell(let origin) = told else {
        Issue.record("status \(status) is followed")
        continue
      }
      #expect(origin.authority == "b.example:80")
      #expect(Self.next(posted, status, to: "http://b.example/")?.body == "the body")
      #expect(Self.next(posted, status, to: "http://a.example/b")?.body == "the body")
    }
    #expect(Self.next(posted, 302, to: "http://b.example/")?.body == nil)
  }

  /// Pieces that parsers disagree about.
  private static func hostile(_ generator: inout SeededGenerator) -> String {
    var text = generator.one(of: [
      "http://", "https://", "//", "http:/", "HTTP://", "", "http:\\\\",
    ])
    for _ in 0...generator.below(5) {
      text += generator.one(of: [
        "127.0.0.1", "localhost", "evil.example", "[::1]", "127.1", "0x7f.1", "2130706433", "@",
        ":",
        ":80", ":18083", "/", "\\", "?", "#", "%2F", "%40", "%00", ".", "..", "\u{301}", "\u{FE0F}",
        "\u{2044}", "\u{FF0F}", "\u{3002}", "ⓛocalhost", " ", "\t", "user:pw@", ";", "&", "=", "'",
      ])
      if generator.chance(0.2) { text += HostileText.text(&generator, pieces: 0...2) }
    }
    return text
  }

  /// What is read of a URL is what is read of the spelling that is asked, and only the same origin is
  /// given what the author gave.
  @Test func oneReadingCounts() {
    let here = Self.request("http://127.0.0.1:18083/a")
    let confinement = Confinement(
      folder: "/var/tmp/box", serverSocket: "/var/tmp/box/socket")
    let failure = Property().firstFailure { generator in
      let location = Self.hostile(&generator)
      if let url = try? HTTPURL(location) {
        let again = try? HTTPURL(url.text)
        if again?.origin != url.origin { return "\(url.text.debugDescription) is read otherwise" }
        let request = HTTPRequest(method: "GET", url: url.text, headers: [])
        let isAllowed = (try? confinement.check(request)) != nil
        let loopback =
          url.origin.host.utf8.starts(with: "127.".utf8)
          || ["localhost", "[::1]"].contains("\(url.origin.host)")
        if isAllowed, !loopback { return "\(url.text.debugDescription) leaves the machine" }
      }
      guard let next = Self.next(here, to: location) else { return nil }
      let isSame = next.origin == here.origin
      if isSame != next.headers.contains(where: \.isAuthored) { return next.text.debugDescription }
      if isSame, !next.url.utf8.starts(with: "http://".utf8) { return next.url }
      return nil
    }
    #expect(failure == nil)
  }

  @Test func credentialsStayWhereTheyBelong() async throws {
    try await TestWebServer.run { first in
      try await TestWebServer.run { second in
        let port = second.url.pieces(separatedBy: ":").last ?? ""
        let here = String(first.url.dropFirstScalars("http://".unicodeScalars.count))
        for place in ["http://localhost:\(port)/\u{301}@\(here)/", "\(second.url)/seen"] {
          let step = KindFixture.step(
            "http",
            [
              "post": KindFixture.text("\(first.url)/keep/\(place)"),
              "headers": .fields(
                KindFixture.fields(["Authorization": KindFixture.text("Bearer t")])),
              "json": .data(["a": 1], KindFixture.place),
            ])
          let fixture = try AttemptFixture()
          let answer = try await HTTPKind(now: { .epoch }).bind(step, to: KindFixture.binding())
            .perform(in: fixture.context())
          let seen = answer.values["json"]?.mapValue?["headers"]?.mapValue
          #expect(seen != nil)
          #expect(seen?["authorization"] == nil)
          #expect(seen?["content-type"] == "application/json")
        }
      }
    }
  }
}
