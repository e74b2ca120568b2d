import RunbookEngine
import RunbookModel
import Testing

@testable import RunbookLogs
@testable import RunbookMigrations
@testable import RunbookPostgres
@testable import RunbookRecovery
@testable import RunbookSandbox
@testable import RunbookSteps

/// The system takes a path, and libpq a connection's words, as far as a zero byte: a value that holds one leads elsewhere
/// than what is shown says, so none is taken.
struct ZeroByteTests {
  struct Written: Sendable, CustomTestStringConvertible {
    let name: String
    let kind: any StepKind
    let body: [(String, FieldValue)]
    var connection: String?
    var testDescription: String { name }
  }

  private static let value = KindFixture.text("${{ v }}")
  private static let gateway = PostgresGateway { .epoch }

  static let places = [
    Written(
      name: "log", kind: LogKind(),
      body: [("format", KindFixture.text("iso8601")), ("path", value)]),
    Written(
      name: "a pattern", kind: LogKind(),
      body: [("format", KindFixture.text("iso8601")), ("path", KindFixture.text("/l/*${{ v }}"))]),
    Written(name: "migrations", kind: MigrationsKind(environment: [:]), body: [("path", value)]),
    Written(
      name: "compare",
      kind: CompareKind(
        gateway: gateway, environment: [:], servers: PostgresSandbox(environment: [:])),
      body: [("with", value)],
      connection: "main"),
    Written(
      name: "wal", kind: WALKind(gateway: gateway, environment: [:]), body: [("folder", value)],
      connection: "main"),
    Written(
      name: "working_directory", kind: ShellKind(environment: [:]),
      body: [("script", KindFixture.text("true")), ("working_directory", value)]),
  ]

  @Test(arguments: places, ["\0", "a\0", "/var/log/a.log\0.txt", "\0/a"])
  func aPathWithOneIsRefused(_ place: Written, _ value: String) throws {
    let step = Step(
      id: StepID("s"), title: "", phase: .timeline, kind: place.name,
      body: Fields(
        place.body.map { .init(name: $0.0, place: KindFixture.place, value: $0.1) },
        at: KindFixture.place), place: KindFixture.place, options: StepOptions())
    let binding = KindFixture.binding(
      ValueMap([("v", .string(value))]), connection: place.connection)
    let failure = #expect(throws: StepFailure.self) { try place.kind.bind(step, to: binding) }
    #expect(failure?.record.cause == .invalid)
    #expect(failure?.record.message.holds("zero byte") == true, "\(String(describing: failure))")
  }

  @Test(arguments: ["host=h dbname=a\0b", "postgres://h/a\0b", "host=h\0 dbname=a"])
  func aConnectionsUrlWithOneIsRefused(_ url: String) {
    let failure = #expect(throws: StepFailure.self) { try PostgresTarget(url: url) }
    #expect(failure?.record.message.holds("zero byte") == true)
  }
}
