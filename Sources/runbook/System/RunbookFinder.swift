import Foundation
import RunbookModel

/// Finds runbooks by their names.
struct RunbookFinder: Sendable {
  /// `--path`, `$RUNBOOK_PATH`, `./runbooks`, then the installed share folder.
  let folders: [String]
  private let surroundings: Surroundings

  init(flag: [String], _ surroundings: Surroundings) {
    let variable =
      surroundings.value("RUNBOOK_PATH")?.pieces(separatedBy: ":").map(String.init) ?? []
    self.surroundings = surroundings
    folders =
      (flag + variable).map(surroundings.absolute)
      + ["\(surroundings.workingDirectory)/runbooks"]
      + ["\(surroundings.programFolder)/../share/runbook/runbooks"]
  }

  /// The file of a runbook, by its name or its path.
  func file(of name: String) -> String? {
    if name.holds("/") || name.ends(with: ".yaml") || name.ends(with: ".yml") {
      let path = surroundings.absolute(name)
      return isFolder(path) ? file(in: path) : isFile(path) ? path : nil
    }
    for folder in folders {
      if let path = file(in: "\(folder)/\(name)") { return path }
      if isFile("\(folder)/\(name).yaml") { return "\(folder)/\(name).yaml" }
    }
    return nil
  }

  /// Every runbook's name and file; the first folder that has a name wins.
  func all() -> [(name: String, path: String)] {
    var found = ExactMap<String>()
    for folder in folders {
      // A folder that is not there has no runbooks.
      for item in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] {
        let name = item.ends(with: ".yaml") ? String(item.dropLastScalars(5)) : item
        guard found[name] == nil else { continue }
        if item.ends(with: ".yaml"), isFile("\(folder)/\(item)") {
          found[name] = "\(folder)/\(item)"
        } else if let path = file(in: "\(folder)/\(item)") {
          found[name] = path
        }
      }
    }
    return found.inOrder.map { ($0.key, $0.value) }
  }

  private func file(in folder: String) -> String? {
    isFile("\(folder)/runbook.yaml") ? "\(folder)/runbook.yaml" : nil
  }

  private func isFile(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
      && !isFolder.boolValue
  }

  private func isFolder(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
      && isFolder.boolValue
  }
}
