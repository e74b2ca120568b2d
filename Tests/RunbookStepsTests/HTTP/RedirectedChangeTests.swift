import RunbookEngine
import RunbookModel
import Testing

@testable import RunbookSteps

/// What an error behind a redirect says of the change that was asked for.
struct RedirectedChangeTests {
  private func request(_ method: String, _ url: String) async throws -> StepResult {
    let fixture = try AttemptFixture()
    let activity = try HTTPKind(now: { .epoch }).bind(
      KindFixture.step("http", [method: KindFixture.text(url)]),
      to: KindFixture.binding(ValueMap(), folder: fixture.folder))
    return try await activity.perform(in: fixture.context(timeout: nil))
  }

  /// What was sent on had reached a server before, and one that waited too long for the request had some of it.
  @Test(arguments: ["/keep//status/404", "/keep//status/400", "/status/408", "/to//status/404"])
  func anErrorBehindARedirectSaysNothingOfTheChange(_ path: String) async throws {
    try await TestWebServer.run { server in
      for (method, isOpen) in [("post", true), ("patch", true), ("put", false), ("get", false)] {
        let result = try await request(method, server.url + path)
        #expect(result.presumedFailure != nil)
        #expect(result.isEffectOpen == isOpen, "\(method)")
      }
      let refused = try await request("post", server.url + "/status/404")
      #expect(!refused.isEffectOpen)
    }
  }
}
