/// A runbook with a step of every sort of settlement, and what a whole run of it leaves: one line a step
/// in a ledger that knows nothing of receipts.
enum CrashScenario {
  /// The mutating steps, by where each leaves its line.
  static let tableSteps = ["change", "capture", "use", "outside", "harden"]
  static let fileSteps = ["script", "request"]
  static let allSteps =
    ["damage"] + ["change", "capture", "script", "use", "request", "look", "outside"] + ["whole"]
    + ["harden"]

  static let preparation = """
    CREATE TABLE ledger (step text NOT NULL);
    CREATE TABLE account (id integer PRIMARY KEY, balance bigint NOT NULL);
    INSERT INTO account SELECT n, 100 * n FROM generate_series(1, 5) n;
    """

  static let picture = """
    SELECT string_agg(a::text, ' ' ORDER BY id) FROM account a
    UNION ALL SELECT string_agg(step, ' ' ORDER BY step) FROM ledger
    UNION ALL SELECT (to_regclass('hardened') IS NOT NULL)::text
    """

  /// - Parameters:
  ///   - ledger: the file of the script's ledger.
  ///   - socket: of the server that counts requests.
  static func text(ledger: String, socket: String) -> String {
    """
    runbook: matrix
    title: A run that dies
    connections:
      main: {kind: postgres, url: "${{ env.DATABASE_URL }}"}
    detection:
      - id: damage
        sql: SELECT count(*) AS n FROM account
        confirms: rows[0].n == 5
    recovery:
      - id: change
        sql: |
          UPDATE account SET balance = balance + 1;
          INSERT INTO ledger VALUES ('change');
      - id: capture
        sql: |
          INSERT INTO ledger VALUES ('capture');
          UPDATE account SET balance = balance * 2 WHERE id = 3 RETURNING balance;
        capture: {balance: "rows[0].balance"}
      - id: script
        shell: {script: echo script >> "$LEDGER", env: {LEDGER: "\(ledger)"}}
        settle:
          shell: {script: 'test -e "$LEDGER" && grep -qx script "$LEDGER"', env: {LEDGER: "\(ledger)"}}
          done: exit_code == 0
      - id: use
        sql: |
          UPDATE account SET balance = :balance WHERE id = 4;
          INSERT INTO ledger VALUES ('use');
      - id: request
        http: {post: "http://localhost/request", unix_socket: "\(socket)"}
        expect: status == 200
        settle:
          http: {get: "http://localhost/request", unix_socket: "\(socket)"}
          done: status == 200 && json.count == 1
          not_done: status == 200 && json.count == 0
      - id: look
        manual: Look at the accounts.
      - id: outside
        sql: {text: "INSERT INTO ledger VALUES ('outside')", transaction: none}
        settle:
          sql: SELECT count(*) AS n FROM ledger WHERE step = 'outside'
          done: rows[0].n == 1
    verification:
      - id: whole
        sql: SELECT count(*) AS n FROM ledger WHERE step <> 'harden'
        expect: rows[0].n == 4
    safeguards:
      - id: harden
        sql: |
          CREATE TABLE hardened AS SELECT 1 AS x;
          INSERT INTO ledger VALUES ('harden');
    """
  }
}
