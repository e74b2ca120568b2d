import Foundation
import Testing

/// The source incident, replayed: the example is the report of a run in a sandbox whose clocks were set to
/// the incident's evening. Each fact of the source's report that a run can know stands in its place; what
/// people must add is a TODO there.
struct SourceIncidentTests {
  /// A statement of the source report, and how ours has it.
  struct Fact: Sendable, CustomTestStringConvertible {
    let section: String
    let source: String
    /// Each a regular expression.
    let ours: [String]
    var testDescription: String { "\(section): \(source)" }
  }

  private static func fact(_ section: String, _ source: String, _ ours: String...) -> Fact {
    Fact(section: section, source: source, ours: ours)
  }

  private static let tables = [
    "session", "account", "verification", "sessions", "accounts", "verification_tokens", "user",
    "pinned_stocks", "user_api_keys", "openai_usage",
  ]

  static let known: [Fact] =
    [
      fact(
        "", "Database Incident Report - October 18, 2025",
        "^# Database Incident Report - October 18, 2025"),
      fact("Executive Summary", "Severity: CRITICAL", #"\*\*Severity\*\*: CRITICAL"#),
      fact(
        "Executive Summary", "User authentication tables dropped, all sessions lost",
        "10 of the 10 protected tables were missing",
        "As long as the tables were gone nobody could sign in"),
      fact(
        "Executive Summary", "RESOLVED with safeguards implemented",
        "RESOLVED with safeguards implemented"),
      fact(
        "Executive Summary", "Alembic autogenerate incorrectly flagged Better Auth tables",
        "a table without a model is, to it, a table to be removed"),
      fact(
        "Timeline", "22:01:13: the migration was generated",
        #"### 22:01:\d\d UTC - Migration Generated"#,
        #"Migration versions/\w+_add_research_report_streaming_fields\.py generated"#),
      fact(
        "Timeline", "22:01: executed via alembic upgrade head",
        #"### 22:01:\d\d UTC - Migration Applied"#,
        #"Transaction \d+ was committed and removed \d+ files of relations"#),
      fact("Timeline", "Impact discovered", "### .* UTC - Impact Discovered"),
      fact(
        "Timeline", #"Error: relation "session" does not exist"#,
        #"relation "session" does not exist"#),
      fact("Timeline", "Resolution", "### .* UTC - Resolution", "Recovery step `bring-back`"),
      fact("Key Times", "Incident start 22:01", #"Incident start \| 2025-10-18 22:01:\d\d UTC"#),
      fact(
        "Impact", "The auth endpoint returned 500 errors", "The sign-in endpoint answered 500"),
      fact(
        "Impact", "All user sessions invalidated", "who signed in after it has to sign in again"),
      fact(
        "Impact", "OAuth login broken", "As long as the tables were gone nobody could sign in",
        "account is gone, with .* 125 rows"),
      fact(
        "Root Cause Analysis", "Database shared by two systems",
        "One database is shared by two systems"),
      fact(
        "Root Cause Analysis", "Alembic only knows about SQLAlchemy models",
        "Autogenerate compares the database with the models alone"),
      fact(
        "Root Cause Analysis", "No protection against dropping unmanaged tables",
        "Nothing in the Alembic project kept tables without a model out of a migration"),
      fact(
        "Root Cause Analysis", "File, revision", #"\*\*Revision\*\*: `\w+`"#,
        "# Lines .*: DROP operations"),
      fact(
        "Root Cause Analysis", "Intended changes: op.add_column('research_reports', 'status')",
        "# Lines .*: intended changes", #"op\.add_column\('research_reports', sa\.Column\('status'"#
      ),
      fact("Data Loss Assessment", "Lost: sessions", #"\| session \| 675 \|"#),
      fact("Data Loss Assessment", "Lost: OAuth account linkages", #"\| account \| 125 \|"#),
      fact(
        "Data Loss Assessment", "Lost: email verification states", #"\| verification \| 152 \|"#),
      fact("Data Loss Assessment", "Lost: pinned stocks", #"\| pinned_stocks \| 610 \|"#),
      fact("Data Loss Assessment", "Lost: user API keys", #"\| user_api_keys \| 45 \|"#),
      fact("Data Loss Assessment", "Lost: OpenAI usage history", #"\| openai_usage \| 1560 \|"#),
      fact(
        "Data Loss Assessment",
        "Preserved: users, stocks, Reddit posts and comments, reports, news",
        "news_articles, reddit_comments, reddit_posts, research_reports, stocks, users"),
      fact(
        "Data Loss Assessment", "Users: required to re-authenticate",
        "Sessions of the backup are valid again"),
      fact("Resolution", "Tables recreated with correct schemas", "`bring-back`"),
      fact(
        "Safeguards Implemented", "SQLAlchemy models for Better Auth tables",
        "better_auth_models.py describes the tables to Alembic"),
      fact("Safeguards Implemented", "env.py updated", "env.py adds it to the backend's models"),
      fact(
        "Safeguards Implemented", "Autogenerate drops nothing any more",
        "with it: 0 drops and 0 other operations"),
      fact(
        "Prevention Checklist", "Review migration file manually",
        #"- \[ \] Read the migration file"#),
      fact(
        "Prevention Checklist", "Check for op.drop_table",
        #"- \[ \] Look for op\.drop_table and op\.drop_column"#),
      fact(
        "Prevention Checklist", "Verify protected tables list is current",
        "list of protected tables is complete"),
      fact("Prevention Checklist", "Create backup", #"- \[x\] Take a dump of the database"#),
      fact(
        "Prevention Checklist", "Test on development data first", "on a copy of the database first"),
      fact(
        "Prevention Checklist", "Never auto-run migrations in CI/CD",
        "Never let CI apply a migration"),
      fact(
        "Lessons Learned", "Trusted Alembic autogenerate without review",
        "A migration was applied with drops in it of tables"),
      fact("Lessons Learned", "Mixed ORM systems", "Two systems share one schema"),
      fact("Lessons Learned", "No safeguards", "Nothing refused to drop a table"),
      fact(
        "Lessons Learned", "Quick identification of root cause",
        "What was missing was found by asking the catalogue"),
      fact(
        "Lessons Learned", "Set up automated daily backups", "Take a backup before every migration"),
      fact("Action Items", "Automated backups", "Back the database up every day"),
      fact(
        "Action Items", "Pre-commit hooks to review migrations", "in a pre-commit hook and in CI"),
      fact("Testing Verification", "All tables exist", #"No protected table is missing .*✅"#),
      fact(
        "Testing Verification", "Auth endpoint: 200 OK", #"The sign-in endpoint answers 200 .*✅"#),
      fact("Sign-off", "Incident Handled By", #"\*\*Incident Handled By\*\*: On-call engineer"#),
      fact("Sign-off", "Date: October 18, 2025", #"\*\*Date\*\*: October 18, 2025"#),
      fact("Sign-off", "Status: RESOLVED", #"\*\*Status\*\*: RESOLVED"#),
      fact("Sign-off", "Risk Assessment: Low", #"\*\*Risk Assessment\*\*: Low"#),
      fact(
        "Appendix A: Recovery Commands Used", "CREATE TABLE session",
        #"CREATE TABLE public\.session \("#),
      fact(
        "Appendix A: Recovery Commands Used", "CREATE TABLE verification",
        #"CREATE TABLE public\.verification \("#),
      fact(
        "Appendix A: Recovery Commands Used", "CREATE TABLE account",
        #"CREATE TABLE public\.account \("#),
      fact(
        "Appendix A: Recovery Commands Used",
        "ALTER TABLE users ADD COLUMN name, image, emailVerified",
        "ADD COLUMN name", "ADD COLUMN image", #"ADD COLUMN "emailVerified""#),
    ]
    + tables.map {
      fact("Timeline", "DROPPED: \($0)", #"⚠️ LOG: statement: DROP TABLE "?\#($0)"? "#)
    }
    + tables.map {
      fact("Root Cause Analysis", "op.drop_table('\($0)')", #"op\.drop_table\('\#($0)'\)"#)
    }

  /// What no run can know; the runbook's author had no words for it either.
  static let left: [Fact] = [
    fact("Impact", "How it was noticed", "### How It Was Detected\n\nTODO"),
    fact("Impact", "Who was told", "### Communications\n\nTODO"),
    fact("Resolution", "Temporary or permanent", "Temporary or permanent: TODO"),
    fact("Action Items", "Who does it, and by when", #"\| A1 .*\| TODO \|"#),
    fact("Sign-off", "Reported By: User (discovered auth failure)", #"\*\*Reported By\*\*: TODO"#),
    fact("Sign-off", "Confidence Level: High", #"\*\*Confidence Level\*\*: TODO"#),
  ]

  private static func section(_ title: String) throws -> String {
    let root = URL(filePath: #filePath).appending(path: "../../..").standardized
    let text = try String(
      contentsOf: root.appending(path: "reports/example-auth-tables-dropped.md"), encoding: .utf8)
    guard !title.isEmpty else { return text }
    let parts = text.split(separator: "\n## ", omittingEmptySubsequences: false)
    return String(try #require(parts.first { $0.hasPrefix(title + "\n") }, "no section \(title)"))
  }

  @Test(arguments: known) func standsInItsPlace(_ fact: Fact) throws {
    let section = try Self.section(fact.section)
    for pattern in fact.ours {
      let found = try Regex(pattern).anchorsMatchLineEndings().firstMatch(in: section)
      #expect(found != nil, "\(pattern) in \(fact.section)")
    }
  }

  @Test(arguments: left) func isLeftToPeople(_ fact: Fact) throws {
    let section = try Self.section(fact.section)
    for pattern in fact.ours {
      #expect(try Regex(pattern).firstMatch(in: section) != nil, "\(pattern) in \(fact.section)")
    }
  }

  /// The source says eleven tables and lists ten: ours counts what it finds.
  @Test func countsWhatItFinds() throws {
    let section = try Self.section("Root Cause Analysis")
    #expect(section.contains("It drops 10 tables with 24 statements"))
  }
}
