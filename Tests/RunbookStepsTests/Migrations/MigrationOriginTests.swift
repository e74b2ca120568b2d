import Foundation
import RunbookEngine
import RunbookModel
import Testing

@testable import RunbookLogs
@testable import RunbookMigrations
@testable import RunbookSystem

/// Whose tables a migration drops, and how its file came about.
struct MigrationOriginTests {
  private static let owners: Value = [
    "backend": ["tables": ["users"]],
    "better-auth": [
      "tables": ["session", "auth.account"], "columns": ["users": ["image"]],
    ],
  ]

  @Test func saysWhoOwnsWhatIsDropped() async throws {
    let project = try TestProject()
    try project.revise(
      "a1",
      upgrade: """
        op.drop_table('session')
        op.drop_table('account', schema='auth')
        op.drop_column('users', 'image')
        op.drop_column('users', 'age')
        op.drop_table('other')
        """)
    let result = try await project.read(owners: ["owners": Self.owners], application: "backend")
    let drops = try #require(result.maps("culprits").first).maps("drops")
    #expect(
      drops.map { $0["owner"] ?? .null }
        == ["better-auth", "better-auth", "better-auth", "backend", .null])
    #expect(drops.map { $0["is_foreign"] ?? .null } == [true, true, true, false, .null])
  }

  /// What the application owns is its own to drop; the finding is about the others.
  @Test func takesForIntendedWhatIsItsOwn() async throws {
    let project = try TestProject()
    try project.revise("a1", upgrade: "op.drop_table('users')")
    try project.revise(
      "b2", from: "a1",
      upgrade: """
        op.add_column('session', sa.Column('x'))
        op.drop_column('users', 'age')
        op.execute('TRUNCATE session')
        op.rename_table('session', 'sessions_old')
        op.drop_column('users', 'image')
        op.drop_table('nobodys')
        """)
    let result = try await project.read(owners: Self.owners, application: "backend")
    #expect(result.maps("culprits").map { $0["revision"] } == ["b2"])
    let culprit = try #require(result.maps("culprits").first)
    #expect(culprit.maps("intended").map { $0["line"] } == [15, 16])
    #expect(culprit["dropped_tables"] == ["nobodys"])
    #expect(culprit["emptied_tables"] == ["session"] && culprit["renamed_tables"] == ["session"])
    #expect(result.names("drops") == ["nobodys"])
    let named = try await project.read(tables: ["session"])
    #expect(named.maps("culprits").map { $0["revision"] } == ["b2"])
    #expect(try await project.read(tables: ["age"]).maps("culprits").isEmpty)
  }

  @Test(
    arguments: [.null, ["a", "b"], ["backend": 3], ["backend": ["tables": "users"]]] as [Value])
  func refusesWhatIsNoMapOfOwners(_ value: Value) { #expect(TableOwners(value) == nil) }

  private func git(_ folder: String, _ arguments: String...) async throws {
    let output = try await ChildProcess.run(
      ["git", "-C", folder, "-c", "user.name=A Writer", "-c", "user.email=a@example.com"]
        + arguments,
      environment: [
        "PATH": "/usr/bin:/bin", "HOME": folder, "GIT_AUTHOR_DATE": "2025-10-18T22:01:30Z",
        "GIT_COMMITTER_DATE": "2025-10-18T22:02:00Z",
      ])
    try #require(output.exitCode == 0, "\(output.stderr)")
  }

  @Test func namesTheCommitItsReviewAndItsMerge() async throws {
    let project = try TestProject()
    try await git(project.folder, "init", "-q", "-b", "main")
    try await git(project.folder, "commit", "-q", "--allow-empty", "-m", "First")
    try await git(project.folder, "checkout", "-q", "-b", "feature")
    try project.revise("a1", upgrade: "op.drop_table('session')")
    try await git(project.folder, "add", ".")
    try await git(
      project.folder, "commit", "-q", "-m", "Add streaming fields\n\nReviewed-by: Second Person")
    try await git(project.folder, "checkout", "-q", "main")
    try await git(
      project.folder, "merge", "-q", "--no-ff", "-m", "Merge pull request #7", "feature")

    let result = try await project.read()
    let culprit = try #require(result.maps("culprits").first)
    #expect(culprit["is_committed"] == true && culprit["author"] == "A Writer")
    #expect(culprit["commit"]?.stringValue?.unicodeScalars.count == 40)
    #expect(culprit["subject"] == "Add streaming fields")
    #expect(culprit["authored"] == Timestamp(rfc3339: "2025-10-18T22:01:30Z").map(Value.timestamp))
    #expect(culprit["committed"] == Timestamp(rfc3339: "2025-10-18T22:02:00Z").map(Value.timestamp))
    #expect(culprit["reviewed_by"] == ["Second Person"])
    #expect(culprit["merged_by"]?.stringValue?.ends(with: " Merge pull request #7") == true)
    #expect(culprit["pull_request"] == "#7" && culprit["has_review"] == true)
    #expect(result.timeline.map(\.source).filter { $0 == "git" }.count == 2)
  }

  @Test(
    arguments: [
      ("Add it (#12)", [], ["pull_request": "#12", "has_review": false]),
      (
        "Add it", ["Approved-by: A; B <b@example.com>", "approved-by: A; B <b@example.com>"],
        ["approved_by": ["A; B <b@example.com>"], "has_review": true, "pull_request": .null]
      ),
      (
        "Merge pull request #7 from x/y", ["Reviewed-by: C"],
        ["pull_request": "#7", "reviewed_by": ["C"], "has_review": true]
      ),
      (
        "Add (#x)", ["Reviewed-by:", "nothing"],
        ["pull_request": .null, "reviewed_by": [], "has_review": false]
      ),
      ("(#)", [], ["pull_request": .null]), ("Fix (#1) again", [], ["pull_request": .null]),
    ] as [(String, [String], [String: Value])])
  func readsWhatShowsAReview(subject: String, trailers: [String], expected: [String: Value]) {
    let facts = ReviewEvidence(subjects: [subject], trailers: trailers).facts
    for (key, value) in expected { #expect((facts[key] ?? .null) == value, "\(key)") }
  }

  @Test func readsApprovalsOfTheCommit() async throws {
    let project = try TestProject()
    try await git(project.folder, "init", "-q", "-b", "main")
    try project.revise("a1", upgrade: "op.drop_table('session')")
    try await git(project.folder, "add", ".")
    try await git(
      project.folder, "commit", "-q", "-m",
      "Add it (#12)\n\nReviewed-by: One\nApproved-by: Two\nReviewed-by: Three")
    let culprit = try #require(try await project.read().maps("culprits").first)
    #expect(culprit["reviewed_by"] == ["One", "Three"] && culprit["approved_by"] == ["Two"])
    #expect(culprit["pull_request"] == "#12")
  }

  /// A repository that is broken is not one that knows nothing.
  @Test func saysThatAQueryFailed() async throws {
    let project = try TestProject()
    try await git(project.folder, "init", "-q", "-b", "main")
    try project.revise("a1", upgrade: "op.drop_table('session')")
    try await git(project.folder, "add", ".")
    try await git(project.folder, "commit", "-q", "-m", "Add it")
    try project.write(".git/refs/heads/main", "0123456789012345678901234567890123456789\n")
    let result = try await project.read()
    #expect(try #require(result.maps("culprits").first)["is_committed"] == nil)
    #expect(
      result.notices.first?.begins(with: "git does not tell of a1_change.py (git log): ") == true)
  }

  /// A merge that came later, and of something else, brought nothing.
  @Test func namesNoMergeThatDidNotBringIt() async throws {
    let project = try TestProject()
    try await git(project.folder, "init", "-q", "-b", "main")
    try project.revise("a1", upgrade: "op.drop_table('session')")
    try await git(project.folder, "add", ".")
    try await git(project.folder, "commit", "-q", "-m", "Straight on main")
    try await git(project.folder, "checkout", "-q", "-b", "other")
    try await git(project.folder, "commit", "-q", "--allow-empty", "-m", "Other")
    try await git(project.folder, "checkout", "-q", "main")
    try await git(project.folder, "merge", "-q", "--no-ff", "-m", "Merge other", "other")
    let culprit = try #require(try await project.read().maps("culprits").first)
    #expect(culprit["subject"] == "Straight on main" && culprit["merged_by"] == nil)
  }

  /// The branch took main in before its own merge.
  @Test func namesTheMergeIntoTheLineAndNoneIntoTheBranch() async throws {
    let project = try TestProject()
    try await git(project.folder, "init", "-q", "-b", "main")
    try await git(project.folder, "commit", "-q", "--allow-empty", "-m", "First")
    try await git(project.folder, "checkout", "-q", "-b", "feature")
    try project.revise("a1", upgrade: "op.drop_table('session')")
    try await git(project.folder, "add", ".")
    try await git(project.folder, "commit", "-q", "-m", "Add it")
    try await git(project.folder, "checkout", "-q", "main")
    try await git(project.folder, "commit", "-q", "--allow-empty", "-m", "Second")
    try await git(project.folder, "checkout", "-q", "feature")
    try await git(project.folder, "merge", "-q", "--no-ff", "-m", "Merge main", "main")
    try await git(project.folder, "checkout", "-q", "main")
    try await git(
      project.folder, "merge", "-q", "--no-ff", "-m", "Merge pull request #7", "feature")
    try project.revise("a1", upgrade: "op.drop_table('session')  # edited")
    let culprit = try #require(try await project.read().maps("culprits").first)
    #expect(culprit["merged_by"]?.stringValue?.ends(with: " Merge pull request #7") == true)
    #expect(culprit["is_edited"] == true)
  }

  @Test func knowsNoCommitOfAShallowRepository() async throws {
    let project = try TestProject()
    try await git(project.folder, "init", "-q", "-b", "main")
    try project.revise("a1", upgrade: "op.drop_table('session')")
    try await git(project.folder, "add", ".")
    try await git(project.folder, "commit", "-q", "-m", "Add it")
    try await git(project.folder, "commit", "-q", "--allow-empty", "-m", "Later")
    let copy = try TestProject()
    try await git(
      copy.folder, "clone", "-q", "--depth", "1", "file://\(project.folder)", "\(copy.folder)/copy")
    let result = try await copy.read(path: "\(copy.folder)/copy")
    #expect(try #require(result.maps("culprits").first)["commit"] == nil)
    #expect(result.notices.first?.begins(with: "the repository is shallow") == true)
  }

  @Test func saysThatAFileIsNotCommitted() async throws {
    let project = try TestProject()
    try await git(project.folder, "init", "-q", "-b", "main")
    try await git(project.folder, "commit", "-q", "--allow-empty", "-m", "First")
    try project.revise("a1", upgrade: "op.drop_table('session')")
    let culprit = try #require(try await project.read().maps("culprits").first)
    #expect(culprit["is_committed"] == false && culprit["commit"] == nil)
  }

  @Test func knowsNothingOutsideOfARepository() async throws {
    let project = try TestProject()
    try project.revise("a1", upgrade: "op.drop_table('session')")
    let result = try await project.read()
    #expect(try #require(result.maps("culprits").first)["is_committed"] == nil)
    #expect(result.notices == [])
  }
}
