import Foundation
import RunbookEngine
import RunbookModel
import RunbookTestSupport
import Testing

@testable import RunbookPostgres
@testable import RunbookSandbox
@testable import RunbookSystem

@Suite(.enabled(if: TestServer.isAvailable))
struct OwnServerTests {
  /// Behind the socket another server may have come to answer.
  @Test(arguments: [true, false]) func asksNothingOfAnotherServer(_ isOwn: Bool) async throws {
    let sql = try await SQLFixture()
    let folder = SandboxFolder(
      path: "\(NSTemporaryDirectory())own-\(UUID().uuidString.prefixOfScalars(8))")
    try FileManager.default.createDirectory(
      atPath: "\(folder.data)/global", withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder.path) }
    try FileManager.default.createSymbolicLink(
      atPath: folder.socket, withDestinationPath: sql.server.folder)
    let number = try #require(
      UInt64(sql.psql("SELECT system_identifier FROM pg_control_system()")))
    let control = withUnsafeBytes(of: isOwn ? number : number + 1) { Data($0) } + Data(count: 8)
    try control.write(to: URL(fileURLWithPath: "\(folder.data)/global/pg_control"))
    let session = PostgresSession(
      connection: "ours",
      target: try PostgresTarget(
        url: "host=\(folder.socket) port=\(sql.server.port) user=test dbname=\(sql.database)"),
      now: testNow, own: folder.server)
    let failure = await failure {
      try await session.use(until: .now + .seconds(20)) { (link) throws(StepFailure) in
        _ = try link.exchange([[SQLCommand("CREATE TABLE made (a int)")]])
      }
    }
    await session.close()
    #expect((failure == nil) == isOwn)
    #expect(isOwn || failure?.record.message.holds("is not the server that was started") == true)
    #expect(sql.psql("SELECT to_regclass('made') IS NULL") == (isOwn ? "f" : "t"))
  }
}
