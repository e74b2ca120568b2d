import Foundation
import RunbookDrill
import RunbookModel
import Testing

/// A mistake in a simulation; `▸` marks where it is.
struct MistakenSimulation: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let code: DiagnosticCode
  let hint: String?
  /// In place of the good one's outcome of `probe`.
  let probe: String

  init(_ name: String, _ code: DiagnosticCode, _ probe: String, hint: String? = nil) {
    testDescription = name
    self.code = code
    self.probe = probe
    self.hint = hint
  }

  static let all = [
    MistakenSimulation(
      "an unknown result", .unknownResult, "probe: {result: {▸row_cont: 1}}",
      hint: "did you mean 'row_count'?"),
    MistakenSimulation(
      "a result of another kind", .unknownResult, "probe: {▸output: text}", hint: "there is rows"),
    MistakenSimulation(
      "a result of another type", .wrongSimulatedValue, "probe: {result: {▸rows: 3}}"),
    MistakenSimulation(
      "text for a number", .wrongSimulatedValue, "probe: {result: {▸affected: \"3\"}}"),
    MistakenSimulation(
      "a mistake in a later attempt", .wrongSimulatedValue,
      "probe: [{rows: []}, {result: {▸columns: name}}]"),
    MistakenSimulation(
      "an unknown step", .unknownDrillName, "probe: {rows: []}\n  ▸chek: {rows: []}",
      hint: "did you mean 'check'?"),
  ]
}

@Suite("The simulation's checker")
struct SimulationCheckerTests {
  private static func found(in text: String) throws -> [Diagnostic] {
    let runbook = try SimulatedRun.runbook(simulating: text)
    return DrillChecker(kinds: ShippedKinds.specs).check(runbook).all
  }

  @Test(arguments: MistakenSimulation.all)
  func saysWhatIsWrongAndWhere(_ mistake: MistakenSimulation) throws {
    let text = SimulatedRun.good.replacingAll(
      "probe: {rows: [{name: a}, {name: b}]}", with: mistake.probe)
    let lines = text.pieces(separatedBy: "\n")
    let line = try #require(lines.firstIndex { $0.holds("▸") })
    let column = try #require(lines[line].index(ofFirst: "▸"))
    let found = try Self.found(in: text.replacingAll("▸", with: ""))
    #expect(found.map(\.code) == [mistake.code], "\(found)")
    let drill = try #require(SimulatedRun.runbook(simulating: SimulatedRun.good).drill?.simulation)
    #expect(found.first?.place?.line == drill.place.line + 1 + line, "\(found)")
    #expect(
      found.first?.place?.column == 5
        + lines[line].distance(
          from: lines[line].startIndex, to: column), "\(found)")
    if let hint = mistake.hint { #expect(found.first?.hint?.holds(hint) == true, "\(found)") }
  }

  @Test(arguments: [
    ("inputs: {needed: 3}", "inputs: {neded: 3, needed: 3}", DiagnosticCode.unknownDrillName),
    ("inputs: {needed: 3}", "inputs: {needed: three}", .wrongSimulatedValue),
  ])
  func checksTheInputs(_ good: String, _ bad: String, _ code: DiagnosticCode) throws {
    let found = try Self.found(in: SimulatedRun.good.replacingAll(good, with: bad))
    #expect(found.map(\.code) == [code], "\(found)")
  }

  @Test func onlyWarnsOfWhatIsMissing() throws {
    let found = try Self.found(in: SimulatedRun.good.replacingAll("look: {answer: done}", with: ""))
    #expect(found.map(\.code) == [.notSimulated])
    #expect(found.map(\.severity) == [.warning])
  }

  @Test func findsNothingWrongWithAGoodOne() throws {
    #expect(try Self.found(in: SimulatedRun.good).isEmpty)
  }

  @Test func isStoredWhole() throws {
    let drill = try #require(SimulatedRun.runbook(simulating: SimulatedRun.good).drill)
    let stored = try JSONEncoder().encode(drill)
    #expect(try JSONDecoder().decode(Drill.self, from: stored) == drill)
    #expect(drill.held(in: .simulate).simulation == drill.simulation)
    #expect(drill.held(in: .sandbox).simulation == nil)
  }

  @Test func aDrillThatWasStoredWithoutOneIsStillRead() throws {
    let drill = try #require(SimulatedRun.runbook(simulating: SimulatedRun.good).drill)
    let stored = String(decoding: try JSONEncoder().encode(drill.held(in: .talk)), as: UTF8.self)
    #expect(!stored.holds("simulation"))
    #expect(try JSONDecoder().decode(Drill.self, from: Data(stored.utf8)).simulation == nil)
  }

  @Test func takesNullForEveryResult() throws {
    let text = SimulatedRun.good.replacingAll(
      "check: {rows: []}", with: "check: {rows: [], result: {affected: null}}")
    #expect(try Self.found(in: text).isEmpty)
  }

  @Test func takesTimesAndDurationsFromTexts() async throws {
    let text = SimulatedRun.good.replacingAll(
      "{status: 503, body: '{\"error\": \"x\"}'}",
      with: "{status: 503, result: {elapsed: 1.5s, headers: {date: '2025-10-18T22:03:41Z'}}}")
    let run = try await SimulatedRun(SimulatedRun.runbook(simulating: text))
    let result = try #require(run.attempts(of: "ask").first?.result.mapValue)
    #expect(result["elapsed"] == .duration(.milliseconds(1500)))
    #expect(result["headers"]?.mapValue?["date"]?.typeName == "timestamp")
  }

  @Test(arguments: [
    ("{answer: done, result: {answer: done}}", "RB800"), ("{answer: done, code: 3}", "RB125"),
    ("{anser: done}", "RB104"), ("{answer: done, delay: soon}", "RB102"),
  ])
  func refusesWhatIsNoOutcome(_ outcome: String, _ code: String) throws {
    let text = SimulatedRun.good.replacingAll("{answer: done}", with: outcome)
    let found = #expect(throws: Diagnostics.self) { try SimulatedRun.runbook(simulating: text) }
    #expect(found?.all.map(\.code.rawValue) == [code])
  }
}
