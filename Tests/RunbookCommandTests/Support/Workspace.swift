import Foundation
import RunbookModel
import RunbookTestSupport
import Testing

/// A folder of a test's own, and the built program run in it; removed with the value.
final class Workspace: Sendable {
  let folder: String

  /// What a run of the program gave.
  struct Output: Sendable {
    let status: Int32
    let stdout: String
    let stderr: String

    /// Standard output, each line as the JSON object that it is.
    func objects() throws -> [ValueMap] {
      try stdout.pieces(separatedBy: "\n").map { line in
        try #require(try Value(json: String(line)).mapValue, "not an object: \(line)")
      }
    }

    /// All that a person saw, for a failure's message.
    var all: String { stdout + stderr }
  }

  init() throws {
    folder = NSTemporaryDirectory() + "rb-\(UUID().uuidString.prefixOfScalars(8))"
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: false,
      // The server of a sandbox in it may run as another user.
      attributes: [.posixPermissions: 0o755])
  }

  deinit {
    // What is left behind hurts no other test.
    try? FileManager.default.removeItem(atPath: folder)
  }

  /// Whose word the program records here.
  static let account = getpwuid(geteuid()).map { String(cString: $0.pointee.pw_name) } ?? ""

  var stateFolder: String { folder + "/state" }

  func path(_ name: String) -> String { "\(folder)/\(name)" }

  @discardableResult
  func write(_ text: String, to name: String) throws -> String {
    let path = path(name)
    try FileManager.default.createDirectory(
      atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    try text.write(toFile: path, atomically: false, encoding: .utf8)
    return path
  }

  /// The program's whole environment: nothing is taken over from the tests' own but the place of
  /// programs.
  func environment(_ more: [String: String]) -> [String: String] {
    let base = [
      "PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": folder, "LANG": "C.UTF-8",
      "RUNBOOK_STATE": stateFolder, "RUNBOOK_SANDBOX_DIR": folder,
    ]
    return base.merging(more) { $1 }
  }

  /// Runs the program to its end, without a terminal.
  func run(_ arguments: [String], environment: [String: String] = [:]) async throws -> Output {
    try await start(arguments, environment: environment).output()
  }

  func start(_ arguments: [String], environment: [String: String] = [:]) throws -> RunningProgram {
    try RunningProgram(arguments, in: self, environment: self.environment(environment))
  }

  /// The contents of every file below a folder.
  func contents(of name: String) throws -> [(path: String, data: Data)] {
    let root = path(name)
    return try (FileManager.default.subpaths(atPath: root) ?? []).compactMap { item in
      let file = "\(root)/\(item)"
      var isFolder: ObjCBool = false
      guard FileManager.default.fileExists(atPath: file, isDirectory: &isFolder),
        !isFolder.boolValue
      else { return nil }
      return (file, try Data(contentsOf: URL(fileURLWithPath: file)))
    }
  }

  /// The text of the only report that was written; evidence may lie beside it.
  func report() throws -> String {
    let reports = try contents(of: "reports").filter { $0.path.ends(with: ".md") }
    try #require(reports.count == 1)
    return String(decoding: try #require(reports.first).data, as: UTF8.self)
  }

  /// All that another program prints, to its end.
  func text(_ command: [String]) async -> String {
    await withCheckedContinuation { continuation in
      // Reading waits: not on a thread of the cooperative pool.
      DispatchQueue.global().async {
        continuation.resume(returning: SpawnedProgram(command)?.text() ?? "")
      }
    }
  }

  /// The first line that a program writes into a named pipe; to be made with `makePipe(_:)`.
  func line(ofPipe name: String) async -> String {
    let path = path(name)
    return await withCheckedContinuation { continuation in
      // Opening a pipe waits for its writer: not on a thread of the cooperative pool.
      DispatchQueue.global().async {
        let data = FileHandle(forReadingAtPath: path)?.readDataToEndOfFile() ?? Data()
        let text = String(decoding: data, as: UTF8.self)
        continuation.resume(returning: text.trimmingCharacters(in: .whitespacesAndNewlines))
      }
    }
  }

  func makePipe(_ name: String) throws -> String {
    let path = path(name)
    try #require(mkfifo(path, 0o666) == 0)
    return path
  }
}
