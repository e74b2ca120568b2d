import Foundation
import RunbookEngine
import RunbookModel
import Testing

/// Journals of every older format are read, those of a newer one are refused.
@Suite struct FormatVersionTests {
  /// The first entry as version 3 wrote it: a number beyond 64 bits was a double then.
  private static func body(version: Int) throws -> String {
    guard case .runStarted(let payload) = EventSample.runStarted.event() else { return "" }
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let text = String(decoding: try encoder.encode(payload), as: UTF8.self)
    return
      text
      .replacingAll(
        "\"formatVersion\":\(RunStarted.currentFormat)", with: "\"formatVersion\":\(version)"
      )
      .replacingAll(
        #""constants":{"$map":[]}"#,
        with: #""constants":{"$map":["n",{"$double":"1.2345678901234567e+19"}]}"#)
  }

  @Test(arguments: 1...RunStarted.currentFormat)
  func readsWhatOlderVersionsWrote(version: Int) throws {
    let payload = try RunStarted.decoded(fromJSON: Self.body(version: version))
    #expect(payload.formatVersion == version)
    #expect(payload.constants == ["n": Value.number("1.2345678901234567e19") ?? .null])
    var state = RunState()
    try state.apply(.runStarted(payload), at: .epoch, by: Actor(account: "a"))
    #expect(state.started == payload)
  }

  @Test func refusesWhatANewerVersionWrote() throws {
    let text = try Self.body(version: RunStarted.currentFormat + 1)
    let payload = try RunStarted.decoded(fromJSON: text)
    var state = RunState()
    let error = #expect(throws: StoreError.self) {
      try state.apply(.runStarted(payload), at: .epoch, by: Actor(account: "a"))
    }
    #expect(error?.cause == .formatTooNew)
  }
}
