import ArgumentParser
import Foundation

/// Where runbooks are looked for.
struct FinderOptions: ParsableArguments {
  @Option(
    name: .customLong("path"),
    help: ArgumentHelp(
      "A folder of runbooks, looked into first; may be repeated.", valueName: "folder"))
  var paths: [String] = []

  /// A folder that was named and is not there would be one without runbooks: the next one that has the name would
  /// be carried out.
  func validate() throws {
    let surroundings = Surroundings.current()
    for path in paths {
      var isFolder: ObjCBool = false
      let isThere = FileManager.default.fileExists(
        atPath: surroundings.absolute(path), isDirectory: &isFolder)
      guard isThere, isFolder.boolValue else {
        throw ValidationError("--path \(path): \(isThere ? "it is no folder" : "no such folder")")
      }
    }
  }
}

/// Where runs are kept.
struct StateOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The folder that runs are kept in. (default: $RUNBOOK_STATE, else $XDG_STATE_HOME/runbook)",
      valueName: "folder"))
  var state: String?
}
