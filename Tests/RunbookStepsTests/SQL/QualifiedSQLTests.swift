import Foundation
import RunbookEngine
import RunbookModel
import RunbookTestSupport
import Testing

@testable import RunbookPostgres
@testable import RunbookRecovery

/// What the program sends while names are looked up where a step's statements have them looked up: each
/// function, relation, type and operator in it has its schema.
struct QualifiedSQLTests {
  private static let query = ReceiptQuery(
    run: RunID(rawValue: "run-1"), step: StepID("step"), lockKey: "1",
    encoding: "UTF8")
  private static let context = AttemptContext(
    run: query.run, step: query.step, attempt: 1, actor: Actor(account: "tester"), timeout: nil,
    generation: 1, evidenceFolder: "/", output: { _ in }, now: testNow)

  static let texts =
    (SessionSettings.entering + SessionSettings.forSession).map(\.text)
    + [true, false].map { SessionSettings.guardCommand(isLocal: $0).text }
    + [
      SessionSettings.holding(SessionSettings.deciding.map { ($0, "x") }, isLocal: true)?.text
        ?? "?"
    ]
    + [
      "SELECT " + SessionSettings.ownPath(isLocal: true),
      ReceiptQuery.forCommit.text,
      query.record(
        context, Digest.sha256(of: ""), affected: 1, rowCount: 1, result: nil
      ).text, RestorePlan.setting, RoleFence.question.text,
      RoleFence(role: "reader").entering.text, "BEGIN \(SQLTransaction.changing)",
      InvalidIndexes.query.text,
      ParameterForm.question([16384]).text,
    ] + (SQLTransaction.rollback + SQLTransaction.reset + SQLTransaction.pooledReset).map(\.text)

  @Test(arguments: texts) func namesEverySchema(_ sql: String) throws {
    #expect(try unqualified(in: sql) == [])
  }

  @Test(arguments: [
    ("SELECT now()", ["function now"]), ("SELECT 1 FROM t", ["relation t"]),
    ("SELECT a.b::text FROM c.a", ["type text"]), ("SELECT 1 + 2", ["operator +"]),
    ("SELECT 1 WHERE 1 IN (1)", ["operator ="]), ("SELECT CASE 1 WHEN 1 THEN 2 END", ["CASE"]),
    ("SELECT NULLIF(1, 2)", ["operator ="]), ("SELECT 'a' LIKE 'b'", ["operator ~~"]),
    ("INSERT INTO t VALUES (1)", ["relation t"]), ("SELECT 1 = ANY (SELECT 1)", ["operator ="]),
    ("CREATE TABLE a.t (b text)", ["type text"]), ("SELECT 1::int, 2::bigint, true", []),
  ])
  func findsWhatHasNone(_ sql: String, _ expected: [String]) throws {
    #expect(try unqualified(in: sql) == expected)
  }

  private func unqualified(in sql: String) throws -> [String] {
    let json = try SQLParser.parse(sql) { Data($0) }
    var found: [String] = []
    walk(try JSONSerialization.jsonObject(with: json), &found)
    // What the statement itself names by WITH needs no schema.
    let isNamed = ["WITH kept AS", "WITH RECURSIVE kept AS"].contains { sql.holds($0) }
    let own = isNamed ? ["relation kept"] : []
    return found.filter { !own.contains($0) }
  }

  private func walk(_ node: Any, _ found: inout [String]) {
    if let list = node as? [Any] {
      for item in list { walk(item, &found) }
      return
    }
    guard let node = node as? [String: Any] else { return }
    if let call = node["FuncCall"] as? [String: Any] { note("function", call["funcname"], &found) }
    if let name = node["A_Expr"] as? [String: Any] { note("operator", name["name"], &found) }
    if let link = node["SubLink"] as? [String: Any], link["testexpr"] != nil {
      note("operator", link["operName"] ?? [["String": ["sval": "="]]], &found)
    }
    if let type = node["typeName"] as? [String: Any] { note("type", type["names"], &found) }
    if let type = node["TypeName"] as? [String: Any] { note("type", type["names"], &found) }
    if let test = node["CaseExpr"] as? [String: Any], test["arg"] != nil { found.append("CASE") }
    for key in ["RangeVar", "relation"] {
      if let relation = node[key] as? [String: Any], let name = relation["relname"],
        relation["schemaname"] == nil
      {
        found.append("relation \(name)")
      }
    }
    for key in node.keys.sorted() { if let inner = node[key] { walk(inner, &found) } }
  }

  private func note(_ sort: String, _ names: Any?, _ found: inout [String]) {
    let parts = (names as? [[String: Any]] ?? []).compactMap {
      ($0["String"] as? [String: Any])?["sval"] as? String
    }
    if parts.count == 1 { found.append("\(sort) \(parts[0])") }
  }
}
