import RunbookDrill
import RunbookModel
import Testing

@testable import RunbookEngine

/// Law L7: what an expression makes of secrets alone is secret, however small its pieces.
struct SecretOriginTests {
  private static let secret = "kq7zW9xTb2"

  private func simulation(_ captures: [(String, String)]) -> Simulation {
    let token = input("token", isSecret: true)
    let plain = input("plain")
    var simulation = Simulation(
      runbook(
        [confirmation()]
          + captures.map { name, expression in
            step(name, .detection) { $0.captures = [capture(name + "s", expression)] }
          }, inputs: [token, plain]))
    simulation.inputs = [
      ResolvedInput(declaration: token, value: .string(Self.secret), origin: .environment),
      ResolvedInput(declaration: plain, value: "everybody", origin: .flag),
    ]
    return simulation
  }

  @Test(arguments: [
    "[0,3,6].map(i, inputs.token.substring(i, i + 3))", "inputs.token.split('')",
    "[0,1,2,3,4,5,6,7,8,9].map(i, inputs.token.charAt(i))",
    "[[0,3],[3,6]].map(p, {'part': inputs.token.substring(p[0], p[1])})",
    "{inputs.token.substring(0, 3): 1}", "inputs.token.substring(0, 2)",
    "inputs.token.split('').map(c, [c])", "[inputs.plain, inputs.token.charAt(1)]",
    "inputs['token'].split('')",
  ])
  func whatIsMadeOfSecretsAloneIsNotStored(_ expression: String) async throws {
    let state = try await simulation([("made", expression)]).run()
    #expect(
      state.withheldCaptures == ["mades"], "\(String(describing: state.step("made").failure))")
    #expect(state.captures.isEmpty)
  }

  /// What is made of a capture that is withheld is made of secrets, too.
  @Test func aCaptureOfACaptureIsNone() async throws {
    let state = try await simulation([
      ("made", "inputs.token.split('')"), ("again", "mades.map(c, c + '')"),
    ]).run()
    #expect(state.withheldCaptures == ["mades", "agains"])
    #expect(state.captures.isEmpty)
  }

  @Test(arguments: [
    "size(inputs.token)", "inputs.token.startsWith('k')", "inputs.token != '' ? 'given' : 'none'",
    "inputs.token == 'x' ? 'x' : inputs.plain", "inputs.plain", "inputs.plain.split('')",
  ])
  func whatTellsNothingOfThemIs(_ expression: String) async throws {
    let state = try await simulation([("made", expression)]).run()
    #expect(state.withheldCaptures.isEmpty, "\(String(describing: state.step("made").failure))")
    #expect(!state.captures.isEmpty)
  }
}
