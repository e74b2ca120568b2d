import Foundation
import RunbookModel
import RunbookTestSupport
import Testing

/// L7: secrets are redacted by value before anything is stored or shown.
@Suite(.enabled(if: TestServer.isAvailable), .timeLimit(.minutes(15)))
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
    #expect(output.status == 75, "\(output.all)")
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

  /// Planted wherever a run can meet it: the test reads the bytes of all that is left.
  @Test func leavesNoSecretOfAnySortAnywhere() async throws {
    let workspace = try Workspace()
    let database = try Database()
    let server = try workspace.write(
      """
      import base64, http.server, os, sys
      class Handler(http.server.BaseHTTPRequestHandler):
          def do_GET(self):
              said = self.headers.get("Authorization", "") + self.headers.get("X-Token", "")
              self.send_response(200)
              self.send_header("X-Echo", said)
              self.end_headers()
              self.wfile.write(("got " + said).encode())
          def log_message(self, *words):
              pass
      server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
      print(server.server_port, flush=True)
      server.handle_request()
      """, to: "echo.py")
    try workspace.write("2025-10-18T22:04:00Z ERROR token \(Self.token) refused\n", to: "app.log")
    try workspace.write(
      """
      runbook: planted
      title: Secrets planted everywhere
      inputs:
        token: {type: string, secret: true}
        log: {type: path}
      connections:
        main: {kind: postgres, url: "${{ env.DATABASE_URL }}"}
      timeline:
        - id: in-log
          log: {path: "${{ inputs.log }}", format: iso8601, match: ERROR}
      detection:
        - id: in-sql
          sql: SELECT :token::text AS token, encode(convert_to(:token::text, 'UTF8'), 'base64') AS b
          confirms: row_count == 1
        - id: in-error
          sql: SELECT (:token::text || '')::int
        - id: in-output
          effect: readOnly
          shell:
            script: |
              env; echo "$TOKEN" | base64; printf %s "user:$TOKEN" | base64
              printf %s "$TOKEN" | od -An -tx1 | tr -d ' \\n'; echo "$TOKEN" >&2
              seq 1 3000 | sed "s/^/$TOKEN /"
            env: {TOKEN: "${{ inputs.token }}"}
        - id: in-header
          effect: readOnly
          shell:
            script: |
              python3 echo.py > port &
              while [ ! -s port ]; do :; done
              curl -s -D - -u "me:$TOKEN" -H "X-Token: $TOKEN" "http://127.0.0.1:$(cat port)/?t=$TOKEN"
              wait
            env: {TOKEN: "${{ inputs.token }}"}
      recovery:
        - id: literal
          sql: COMMENT ON SCHEMA public IS :'token'
      verification:
        - id: passes
          sql: SELECT 1
      """, to: "planted.yaml")
    _ = server
    let output = try await workspace.run(
      [
        "run", "planted.yaml", "--approve", "recovery", "--set", "log=\(workspace.path("app.log"))",
      ],
      environment: [
        "DATABASE_URL": database.url(password: Self.password), "RUNBOOK_INPUT_token": Self.token,
        "MY_API_KEY": "undeclared-key-0815",
      ])
    for format in ["markdown", "html", "json"] {
      let path = workspace.path("reports/report.\(format)")
      let written = try await workspace.run(["report", "--format", format, "--output", path])
      #expect(written.status == 0, "\(written.all)")
    }
    var seen = try workspace.contents(of: "state") + workspace.contents(of: "reports")
    seen.append(("the output", Data(output.all.utf8)))
    seen.append(("the journal", Data(try await workspace.run(["journal"]).all.utf8)))
    // The long output is in a file of evidence, and beside the report.
    #expect(seen.contains { $0.path.holds("evidence") && $0.data.count > 30_000 })
    for secret in [Self.token, Self.password, "undeclared-key-0815"] {
      let bytes = Data(secret.utf8)
      let hexadecimal = bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }
        .joined()
      let user = Data("user:\(secret)".utf8).base64EncodedString()
      for form in [secret, bytes.base64EncodedString(), user, hexadecimal] {
        for (path, data) in seen {
          #expect(data.range(of: Data(form.utf8)) == nil, "\(form) in \(path)")
        }
      }
    }
    // All of the steps did meet it.
    let journal = try await workspace.run(["journal"]).stdout
    for step in ["in-log", "in-sql", "in-error", "in-output", "in-header"] {
      #expect(journal.holds("[redacted]") && journal.holds("\"step\":\"\(step)\""), "\(step)")
    }
  }

  @Test func aDryRunShowsNoSecret() async throws {
    let workspace = try Workspace()
    try workspace.write(
      """
      runbook: dry
      title: Shown before it runs
      inputs: {token: {type: string, secret: true}}
      detection:
        - id: request
          http: {get: "http://127.0.0.1:1/?t=${{ inputs.token }}", headers: {X-Token: "${{ inputs.token }}"}}
        - id: script
          effect: readOnly
          shell: {script: "echo $TOKEN", env: {TOKEN: "${{ inputs.token }}"}}
      """, to: "dry.yaml")
    let output = try await workspace.run(
      ["run", "dry.yaml", "--dry-run"], environment: ["RUNBOOK_INPUT_token": Self.token])
    #expect(output.status == 0, "\(output.all)")
    #expect(!output.all.holds(Self.token))
    #expect(output.all.holds("[redacted]"))
  }

  /// What people say goes through what the process knows: the environment, and the run's own inputs.
  @Test func storesNoSecretThatAPersonTypes() async throws {
    let workspace = try Workspace()
    try workspace.write("file-secret-0815\r\n\r\n", to: "secret.txt")
    try workspace.write(
      """
      runbook: people
      title: Held
      inputs:
        token: {type: string, secret: true}
        filed: {type: string, secret: true, from: {file: secret.txt}}
      detection:
        - id: found
          manual: Is it so?
      """, to: "people.yaml")
    let secrets = ["RUNBOOK_INPUT_token": Self.token, "DB_PASS": "p4ss"]
    let run = try await workspace.run(
      ["run", "people.yaml", "--as", "me p4ss"], environment: secrets)
    #expect(run.status == 75, "\(run.all)")
    let words = "said \(Self.token) and p4ss and file-secret-0815"
    for command in [
      ["note", "", words, "--as", "Ada \(Self.token)"],
      ["report", "edit", "--set", "reported_by=\(words)"],
      ["abandon", "--reason", words, "--yes"],
    ] {
      let id = try #require(
        FileManager.default.contentsOfDirectory(atPath: "\(workspace.stateFolder)/runs").first)
      let output = try await workspace.run(
        command.map { $0.isEmpty ? id : $0 }, environment: secrets)
      #expect(output.status == 0, "\(command.first ?? ""): \(output.all)")
    }
    let journal = try await workspace.run(["journal"])
    #expect(journal.stdout.holds("said [redacted] and [redacted] and [redacted]"))
    for (path, data) in try workspace.contents(of: "state") {
      for secret in [Self.token, "p4ss", "file-secret-0815"] {
        #expect(data.range(of: Data(secret.utf8)) == nil, "\(secret) in \(path)")
      }
    }
  }

  @Test func aCommandsWordsAreNotPassedThrough() async throws {
    let workspace = try Workspace()
    try workspace.write(
      """
      runbook: fetched
      title: A secret that a command fetches
      inputs:
        token: {type: string, secret: true, from: {command: [sh, -c, "echo fetched-4711; echo said fetched-4711 >&2; exit ${CODE:-0}"]}}
      detection:
        - id: a
          effect: readOnly
          shell: echo done
      """, to: "fetched.yaml")
    let fine = try await workspace.run(["run", "fetched.yaml"])
    #expect(!fine.all.holds("fetched-4711"))
    let failed = try await workspace.run(["run", "fetched.yaml"], environment: ["CODE": "3"])
    #expect(failed.status == 64)
    #expect(!failed.all.holds("fetched-4711"))
    #expect(failed.all.holds("ended with 3"))
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
