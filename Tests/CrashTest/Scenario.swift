/// The runbook that is killed, and what every whole run of it leaves behind.
///
/// Each mutating step leaves one line with its id in a ledger of the test's own, in the effect itself: in
/// the step's transaction, or as its only statement or write. Nothing keeps a second line from being
/// written, so that what happens twice shows.
struct Scenario {
  /// Where a step's line goes.
  enum Ledger { case table, file }

  /// How a step changes something.
  enum Sort: CaseIterable {
    /// Rows that a second time would change again, with a slow commit.
    case change
    /// A table that a second time could not make.
    case definition
    /// A value that the next step needs: a receipt has to give it back.
    case capture
    /// What the step before captured.
    case use
    /// A statement outside a transaction, settled by a probe.
    case outside
    /// A line in a file, settled by a probe.
    case file
    /// A row by way of `psql`, settled by a probe.
    case client
  }

  struct Step {
    let id: String
    let sort: Sort
    let isSafeguard: Bool

    var ledger: Ledger { sort == .file ? .file : .table }
    var hasReceipt: Bool { ![.outside, .file, .client].contains(sort) }
  }

  let steps: [Step]

  /// - Parameter sorts: of steps that it does without.
  init(without sorts: Set<Sort> = []) {
    let recovery: [Sort] = [
      .change, .definition, .file, .capture, .use, .change, .client, .change, .outside,
      .definition, .file, .change, .capture, .use, .change, .change, .file, .definition, .outside,
      .change, .capture, .use, .client, .change, .definition, .change, .file, .change, .change,
      .definition,
    ]
    let safeguards: [Sort] = [.change, .file, .definition, .change]
    steps = (recovery + safeguards).enumerated().filter { !sorts.contains($0.element) }.map {
      number, sort in
      let text = number < 9 ? "0\(number + 1)" : "\(number + 1)"
      return Step(id: "step-\(text)", sort: sort, isSafeguard: number >= recovery.count)
    }
  }

  /// The gates that are asked, approved ahead of time.
  var approvals: [String] {
    (["recovery"] + steps.map(\.id)).flatMap { ["--approve", $0] }
  }

  /// What the database holds before.
  static let preparation = """
    CREATE TABLE ledger (step text NOT NULL);
    CREATE TABLE account (id integer PRIMARY KEY, balance bigint NOT NULL);
    CREATE TABLE seen (step text NOT NULL, value bigint NOT NULL);
    CREATE TABLE audit (what text NOT NULL);
    INSERT INTO account SELECT n, 100 * n FROM generate_series(1, 20) n;
    CREATE FUNCTION note_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN INSERT INTO audit VALUES (TG_TABLE_NAME || ' ' || TG_OP); RETURN NULL; END $$;
    CREATE TRIGGER counted AFTER INSERT OR UPDATE OR DELETE ON account
      FOR EACH ROW EXECUTE FUNCTION note_change();
    CREATE TRIGGER counted AFTER INSERT OR UPDATE OR DELETE ON seen
      FOR EACH ROW EXECUTE FUNCTION note_change();
    CREATE FUNCTION linger() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN PERFORM pg_sleep(0.002); RETURN NULL; END $$;
    CREATE CONSTRAINT TRIGGER slow_commit AFTER INSERT ON ledger DEFERRABLE INITIALLY DEFERRED
      FOR EACH ROW EXECUTE FUNCTION linger();
    """

  /// All that a run changes in the database but the order in which rows lie: one text to compare.
  static let picture = """
    SELECT 'account ' || string_agg(to_jsonb(a)::text, ' ' ORDER BY id) FROM account a
    UNION ALL SELECT 'seen ' || coalesce(string_agg(s::text, ' ' ORDER BY s::text), '') FROM seen s
    UNION ALL SELECT 'audit ' || string_agg(what || ' ' || n, ', ' ORDER BY what)
      FROM (SELECT what, count(*) AS n FROM audit GROUP BY what) AS counted
    UNION ALL SELECT 'table ' || c.relname || ' '
        || query_to_xml(format('SELECT * FROM %I ORDER BY 1', c.relname), false, false, '')::text
      FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relname LIKE 'made%'
        AND c.relkind = 'r'
    ORDER BY 1
    """

  var text: String {
    let recovery = steps.filter { !$0.isSafeguard }.map(text(of:)).joined(separator: "\n")
    let safeguards = steps.filter(\.isSafeguard).map(text(of:)).joined(separator: "\n")
    return """
      runbook: crash
      title: A run that is killed
      connections:
        main: {kind: postgres, url: "${{ env.DATABASE_URL }}"}
      inputs:
        ledger: {type: path}
      detection:
        - id: accounts
          sql: SELECT count(*) AS n, sum(balance) AS total FROM account
          confirms: rows[0].n == 20
          capture: {total: "rows[0].total"}
          retry: {every: 100ms, for: 30s}
      recovery:
      \(recovery)
      verification:
        - id: more-than-before
          sql: SELECT sum(balance) > :total AS grown FROM account
          expect: rows[0].grown
          retry: {every: 100ms, for: 30s}
        - id: recovery-done
          sql: SELECT count(DISTINCT step) AS n FROM ledger WHERE step <= '\(lastOfRecovery)'
          expect: rows[0].n == \(steps.count { !$0.isSafeguard && $0.ledger == .table })
          retry: {every: 100ms, for: 30s}
      safeguards:
      \(safeguards)
      """
  }

  /// Checks are made again behind safeguards, which write into the ledger too.
  private var lastOfRecovery: String { steps.last { !$0.isSafeguard }?.id ?? "" }

  private func text(of step: Step) -> String {
    let body = body(of: step).split(separator: "\n").joined(separator: "\n    ")
    return "  - id: \(step.id)\n    \(body)"
  }

  private func body(of step: Step) -> String {
    let line = "INSERT INTO ledger VALUES ('\(step.id)')"
    let number = step.id.suffix(2)
    switch step.sort {
    case .change:
      return """
        sql: |
          \(line);
          UPDATE account SET balance = balance + 1\(number) WHERE id % 4 = \(number) % 4;
        expect: affected == 6
        """
    case .definition:
      return """
        sql: |
          CREATE TABLE made_\(number) AS SELECT id, balance FROM account;
          ALTER TABLE made_\(number) ADD PRIMARY KEY (id);
          \(line);
        """
    case .capture:
      return """
        sql: |
          \(line);
          UPDATE account SET balance = balance * 2 + 1 WHERE id = 7 RETURNING balance AS value;
        capture: {value_\(number): "rows[0].value"}
        """
    case .use:
      let former = Int(number).map { $0 < 11 ? "0\($0 - 1)" : "\($0 - 1)" } ?? ""
      return """
        sql: |
          \(line);
          INSERT INTO seen VALUES ('\(step.id)', :value_\(former));
        """
    case .outside:
      return """
        sql: {text: "\(line)", transaction: none}
        \(Self.probe(step))
        """
    case .file:
      return """
        shell:
          script: echo \(step.id) >> "$LEDGER"
          env: {LEDGER: "${{ inputs.ledger }}"}
        settle:
          shell:
            script: test -e "$LEDGER" && grep -qx \(step.id) "$LEDGER"
            env: {LEDGER: "${{ inputs.ledger }}"}
          done: exit_code == 0
        """
    case .client:
      return """
        connection: main
        shell: psql -X -q -v ON_ERROR_STOP=1 -c "\(line)"
        \(Self.probe(step))
        """
    }
  }

  private static func probe(_ step: Step) -> String {
    """
    settle:
      sql: SELECT count(*) AS n FROM ledger WHERE step = '\(step.id)'
      done: rows[0].n == 1
      not_done: rows[0].n == 0
    """
  }
}
