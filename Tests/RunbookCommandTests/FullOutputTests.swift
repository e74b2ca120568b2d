import Foundation
import RunbookModel
import Testing

/// What is printed to where there is no room is not passed over in silence.
@Suite(.timeLimit(.minutes(15)))
struct FullOutputTests {
  @Test(arguments: [
    ["list"], ["schema"], ["explain"], ["eval", "1 + 1"], ["runs"], ["--help"],
    ["validate", "example.yaml"],
  ])
  func aFullDiskIsAnError(_ arguments: [String]) async throws {
    let workspace = try Workspace()
    try workspace.write(
      "runbook: example\ndetection:\n  - {id: look, shell: \"true\", effect: readOnly}\n",
      to: "example.yaml")
    let process = Process()
    process.executableURL = URL(fileURLWithPath: RunningProgram.path)
    process.arguments = arguments
    process.currentDirectoryURL = URL(fileURLWithPath: workspace.folder)
    process.environment = workspace.environment([:])
    process.standardOutput = FileHandle(forWritingAtPath: "/dev/full")
    let errors = Pipe()
    process.standardError = errors
    try process.run()
    let said = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 74, "\(said)")
    #expect(said.holds("not all of the output could be written"), "\(said)")
  }
}
