import Foundation
import RunbookEngine
import RunbookModel
import Testing

@testable import RunbookSteps

@Suite struct HTTPKindTests {
  private let kind = HTTPKind(now: { .epoch })

  private func request(
    _ body: KeyValuePairs<String, FieldValue>, values: ValueMap = ValueMap(),
    timeout: Duration? = nil, fixture: AttemptFixture? = nil
  ) async throws -> StepResult {
    let fixture = try fixture ?? AttemptFixture()
    let activity = try kind.bind(
      KindFixture.step("http", body), to: KindFixture.binding(values, folder: fixture.folder))
    return try await activity.perform(in: fixture.context(timeout: timeout))
  }

  private func text(_ text: String) -> FieldValue { KindFixture.text(text) }

  @Test func aHeaderThatIsNoUTF8IsNoAnswer() async throws {
    try await TestWebServer.run { server in
      let result = try await request(["get": text("\(server.url)/latin-headers")])
      let headers = result.values["headers"]?.mapValue
      #expect(headers?["x-name"] == .incomplete(.unreadable("it is not UTF-8")))
      #expect(headers?["x-other"] == "fine")
      #expect(result.values["status"] == 200)
    }
  }

  private func cause(_ body: () async throws -> StepResult) async -> FailureRecord.Cause? {
    let failure = await #expect(throws: StepFailure.self) { _ = try await body() }
    return failure?.record.cause
  }

  @Test func givesStatusHeadersAndJSON() async throws {
    try await TestWebServer.run { server in
      let result = try await request(
        [
          "get": text("\(server.url)/a?b=${{ x }}"),
          "headers": .fields(KindFixture.fields(["X-Y": text("z")])),
        ],
        values: ValueMap([("x", 7)]))
      #expect(result.values["status"] == 200)
      #expect(result.values["headers"]?.mapValue?["content-type"] == "application/json")
      let seen = result.values["json"]?.mapValue
      #expect(seen?["path"] == "/a?b=7")
      #expect(seen?["headers"]?.mapValue?["x-y"] == "z")
      #expect(result.presumedFailure == nil)
      #expect(result.evidence.count == 1)
      let twice = try await request(["get": text("\(server.url)/twice")])
      #expect(twice.values["headers"]?.mapValue?["x-name"] == "one, two")
      #expect(twice.values["json"] == .null)
      #expect(twice.incomplete.isEmpty)
    }
  }

  /// JSON and text that cannot be read as they are give no answer.
  @Test func anAnswerThatCannotBeReadSaysSo() async throws {
    try await TestWebServer.run { server in
      let repeated = try await request(["get": text("\(server.url)/repeated")])
      #expect(repeated.incomplete["json"]?.isUnreadable == true)
      #expect(repeated.incomplete["body"] == nil)
      let latin = try await request(["get": text("\(server.url)/latin")])
      #expect(latin.incomplete["body"] == .unreadable("it is not UTF-8"))
    }
  }

  @Test(arguments: ["post", "put", "patch", "delete", "get", "head"])
  func usesEveryMethod(_ method: String) async throws {
    try await TestWebServer.run { server in
      let step = KindFixture.step(
        "http",
        method == "get" || method == "head"
          ? [method: text(server.url)] : [method: text(server.url), "body": text("some")])
      let fixture = try AttemptFixture()
      let result = try await kind.bind(step, to: KindFixture.binding())
        .perform(in: fixture.context())
      #expect(result.values["status"] == 200)
      guard method != "head" else { return }
      #expect(result.values["json"]?.mapValue?["method"] == .string(method.uppercased()))
      #expect(result.values["json"]?.mapValue?["body"] == (method == "get" ? "" : "some"))
    }
  }

  @Test func sendsJSONWithItsValues() async throws {
    try await TestWebServer.run { server in
      let data: Value = ["count": "${{ n }}", "list": ["a ${{ n }}", 1]]
      let result = try await request(
        ["post": text(server.url), "json": .data(data, KindFixture.place)],
        values: ValueMap([("n", 3)]))
      let seen = result.values["json"]?.mapValue
      #expect(seen?["body"] == .string(#"{"count":3,"list":["a 3",1]}"#))
      #expect(seen?["headers"]?.mapValue?["content-type"] == "application/json")
    }
  }

  @Test func statusFrom400OnIsPresumedAFailure() async throws {
    try await TestWebServer.run { server in
      let missing = try await request(["get": text("\(server.url)/status/404")])
      #expect(missing.presumedFailure?.record.code == "404")
      #expect(missing.presumedFailure?.record.mayRetryHelp == false)
      let broken = try await request(["get": text("\(server.url)/status/503")])
      #expect(broken.presumedFailure?.record.mayRetryHelp == true)
    }
  }

  @Test func followsRedirectsAsFarAsItMay() async throws {
    try await TestWebServer.run { server in
      let there = try await request(["get": text("\(server.url)/to//to//end")])
      #expect(there.values["json"]?.mapValue?["path"] == "/end")
      let not = try await request(
        ["get": text("\(server.url)/to//end"), "follow_redirects": .bool(false)])
      #expect(not.values["status"] == 302)
      let posted = try await request(
        ["post": text("\(server.url)/to//end"), "body": text("some")])
      #expect(posted.values["json"]?.mapValue?["method"] == "GET")
      let kept = try await request(
        ["post": text("\(server.url)/keep//end"), "body": text("some")])
      #expect(kept.values["json"]?.mapValue?["method"] == "POST")
      #expect(kept.values["json"]?.mapValue?["body"] == "some")
      let loop = text(server.url + String(repeating: "/to/", count: 11) + "/end")
      #expect(await cause { try await request(["get": loop]) } == .refused)
    }
  }

  @Test func givesNoCredentialsToAnotherPlace() async throws {
    try await TestWebServer.run { server in
      let port = server.url.pieces(separatedBy: ":").last ?? ""
      let headers = KindFixture.fields(["Authorization": text("Bearer x"), "X-Plain": text("y")])
      let elsewhere = try await request(
        [
          "get": text("\(server.url)/to/http://localhost:\(port)/end"),
          "headers": .fields(headers),
        ])
      let seen = elsewhere.values["json"]?.mapValue?["headers"]?.mapValue
      #expect(seen?["authorization"] == nil)
      #expect(seen?["x-plain"] == nil)
      let here = try await request(
        ["get": text("\(server.url)/to//end"), "headers": .fields(headers)])
      #expect(
        here.values["json"]?.mapValue?["headers"]?.mapValue?["authorization"] == "Bearer x")
    }
  }

  @Test func neverLeavesHTTP() async throws {
    try await TestWebServer.run { server in
      let result = try await request(["get": text("\(server.url)/to/file:///etc/passwd")])
      #expect(result.values["status"] == 302)
    }
  }

  @Test func longBodiesGoOnInAFile() async throws {
    try await TestWebServer.run { server in
      let fixture = try AttemptFixture()
      let result = try await request(["get": text("\(server.url)/large")], fixture: fixture)
      #expect(result.values["body"]?.stringValue?.utf8.count == 1_000_000)
      #expect(result.storedLimits["body"]?.bytes == 262_144)
      let path = fixture.evidenceFolder + "/body"
      let attributes = try FileManager.default.attributesOfItem(atPath: path)
      #expect(attributes[.size] as? Int == 1_000_000)
      #expect(result.evidence.map(\.uncutSize) == [nil, nil])
    }
  }

  /// libcurl looks at no clock while it unpacks what it has received.
  @Test func theTimeCountsWhileAnAnswerIsUnpacked() async throws {
    try await TestWebServer.run { server in
      _ = try await request(["get": text("\(server.url)/pack")])
      let failure = await #expect(throws: StepFailure.self) {
        _ = try await request(
          ["get": text("\(server.url)/packed")], timeout: .milliseconds(200))
      }
      #expect(failure?.record.cause == .timeout)
    }
  }

  /// What is small on its way may be large: it is read to its end and counted, and neither memory nor disk hold it.
  @Test func anAnswerHasALimit() async throws {
    try await TestWebServer.run { server in
      _ = try await request(["get": text("\(server.url)/pack")])
      let fixture = try AttemptFixture()
      let result = try await request(["get": text("\(server.url)/packed")], fixture: fixture)
      let size: Int64 = 256 << 20
      #expect(result.values["status"] == 200)
      #expect(
        result.incomplete["body"] == Incomplete(held: 32 << 20, total: size, noun: "bytes"))
      #expect(result.incomplete["json"] == result.incomplete["body"])
      let path = fixture.evidenceFolder + "/body"
      let attributes = try FileManager.default.attributesOfItem(atPath: path)
      #expect(attributes[.size] as? Int == 64 << 20)
      #expect(result.evidence.last?.uncutSize == size && result.evidence.last?.isCut == true)
      #expect(
        result.notices == [
          "\(size) bytes of the body came; its file keeps the first 67108864, and the rest was not stored"
        ])
    }
  }

  @Test func trustsAPrivateAuthorityOnlyWhenToldTo() async throws {
    try await TestWebServer.run(.tls) { server in
      let trusted = try await request(
        ["get": text(server.url), "ca": text(server.folder + "/ca.pem")])
      #expect(trusted.values["status"] == 200)
      #expect(await cause { try await request(["get": text(server.url)]) } == .unreachable)
    }
  }

  @Test func speaksThroughASocket() async throws {
    try await TestWebServer.run(.socket) { server in
      let result = try await request(
        ["get": text("http://localhost/x"), "unix_socket": text(server.folder + "/socket")])
      #expect(result.values["json"]?.mapValue?["path"] == "/x")
    }
  }

  @Test func tellsTimeoutsRefusalsAndBreaksApart() async throws {
    try await TestWebServer.run { server in
      let never = text("\(server.url)/never")
      #expect(
        await cause { try await request(["get": never], timeout: .milliseconds(50)) } == .timeout)
      let broken = text("\(server.url)/broken")
      #expect(await cause { try await request(["get": broken]) } == .unreachable)
      #expect(await cause { try await request(["post": broken]) } == .lost)
    }
    let refused = text("http://127.0.0.1:1/")
    #expect(await cause { try await request(["get": refused]) } == .unreachable)
    #expect(await cause { try await request(["get": text("ftp://x/")]) } == .invalid)
  }

  /// Of a change that was not answered it is said whether it may have been made: law 6 of `Activity`.
  @Test func onlyWhatWasNotSentHasFailed() async throws {
    try await TestWebServer.run { server in
      let refused = "http://127.0.0.1:1/"
      for (place, isOpen) in [
        (refused, false), ("\(server.url)/to/\(refused)", true),
        ("\(server.url)/keep/\(refused)", true),
        ("\(server.url)/cut", true), ("\(server.url)/other", true),
        ("\(server.url)/to//broken", true), ("\(server.url)/to//never", true),
        ("\(server.url)/keep//never", true), ("\(server.url)/never", true),
        ("\(server.url)" + String(repeating: "/to/", count: 11) + "/end", true),
        ("http://no-such-host.invalid/", false), ("https://127.0.0.1:1/", false),
      ] {
        for method in ["post", "put", "delete"] {
          let failure = await #expect(throws: StepFailure.self, "\(place)") {
            _ = try await request([method: text(place)], timeout: .milliseconds(500))
          }
          let said = failure?.record
          let isUnknown = said?.cause == .lost || failure?.partial?.isEffectOpen == true
          #expect(isUnknown == isOpen, "\(method) \(place): \(said?.message ?? "")")
          #expect(said?.message.holds("not known") == isOpen, "\(method) \(place)")
          if isOpen { #expect(said?.mayRetryHelp == false) }
        }
      }
    }
  }

  @Test(arguments: [
    ("post", "/status/500", true), ("post", "/status/503", true), ("patch", "/status/500", true),
    ("put", "/status/500", false), ("delete", "/status/503", false),
    ("post", "/status/404", false), ("post", "/status/429", false),
    ("post", "/status/504", true), ("put", "/status/502", true),
    ("post", "/to//status/404", true), ("put", "/keep//status/500", false),
    ("post", "/keep//to//status/500", true),
  ])
  func anErrorInTheChangesPlaceLeavesItOpen(
    _ method: String, _ path: String, _ isOpen: Bool
  ) async throws {
    try await TestWebServer.run { server in
      let result = try await request([method: text(server.url + path)])
      #expect(result.presumedFailure != nil)
      #expect(result.isEffectOpen == isOpen)
      #expect(result.completion == nil)
    }
  }

  /// Whatever is made of the answer: what it was asked for was done.
  @Test(arguments: [
    ("post", "/status/200", false), ("patch", "/status/204", false), ("post", "/status/303", false),
    ("put", "/status/200", true), ("delete", "/status/202", true), ("get", "/status/200", true),
  ])
  func saysThatAChangeWasAnsweredWell(
    _ method: String, _ path: String, _ isRepeatable: Bool
  ) async throws {
    try await TestWebServer.run { server in
      let result = try await request([
        method: text(server.url + path), "follow_redirects": .bool(false),
      ])
      #expect(!result.isEffectOpen)
      #expect(result.completion?.isRepeatable == isRepeatable)
      #expect(result.completion?.words.holds("was answered with status") == true)
    }
  }

  @Test(arguments: ["/status/302", "/status/307", "/status/308"])
  func aRedirectThatIsNotFollowedSaysNothingOfTheChange(_ path: String) async throws {
    try await TestWebServer.run { server in
      let result = try await request([
        "post": text(server.url + path), "follow_redirects": .bool(false),
      ])
      #expect(result.isEffectOpen)
      #expect(result.completion == nil)
    }
  }

  /// A redirect that leads nowhere is no answer: of a change it is open what it did, and no check has passed.
  @Test(arguments: [
    "/to/file:///etc/passwd", "/status/302", "/status/300", "/status/304", "/status/303",
    "/keep/ftp://127.0.0.1/",
  ])
  func aRedirectThatLeadsNowhereIsNoAnswer(_ path: String) async throws {
    try await TestWebServer.run { server in
      for (method, isOpen) in [("post", true), ("patch", true), ("put", false), ("get", false)] {
        let result = try await request([method: text(server.url + path)])
        #expect(
          result.presumedFailure?.record.message.holds("was not followed") == true, "\(method)")
        #expect(result.isEffectOpen == isOpen, "\(method)")
        #expect(result.completion == nil)
      }
    }
  }

  /// A body that its timeout has cut off is not called all of it.
  @Test func aBodyThatWasCutOffSaysSo() async throws {
    try await TestWebServer.run { server in
      let failure = await #expect(throws: StepFailure.self) {
        _ = try await request(
          ["get": text("\(server.url)/broken"), "output_limit": .int(1)])
      }
      let evidence = try #require(failure?.partial?.evidence)
      #expect(evidence.count == 2)
      for one in evidence {
        #expect(one.isCut)
        #expect(one.what == "response body, broken off after 4 bytes")
      }
      #expect(failure?.partial?.incomplete["body"] != nil)
    }
  }

  @Test func aServerThatIsNotTrustedWasSentNothing() async throws {
    try await TestWebServer.run(.tls) { server in
      let failure = await #expect(throws: StepFailure.self) {
        _ = try await request(["post": text(server.url), "body": text("a")])
      }
      #expect(failure?.record.cause == .unreachable)
      #expect(failure?.partial?.isEffectOpen == false)
    }
  }

  /// What came of an answer is handed over, so that no file of it is left that nothing tells of.
  @Test func aPartOfAnAnswerIsEvidence() async throws {
    try await TestWebServer.run { server in
      let failure = await #expect(throws: StepFailure.self) {
        _ = try await request(["get": text("\(server.url)/broken")])
      }
      #expect(failure?.partial?.values["body"] == "some")
      #expect(failure?.partial?.evidence.count == 1)
    }
  }

  @Test func aCancellationEndsTheRequest() async throws {
    try await TestWebServer.run { server in
      let never = text("\(server.url)/never")
      let task = Task { try await request(["get": never]) }
      for await _ in server.printed { break }
      task.cancel()
      #expect(await cause { try await task.value } == .interrupted)
    }
  }

  @Test func validatesItsStep() {
    func codes(
      _ body: KeyValuePairs<String, FieldValue>, _ phase: Phase = .verification,
      _ effect: Effect? = nil
    ) -> [DiagnosticCode] {
      KindFixture.check(
        kind, KindFixture.step("http", body, phase: phase) { $0.effect = effect }
      ).map(\.code)
    }
    #expect(codes(["get": text("http://a")]).isEmpty)
    #expect(codes(["get": text("http://a"), "head": text("http://a")]) == [.oneKeyOf])
    #expect(codes(["post": text("http://a")]) == [.undeclaredEffect])
    #expect(codes(["post": text("http://a")], .verification, .readOnly).isEmpty)
    #expect(codes(["post": text("http://a")], .recovery).isEmpty)
    #expect(
      codes(["post": text("a"), "body": text(""), "json": .data(1, KindFixture.place)], .recovery)
        == [.bodyAndJSON])
    func json(_ value: Value) -> [DiagnosticCode] {
      codes(["post": text("http://a"), "json": .data(value, KindFixture.place)], .recovery)
    }
    #expect(json([["a": ["${{ inputs.k }}": 1]]]) == [.templateInKey])
    #expect(json(["a": ["$": "${{ inputs.k }}"]]).isEmpty)
    let headers = KindFixture.fields(["A b": text("x")])
    #expect(codes(["get": text("http://a"), "headers": .fields(headers)]) == [.headerName])
  }

  @Test func showsWhatItWillSend() throws {
    let headers = KindFixture.fields(["A": text("b")])
    let step = KindFixture.step(
      "http", ["put": text("http://a/"), "headers": .fields(headers), "body": text("c")])
    let activity = try kind.bind(step, to: KindFixture.binding())
    #expect(activity.work.map(\.text) == ["PUT http://a/\nA: b\n\nc"])
    #expect(activity.effect == .undetermined)
  }
}
