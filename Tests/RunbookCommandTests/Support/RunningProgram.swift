import Foundation
import Synchronization
import Testing

/// The built program as a child process, its outputs in files, so that it never waits for a reader.
final class RunningProgram: Sendable {
  private let process: Process
  private let outputFile: String
  private let errorFile: String
  private let exit = AsyncStream<Int32>.makeStream()

  /// The program, beside the bundle of the tests.
  static let path: String = {
    // An argument names the bundle, or the program that loads it.
    let places =
      CommandLine.arguments.filter { $0.hasSuffix(".xctest") }
      + [CommandLine.arguments.first ?? "", Bundle.main.bundlePath + "/x"]
    return places.map { ($0 as NSString).deletingLastPathComponent + "/runbook" }
      .first { FileManager.default.isExecutableFile(atPath: $0) } ?? "runbook"
  }()

  init(_ arguments: [String], in workspace: Workspace, environment: [String: String]) throws {
    let name = UUID().uuidString.prefix(8)
    outputFile = workspace.path("out-\(name)")
    errorFile = workspace.path("err-\(name)")
    process = Process()
    process.executableURL = URL(fileURLWithPath: Self.path)
    process.arguments = arguments
    process.environment = environment
    process.currentDirectoryURL = URL(fileURLWithPath: workspace.folder)
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try Self.file(outputFile)
    process.standardError = try Self.file(errorFile)
    let exit = exit.continuation
    process.terminationHandler = { ended in
      let isSignal = ended.terminationReason == .uncaughtSignal
      exit.yield(isSignal ? -ended.terminationStatus : ended.terminationStatus)
      exit.finish()
    }
    try process.run()
  }

  var processIdentifier: Int32 { process.processIdentifier }

  func signal(_ number: Int32) { kill(process.processIdentifier, number) }

  /// What it gave, once it has ended; the status of one that a signal ended is that signal's
  /// number, negative.
  func output() async throws -> Workspace.Output {
    var status: Int32?
    for await one in exit.stream { status = one }
    let text = { (path: String) throws in
      String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
    }
    return Workspace.Output(
      status: try #require(status), stdout: try text(outputFile), stderr: try text(errorFile))
  }

  private static func file(_ path: String) throws -> FileHandle {
    try #require(FileManager.default.createFile(atPath: path, contents: nil))
    return try #require(FileHandle(forWritingAtPath: path))
  }
}
