import Foundation
import Synchronization
import Testing

/// Stands between the program and the server on a unix socket, and strikes at one COMMIT.
///
/// It knows PostgreSQL's messages as far as it must: a byte for the sort, and four for the length
/// (<https://www.postgresql.org/docs/current/protocol-message-formats.html>).
final class CommitProxy: Sendable {
  enum Moment: String, Codable, Sendable, CaseIterable {
    /// The server does not hear of it.
    case before
    /// The server has been told, and may have begun.
    case after
    /// The server has committed, and the program does not hear of it.
    case answered
  }

  /// What happens at the moment; the connection is closed once it returns.
  typealias Strike = @Sendable () -> Void

  private let target: String
  private let number: Int
  private let moment: Moment
  private let strike: Strike
  private let commits = Mutex(0)
  private let listener: Int32

  /// - Parameters:
  ///   - folder: where its socket is made, with the server's port.
  ///   - number: of the COMMIT that is struck, from 1.
  init(
    folder: String, server: String, port: String, number: Int, moment: Moment,
    strike: @escaping Strike
  ) throws {
    target = "\(server)/.s.PGSQL.\(port)"
    self.number = number
    self.moment = moment
    self.strike = strike
    listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    let place = "\(folder)/.s.PGSQL.\(port)"
    try #require(Self.withAddress(place) { bind(listener, $0, $1) } == 0)
    try #require(listen(listener, 16) == 0)
    Thread.detachNewThread { self.accept() }
  }

  /// How many COMMITs there were.
  var count: Int { commits.withLock { $0 } }

  func close() { shutdown(listener, Int32(SHUT_RDWR)) }

  private func accept() {
    while true {
      let client = Glibc.accept(listener, nil, nil)
      guard client >= 0 else { return }
      let server = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
      guard Self.withAddress(target, { connect(server, $0, $1) }) == 0 else {
        Glibc.close(client)
        continue
      }
      let link = CommitLink(client: client, server: server)
      Thread.detachNewThread { self.forward(link) }
      Thread.detachNewThread { self.answer(link) }
    }
  }

  /// What the program says goes to the server.
  private func forward(_ link: CommitLink) {
    var reader = MessageReader(link.client, hasSorts: false)
    while let message = reader.next() {
      let isStruck = message.isCommit && isNext()
      if isStruck, moment == .before { break }
      if isStruck, moment == .answered { link.isAwaited.withLock { $0 = true } }
      link.send(message.bytes, to: link.server)
      guard isStruck, moment == .after else { continue }
      // The rest of what was said with it, so that the server carries it out.
      while let rest = reader.next() {
        link.send(rest.bytes, to: link.server)
        if rest.isSync { break }
      }
      break
    }
    if reader.hasEnded { return link.close() }
    strike()
    link.close()
  }

  /// What the server says goes to the program.
  private func answer(_ link: CommitLink) {
    var reader = MessageReader(link.server, hasSorts: true)
    while let message = reader.next() {
      if message.isCommitted, link.isAwaited.withLock({ $0 }) {
        strike()
        break
      }
      link.send(message.bytes, to: link.client)
    }
    link.close()
  }

  private func isNext() -> Bool {
    commits.withLock {
      $0 += 1
      return $0 == number
    }
  }

  private static func withAddress(
    _ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
  ) -> Int32 {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
  }
}
