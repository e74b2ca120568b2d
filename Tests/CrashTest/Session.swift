import CLinux
import Glibc

/// A session of its own at the server, through `psql`: it stays open, so that a question is quick.
final class Session {
  private let program: ChildProgram
  private let input: Int32
  let output: Int32
  private static let mark = "--end--"

  init(psql: String, url: String, environment: [String: String]) throws {
    var toProgram: [Int32] = [0, 0]
    var fromProgram: [Int32] = [0, 0]
    guard pipe(&toProgram) == 0, pipe(&fromProgram) == 0 else {
      throw ChildProgram.Failure(message: "no pipe can be made")
    }
    for end in [toProgram[1], fromProgram[0]] { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    input = toProgram[1]
    output = fromProgram[0]
    program = try ChildProgram(
      [psql, "-X", "-q", "-A", "-t", url], environment: environment, folder: "/",
      descriptors: [toProgram[0], fromProgram[1], dup(fromProgram[1])])
    // A question that nobody waits for any more ends soon.
    _ = try ask("SET client_connection_check_interval = '20ms'")
  }

  deinit {
    close(input)
    close(output)
  }

  /// - Returns: the answer's lines, or the error that `psql` prints.
  /// - Throws: when the session is over.
  func ask(_ sql: String) throws -> String {
    try begin(sql)
    return try answer()
  }

  /// Asks without waiting for the answer: `output` can be read once it is there.
  func begin(_ sql: String) throws {
    let bytes = Array("\(sql)\n;\n\\echo \(Self.mark)\n".utf8)
    guard write(input, bytes, bytes.count) == bytes.count else {
      throw ChildProgram.Failure(message: "the session with the server is over")
    }
  }

  func answer() throws -> String {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    let end = Array("\(Self.mark)\n".utf8)
    while !bytes.reversed().starts(with: end.reversed()) {
      let count = read(output, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else {
        throw ChildProgram.Failure(message: "the session with the server is over")
      }
      bytes += buffer.prefix(count)
    }
    let text = String(decoding: bytes.dropLast(end.count), as: UTF8.self)
    return text.last == "\n" ? String(text.dropLast()) : text
  }
}
