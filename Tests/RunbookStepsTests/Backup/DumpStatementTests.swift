import Testing

@testable import RunbookPostgres
@testable import RunbookRecovery

struct DumpStatementTests {
  @Test(arguments: [
    ("GRANT postgres TO evil", "ACL"), ("GRANT a TO b WITH INHERIT TRUE", "ACL"),
    ("GRANT CREATE ON DATABASE sandbox TO evil", "ACL"),
    ("GRANT SET ON PARAMETER a TO evil", "ACL"),
    ("ALTER ROLE evil SUPERUSER", "TABLE"), ("CREATE ROLE evil", "SCHEMA"),
    ("ALTER SYSTEM SET fsync = off", "TABLE"), ("ALTER DATABASE sandbox SET a = b", "TABLE"),
    ("ALTER DATABASE sandbox OWNER TO evil", "TABLE"), ("DROP TABLE t", "TABLE"),
    ("CREATE TABLE t AS SELECT f()", "TABLE"), ("CREATE TABLE t (a) AS SELECT f()", "TABLE"),
    ("CREATE TABLE t AS SELECT unknown syntax here", "TABLE"),
    ("CREATE SCHEMA s CREATE VIEW v AS SELECT f()", "SCHEMA"),
    ("CREATE TABLE t (a int)", "COMMENT"),
    ("ALTER FUNCTION f() OWNER TO evil", "COMMENT"), ("DO 'BEGIN END'", "FUNCTION"),
    ("SELECT f()", "VIEW"), ("COPY t FROM PROGRAM 'x'", "TABLE"), ("SET ROLE evil", "TABLE"),
  ])
  func isNotOneOfADump(_ text: String, _ kind: String) {
    let statement = DumpStatement(text)
    #expect(!statement.mayStand(in: kind) || !statement.mayBeRun)
  }

  @Test(arguments: [
    ("GRANT SELECT(a) ON TABLE t TO b WITH GRANT OPTION", "ACL"),
    ("REVOKE ALL ON FUNCTION f() FROM PUBLIC", "ACL"), ("GRANT MAINTAIN ON TABLE t TO b", "ACL"),
    ("CREATE UNLOGGED TABLE t (a int)", "TABLE"),
    ("CREATE TABLE t (a int, b int GENERATED ALWAYS AS (a + 1) VIRTUAL)", "TABLE"),
    ("CREATE TABLE t (a int CONSTRAINT n NOT NULL NO INHERIT)", "TABLE"),
    ("CREATE MATERIALIZED VIEW v AS SELECT 1 WITH NO DATA", "MATERIALIZED VIEW"),
    ("ALTER TABLE ONLY t ATTACH PARTITION p DEFAULT", "TABLE ATTACH"),
    ("CREATE OR REPLACE VIEW v AS SELECT 1", "RULE"),
  ])
  func isOneOfADump(_ text: String, _ kind: String) {
    let statement = DumpStatement(text)
    #expect(statement.mayStand(in: kind) && statement.mayBeRun)
  }
}
