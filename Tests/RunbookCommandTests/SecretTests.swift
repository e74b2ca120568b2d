import Foundation
import RunbookModel
import RunbookTestSupport
import Testing

/// L7: secrets are redacted by value before anything is stored or shown.
@Suite(.enabled(if: TestServer.isAvailable), .timeLimit(.minutes(2)))
struct SecretTests {
  private static let token = "t0ken-of-the-test-4711"
  private static let password = "passw0rd-of-the-test"

  @Test func storesAndShowsNoSecret() async throws {
    let workspace = try Workspace()
    let database = try Database()
    try workspace.write(
      """
      runbook: secrets
      title: Secrets everywhere
      inputs:
        token: {type: string, secret: true}
      connections:
        main: {kind: postgres, url: "${{ env.DATABASE_URL }}"}
      detection:
        - id: in-sql
          sql: SELECT :token::text AS token
          confirms: row_count == 1
        - id: in-shell
          effect: readOnly
          connection: main
          shell:
            script: echo "out $TOKEN"; echo "err ${PGPASSWORD:-none} $TOKEN" >&2
            env: {TOKEN: "${{ inputs.token }}"}
          capture: {said: stdout}
      recovery:
        - id: literal
          sql: COMMENT ON SCHEMA public IS :'token'
      verification:
        - id: failing
          sql: SELECT (:token::text)::int
      """, to: "secrets.yaml")
    let output = try await workspace.run(
      ["run", "secrets.yaml", "--approve", "recovery"],
      environment: [
        "DATABASE_URL": database.url(password: Self.password), "RUNBOOK_INPUT_token": Self.token,
      ])
    #expect(output.status == 1, "\(output.all)")
    // The run went as far as it could, with the real value.
    #expect(database.query("SELECT obj_description('public'::regnamespace)") == Self.token)
    var seen = try workspace.contents(of: "state") + workspace.contents(of: "reports")
    #expect(seen.count >= 2)
    seen.append(("the output", Data(output.all.utf8)))
    let journal = try await workspace.run(["journal"])
    seen.append(("the journal", Data(journal.all.utf8)))
    for (path, data) in seen {
      for secret in [Self.token, Self.password] {
        #expect(data.range(of: Data(secret.utf8)) == nil, "\(secret) in \(path)")
      }
    }
  }

  @Test func keepsTheStateFolderPrivate() async throws {
    let workspace = try Workspace()
    try workspace.write(Example.shell("exit 1"), to: "shell.yaml")
    _ = try await workspace.run(["run", "shell.yaml"])
    #expect(try permissions(workspace.stateFolder) == 0o700)
    for (path, _) in try workspace.contents(of: "state") {
      #expect(try permissions(path) == 0o600, "\(path)")
    }
  }

  private func permissions(_ path: String) throws -> Int {
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    return (attributes[.posixPermissions] as? Int ?? 0) & 0o777
  }
}
