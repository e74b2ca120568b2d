import Foundation
import RunbookEngine
import RunbookModel
import RunbookTestSupport
import Testing

@testable import RunbookPostgres
@testable import RunbookRecovery
@testable import RunbookSandbox

/// What the server's log says that a fixture's session sends, from now on.
struct ServerLog {
  private let path: String
  private let start: UInt64
  private let fixture: SQLFixture

  init(of fixture: SQLFixture) throws {
    self.fixture = fixture
    path = fixture.server.folder + "/log"
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    start = (attributes[.size] as? NSNumber)?.uint64Value ?? 0
  }

  /// The statements from the first that is `first` on, before the one that is `last`, without the
  /// program's own question about triggers.
  func statements(from first: String, before last: String) async throws -> [String] {
    let answer = try await fixture.perform("SELECT pg_backend_pid() AS pid")
    let pid = try #require(answer.values["rows"]?.listValue?.first?.mapValue?["pid"]?.intValue)
    let all = try statements(of: pid)
    let begin = try #require(all.firstIndex { $0.isIdentical(to: first) })
    let rest = all[begin...]
    let end = try #require(rest.firstIndex { $0.isIdentical(to: last) })
    let question = TableTrigger.question("", at: "").text
    return rest[..<end].filter { !$0.isIdentical(to: question) }
  }

  private func statements(of pid: Int64) throws -> [String] {
    let file = try #require(FileHandle(forReadingAtPath: path))
    try file.seek(toOffset: start)
    let text = String(decoding: file.readDataToEndOfFile(), as: UTF8.self)
    var all: [String] = []
    var isOurs = false
    for line in text.pieces(separatedBy: "\n") {
      if line.begins(with: "\t") {
        if isOurs, let text = all.popLast() { all.append("\(text)\n\(line.dropFirstScalars())") }
        continue
      }
      isOurs = false
      guard line.holds("[\(pid)] LOG:  ") else { continue }
      for mark in ["LOG:  execute <unnamed>: ", "LOG:  statement: "] {
        guard let range = line.range(ofFirst: mark) else { continue }
        isOurs = true
        all.append(String(line[range.upperBound...]))
      }
    }
    return all
  }
}
