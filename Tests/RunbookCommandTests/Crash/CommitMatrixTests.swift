import Foundation
import RunbookModel
import RunbookTestSupport
import Synchronization
import Testing

/// The process dies, or the connection is lost, at every COMMIT of a run: before the server hears of it,
/// after, and when it has answered. The receipt says which it was (law L6).
@Suite(.enabled(if: TestServer.isAvailable)) struct CommitMatrixTests {
  @Test(arguments: CommitProxy.Moment.allCases)
  func sigkillAtEveryCommitIsSettled(moment: CommitProxy.Moment) async throws {
    for number in 1...(try await commitsOfAnUndisturbedRun()) {
      let server = try #require(TestServer.shared)
      let world = try Self.world(server)
      let job = Job(place: world.place, server: server.folder, port: server.port, number: number)
      await #expect(processExitsWith: .signal(SIGKILL)) {
        [job = job as Job, moment = moment as CommitProxy.Moment] in
        let proxy = try CommitProxy(
          folder: job.place.folder, server: job.server, port: job.port, number: job.number,
          moment: moment
        ) { kill(getpid(), SIGKILL) }
        _ = try await job.place.begin { $0 }
        proxy.close()
      }
      // The socket of the proxy that died is in the way of the one for what follows.
      unlink("\(world.place.folder)/.s.PGSQL.\(server.port)")
      let proxy = try Self.proxy(world, server, number: 0, .before)
      defer { proxy.close() }
      let state = try await world.place.stored()
      if let state { #expect(world.interim(state) == [], "\(moment) COMMIT \(number)") }
      let end = try await world.finish(state)
      #expect(world.differences(end) == [], "\(moment) COMMIT \(number)")
    }
  }

  @Test(arguments: CommitProxy.Moment.allCases)
  func aConnectionLostAtAnyCommitIsSettled(moment: CommitProxy.Moment) async throws {
    for number in 1...(try await commitsOfAnUndisturbedRun()) {
      let server = try #require(TestServer.shared)
      let world = try Self.world(server)
      let proxy = try Self.proxy(world, server, number: number, moment)
      defer { proxy.close() }
      let end = try await world.finish(try await world.place.begin { $0 })
      #expect(world.differences(end) == [], "\(moment) COMMIT \(number)")
    }
  }

  /// All that a process needs to carry out a run and die at one COMMIT.
  private struct Job: Codable {
    let place: CrashPlace
    let server: String
    let port: String
    let number: Int
  }

  private static func world(_ server: TestServer) throws -> CrashWorld {
    try CrashWorld { folder, direct in direct.replacingAll(server.folder, with: folder) }
  }

  private static func proxy(
    _ world: CrashWorld, _ server: TestServer, number: Int, _ moment: CommitProxy.Moment
  ) throws -> CommitProxy {
    try CommitProxy(
      folder: world.place.folder, server: server.folder, port: server.port, number: number,
      moment: moment
    ) {}
  }

  private func commitsOfAnUndisturbedRun() async throws -> Int {
    let server = try #require(TestServer.shared)
    let world = try Self.world(server)
    let proxy = try Self.proxy(world, server, number: 0, .before)
    defer { proxy.close() }
    try #require(world.differences(try await world.place.begin { $0 }) == [])
    try #require(proxy.count > 4)
    return proxy.count
  }
}
