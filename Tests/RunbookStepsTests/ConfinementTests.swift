import RunbookEngine
import RunbookModel
import Testing

@testable import RunbookPostgres
@testable import RunbookSteps
@testable import RunbookSystem

@Suite("What a sandbox's run may reach")
struct ConfinementTests {
  private let confinement = Confinement(
    folder: "/var/tmp/box", serverSocket: "/var/tmp/box/socket")

  @Test(arguments: [
    ("postgresql://postgres@%2Fvar%2Ftmp%2Fbox%2Fsocket/sandbox", true),
    ("host=/var/tmp/box/socket dbname=sandbox", true),
    ("host=/var/tmp/box/socket hostaddr=10.0.0.1 dbname=sandbox", false),
    ("host=/var/tmp/box/socket,db.example dbname=sandbox", false),
    ("host=/var/tmp/box/socket/../../other/socket dbname=sandbox", false),
    ("service=production", false), ("dbname=sandbox", false),
    ("postgresql://app@127.0.0.1/app", false), ("postgresql://app@db.example:5432/app", false),
  ])
  func onlyItsOwnDatabase(url: String, isAllowed: Bool) throws {
    let target = try PostgresTarget(url: url)
    let isReached = (try? confinement.check(target)) != nil
    #expect(isReached == isAllowed)
  }

  @Test func gatewayRefusesBeforeItConnects() async throws {
    let gateway = PostgresGateway(now: { .epoch }, confinement: confinement)
    let connection = Runbook.Connection(
      name: "main", place: Place(file: "x", line: 1, column: 1), kind: "postgres",
      url: SourceText("x", at: Place(file: "x", line: 1, column: 1), layout: .line))
    await #expect(throws: StepFailure.self) {
      try await gateway.configure(connection, url: "postgresql://app@db.example/app")
    }
    #expect(gateway.target(of: "main") == nil)
  }

  @Test(arguments: [
    ("http://127.0.0.1:8000/x", true), ("http://127.9.8.7/x", true), ("http://localhost:1/", true),
    ("https://[::1]:8443/", true), ("http://app.example/", false), ("http://10.0.0.1/", false),
    ("http://127.0.0.1.example/", false), ("http://127.1/", false),
    ("http://localhost.evil/", false),
    ("http://127.0.0.1@evil.example/", false), ("http://[::1].evil/", false),
  ])
  func onlyThisMachineOverHTTP(url: String, isAllowed: Bool) {
    let request = HTTPRequest(method: "GET", url: url, headers: [])
    let isReached = (try? confinement.check(request)) != nil
    #expect(isReached == isAllowed)
  }

  @Test(arguments: [
    ("/var/tmp/box/socket/app", true), ("/var/run/docker.sock", false),
    ("/var/tmp/box/../../run/docker.sock", false), ("/var/tmp/boxes/app", false),
  ])
  func onlySocketsOfItsOwn(socket: String, isAllowed: Bool) {
    var request = HTTPRequest(method: "GET", url: "http://app.example/", headers: [])
    request.socket = socket
    let isReached = (try? confinement.check(request)) != nil
    #expect(isReached == isAllowed)
  }

  @Test func variablesLeadNowhere() {
    let given = [
      "PATH": "/bin", "HOME": "/root", "DATABASE_URL": "postgresql://x", "PGHOST": "db",
      "PGSERVICE": "p", "API": "see https://app.example", "RUNBOOK_STATE": "/s",
      "DSN": "host=db.example dbname=app", "OTHER": "service = production", "DB_HOST": "db.example",
      "SSH_AUTH_SOCK": "/run/agent", "KUBECONFIG": "/root/kube", "LC_ALL": "C",
    ]
    #expect(
      Confinement.environment(given).keys.sorted() == [
        "DB_HOST", "HOME", "KUBECONFIG", "LC_ALL", "PATH", "RUNBOOK_STATE", "SSH_AUTH_SOCK",
      ])
    let child = confinement.childEnvironment(given)
    #expect(
      child == [
        "PATH": "/bin", "HOME": "/root", "LC_ALL": "C", "RUNBOOK_STATE": "/s",
        "PGHOST": "/var/tmp/box/socket", "PGPASSFILE": "/var/tmp/box/no-passwords",
        "PGSERVICEFILE": "/var/tmp/box/no-services",
      ])
  }
}
