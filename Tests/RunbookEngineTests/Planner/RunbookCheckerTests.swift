import RunbookModel
import Testing

@testable import RunbookEngine

/// What validation says beyond the reader: each diagnostic with its place, code and hint.
struct RunbookCheckerTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let steps: [Step]
    var connections: [Runbook.Connection] = []
    var sandbox: Runbook.Sandbox?
    let found: [String]
    var testDescription: String { found.first ?? "nothing is found" }
  }

  @Test(arguments: cases) func finds(_ example: Case) {
    let runbook = runbook(
      example.steps, inputs: [input("auth_url")], connections: example.connections,
      constants: [
        Runbook.Constant(
          name: "protected", place: Place(file: "runbook.yaml", line: 1, column: 1), value: [])
      ], sandbox: example.sandbox)
    let checker = RunbookChecker(kinds: Simulation(runbook).kinds)
    let lines = checker.check(runbook).all.map { one in
      let place = one.place.map { "\($0.line):\($0.column)+\($0.length)" } ?? "-"
      return "\(one.code.rawValue) \(place) \(one.message) | \(one.hint ?? "-")"
    }
    #expect(lines == example.found)
  }

  /// What is given by `--set` is seen by everybody.
  @Test(arguments: [
    ("token", Runbook.InputType.string, false, true), ("db_password", .string, false, true),
    ("token", .string, true, false), ("token_file", .string, false, false),
    ("auth_url", .url, false, false), ("max_tokens", .int, false, false),
  ]) func warnsOfACredentialThatIsNoSecret(
    _ name: String, _ type: Runbook.InputType, _ isSecret: Bool, _ isWarned: Bool
  ) {
    let input = Runbook.Input(
      name: name, place: Place(file: "runbook.yaml", line: 1, column: 1), type: type,
      isSecret: isSecret)
    let runbook = runbook([step("s", .detection)], inputs: [input])
    let found = RunbookChecker(kinds: Simulation(runbook).kinds).check(runbook).all
    #expect(found.map(\.code) == (isWarned ? [.undeclaredSecret] : []))
    #expect(found.allSatisfy { $0.severity == .warning })
  }

  private static func when(_ expression: String, line: Int = 3) -> Step {
    step("s", .detection, line: line) { $0.when = source(expression, line: line) }
  }

  private static let capturing = step("first", .detection, line: 1) {
    $0.captures = [capture("missing", "stdout")]
  }

  private static let undefined: [Case] = [
    Case(
      steps: [when("has(inputs.auth_ulr)")],
      found: ["RB300 3:14+15 there is no input 'auth_ulr' | did you mean 'auth_url'?"]),
    Case(
      steps: [when("inputs.nothing == ''")],
      found: ["RB300 3:10+14 there is no input 'nothing' | known here: auth_url"]),
    Case(
      steps: [when("size(constants.protectd) > 0")],
      found: ["RB300 3:15+18 there is no constant 'protectd' | did you mean 'protected'?"]),
    Case(
      steps: [when("findings.x")], found: ["RB300 3:10+10 there is no finding 'x' | -"]),
    Case(
      steps: [when("run.idd == ''")],
      found: ["RB300 3:10+7 there is no field of 'run' 'idd' | did you mean 'id'?"]),
    Case(
      steps: [when("steps['later'].attempts > 0"), step("later", .detection)],
      found: ["RB300 3:10+23 there is no earlier step 'later' | -"]),
    Case(
      steps: [capturing, when("size(mising) > 0")],
      found: ["RB300 3:15+6 nothing is called 'mising' here | did you mean 'missing'?"]),
    Case(
      steps: [
        when("missing == ''"), step("z", .detection) { $0.captures = capturing.options.captures },
      ],
      found: ["RB300 3:10+7 nothing is called 'missing' here | -"]),
    Case(
      steps: [when("auth_url == ''")],
      found: ["RB300 3:10+8 nothing is called 'auth_url' here | write inputs.auth_url"]),
    Case(
      steps: [when("size(protected) > 0")],
      found: ["RB300 3:15+9 nothing is called 'protected' here | write constants.protected"]),
    Case(
      steps: [step("s", .detection, text: "echo ${{ input.x }}", line: 4)],
      found: ["RB300 4:19+7 nothing is called 'input' here | did you mean 'inputs'?"]),
    Case(
      steps: [when("sandbox.folder == ''")],
      found: ["RB300 3:10+14 nothing is called 'sandbox' here | -"]),
    Case(
      steps: [when("stdout == ''")],
      found: ["RB300 3:10+6 nothing is called 'stdout' here | -"]),
  ]

  private static let others: [Case] = [
    Case(
      steps: [step("s", .detection, kind: "sql") { $0.connection = source("mian", line: 5) }],
      connections: [connection()],
      found: ["RB300 5:10+4 there is no connection 'mian' | did you mean 'main'?"]),
    Case(
      steps: [step("s", .detection, kind: "sql", line: 6)],
      found: [
        "RB302 6:5+0 a 'sql' step needs a connection, and the runbook has none"
          + " | declare it under 'connections', or name it with 'connection:'"
      ]),
    Case(
      steps: [step("s", .detection, kind: "sql", line: 6)],
      connections: [connection(), connection("other")],
      found: [
        "RB302 6:5+0 the runbook has several connections, and the step names none"
          + " | declare it under 'connections', or name it with 'connection:'"
      ]),
    Case(
      steps: [step("s", .detection) { $0.captures = [capture("stdout", "stdout")] }],
      found: [
        "RB301 1:1+0 the capture 'stdout' has the name of a result of 'shell'"
          + " | give the capture another name"
      ]),
    Case(
      steps: [
        step("maybe", .detection) {
          $0.when = source("true")
          $0.captures = [capture("missing", "stdout")]
        }, when("missing == ''"),
      ],
      found: [
        "RB304 3:10+7 'missing' is undefined when step 'maybe' is skipped"
          + " | give the capture a default: {value: …, default: …}"
      ]),
    Case(
      steps: [step("fix", .recovery, line: 7)],
      found: [
        "RB303 7:5+0 no detection step has 'confirms', so recovery could never run"
          + " | say with 'confirms' which result shows the incident"
      ]),
    Case(
      steps: [], sandbox: sandbox,
      found: ["RB300 8:3+0 the runbook has no input 'auth_ulr' | did you mean 'auth_url'?"]),
  ]

  private static let fine: [Case] = [
    Case(
      steps: [
        step("maybe", .detection) {
          $0.when = source("has(inputs.auth_url)")
          $0.expect = [source("stdout != ''")]
          $0.captures = [capture("missing", "stdout", fallback: "")]
          $0.confirms = source("missing == stdout")
        },
        when("missing == '' && findings.maybe && steps['maybe'].attempts > 0 && run.sandbox"),
      ], found: [])
  ]

  private static var sandbox: Runbook.Sandbox {
    let place = Place(file: "runbook.yaml", line: 8, column: 3)
    return Runbook.Sandbox(
      place: place,
      inputs: [
        Runbook.Sandbox.Setting(
          name: "auth_ulr", place: place, value: source("${{ sandbox.services.web }}"))
      ], settings: [], fixture: [], services: [], fault: [])
  }

  static let cases = undefined + others + fine
}
