import Foundation
import RunbookEngine
import RunbookModel
import Testing

@testable import RunbookMigrations
@testable import RunbookSystem

/// How revisions hang together, and which are applied.
struct AlembicGraphTests {
  private static func revision(
    _ id: String, _ marks: String, in project: TestProject, name: String? = nil
  ) throws {
    try project.write(
      "versions/\(name ?? id).py", "revision = '\(id)'\n\(marks)\ndef upgrade():\n    pass\n")
  }

  @Test func tellsWhatIsOdd() async throws {
    let project = try TestProject()
    try Self.revision("a1", "down_revision = None", in: project)
    try Self.revision("b2", "down_revision = 'a1'", in: project)
    try Self.revision("b2", "down_revision = 'a1'", in: project, name: "copy")
    try Self.revision(
      "c3", "down_revision = 'a1'\nbranch_labels = ('auth',)\ndepends_on = 'b2'", in: project)
    try Self.revision("d4", "down_revision = 'gone'", in: project)
    let result = try await project.read()
    #expect(
      result.notices == [
        "the revision id b2 is in several files: versions/b2.py, versions/copy.py",
        "versions/d4.py revises or needs gone, which no file has",
        "versions/c3.py begins the branch auth", "versions/c3.py depends on b2",
        "there are 3 heads: b2, c3, d4; `alembic upgrade head` refuses that",
      ])
    let ids = result.maps("revisions").compactMap { $0["revision"]?.stringValue }
    #expect(ids.count == 5 && ids.firstIndex(of: "c3") ?? 0 > ids.firstIndex(of: "b2") ?? 9)
    let branch = result.maps("revisions").first { $0["revision"] == "c3" }
    #expect(branch?["branch_labels"] == ["auth"] && branch?["depends_on"] == ["b2"])
  }

  @Test func saysWhichAreApplied() async throws {
    let project = try TestProject()
    try Self.revision("a1", "", in: project)
    try Self.revision("b2", "down_revision = 'a1'", in: project)
    try Self.revision("c3", "down_revision = 'a1'", in: project)
    try Self.revision("d4", "down_revision = ('b2', 'c3')", in: project)
    let result = try await project.read(applied: ["b2"])
    #expect(result.names("applied").sorted() == ["a1", "b2"])
    #expect(result.names("pending").sorted() == ["c3", "d4"])
    let all = try await project.read(applied: ["d4"])
    #expect(all.names("applied").count == 4 && all.names("pending") == [])
    #expect(all.maps("revisions").allSatisfy { $0["is_applied"] == true })
    let none = try await project.read(applied: [])
    #expect(none.names("pending").count == 4)
    let strange = try await project.read(applied: ["zz", "b2"])
    #expect(strange.names("applied").sorted() == ["a1", "b2"] && strange.names("pending") == [])
    #expect(strange.notices.contains { $0.begins(with: "the database is at zz") })
    let unasked = try await project.read()
    #expect(unasked.maps("revisions").allSatisfy { $0["is_applied"] == nil })
  }

  @Test func marksFilesOfSQL() async throws {
    let project = try TestProject()
    try project.write("p/V1__a.sql", "SELECT 1")
    try project.write("p/V2__b.sql", "SELECT 1")
    let result = try await project.read(path: "\(project.folder)/p", applied: ["1"])
    #expect(result.names("applied") == ["1"] && result.names("pending") == ["2"])
  }

  @Test func ordersACircle() async throws {
    let project = try TestProject()
    try Self.revision("a1", "down_revision = 'b2'", in: project)
    try Self.revision("b2", "down_revision = 'a1'", in: project)
    try Self.revision("c3", "down_revision = 'c3'", in: project)
    #expect(try await project.read(applied: ["a1"]).maps("revisions").count == 3)
  }
}
