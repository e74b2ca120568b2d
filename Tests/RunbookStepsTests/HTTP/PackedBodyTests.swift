import Foundation
import RunbookEngine
import RunbookModel
import RunbookSystem
import Testing

@testable import RunbookSteps

/// A body that is packed counts as whole where what is packed in it came to its end, and nowhere else.
@Suite struct PackedBodyTests {
  private func request(
    _ url: String, method: String = "get", headers: KeyValuePairs<String, FieldValue> = [:],
    fixture: AttemptFixture? = nil
  ) async throws -> StepResult {
    let fixture = try fixture ?? AttemptFixture()
    let all = FieldValue.fields(KindFixture.fields(headers))
    let (url, sent) = (KindFixture.text(url), KindFixture.text("some"))
    let step =
      method == "post"
      ? KindFixture.step("http", ["post": url, "headers": all, "body": sent])
      : KindFixture.step("http", [method: url, "headers": all])
    return try await HTTPKind(now: { .epoch }).bind(
      step, to: KindFixture.binding(folder: fixture.folder)
    ).perform(in: fixture.context())
  }

  private func failure(_ body: () async throws -> StepResult) async throws -> StepFailure {
    try #require(await #expect(throws: StepFailure.self) { _ = try await body() })
  }

  private static let codings = ["gzip", "x-gzip", "deflate", "raw", "gzip,deflate"]

  @Test(arguments: codings)
  func isReadWhole(_ coding: String) async throws {
    try await TestWebServer.run { server in
      let result = try await request("\(server.url)/coded/\(coding)/1/1")
      #expect(result.values["json"]?.mapValue?["a"]?.listValue?.count == 3001)
      #expect(result.incomplete.isEmpty)
      let cut = result.evidence.filter(\.isCut)
      #expect(cut.isEmpty)
    }
  }

  @Test(arguments: codings, [0, 1, 5, 9])
  func cutAnywhereItIsNoAnswer(_ coding: String, _ sent: Int) async throws {
    try await TestWebServer.run { server in
      let url = "\(server.url)/coded/\(coding)/\(sent)/10"
      guard sent > 0 else {
        // Nothing, and it is said that nothing comes.
        let result = try await request(url)
        #expect(result.values["body"] == "")
        return
      }
      let failure = try await failure { try await request(url) }
      #expect(failure.record.message.holds("ends before what is packed in it does"))
      let partial = try #require(failure.partial)
      let whole = partial.evidence.filter { !$0.isCut }
      #expect(whole.isEmpty)
      #expect(partial.values["json"] == .null)
      if partial.values["body"] != "" { #expect(partial.incomplete["body"]?.isUnreadable == true) }
      let posted = try await self.failure { try await request(url, method: "post") }
      #expect(posted.record.cause == .lost)
      #expect(posted.partial?.isEffectOpen == true)
    }
  }

  @Test(arguments: [
    ("/trailer-cut", "it ends before what is packed in it does"),
    ("/behind", "what is packed in it is damaged"),
    ("/nothing", "it ends before what is packed in it does"),
    ("/strange", "it is packed by 'rot13', which is not read"),
    ("/on-the-way", "it is packed by 'gzip', which is not read"),
  ])
  func whatIsNotWholeSaysWhy(_ path: String, _ why: String) async throws {
    try await TestWebServer.run { server in
      let failure = try await failure { try await request(server.url + path) }
      #expect(failure.record.message.ends(with: ": \(why)") as Bool, "\(failure.record.message)")
    }
  }

  @Test func nothingNeedNotBePacked() async throws {
    try await TestWebServer.run { server in
      let empty = try await request("\(server.url)/nothing-said")
      #expect(empty.values["body"] == "")
      let head = try await request("\(server.url)/coded/gzip/1/1", method: "head")
      #expect(head.values["status"] == 200)
    }
  }

  @Test func asksForWhatItCanRead() async throws {
    try await TestWebServer.run { server in
      let asked = { (result: StepResult) in
        result.values["json"]?.mapValue?["headers"]?.mapValue?["accept-encoding"]
      }
      let own = try await request("\(server.url)/seen")
      #expect(asked(own)?.stringValue?.begins(with: "deflate, gzip") == true)
      let authors = try await request(
        "\(server.url)/seen", headers: ["Accept-Encoding": KindFixture.text("identity")])
      #expect(asked(authors) == "identity")
    }
  }

  @Test func headersAreThoseOfTheHead() async throws {
    try await TestWebServer.run { server in
      let result = try await request("\(server.url)/heads")
      let headers = try #require(result.values["headers"]?.mapValue)
      #expect(headers["x-folded"] == "a b: c d")
      #expect(headers["x-late"] == "early")
      #expect(headers["x-early"] == nil)
      #expect(headers["b"] == nil)
      #expect(
        headers["set-cookie"] == ["a=1; Expires=Sat, 18 Oct 2025 22:01:13 GMT", "b=2"])
      #expect(result.values["body"] == "ok")
    }
  }
}
