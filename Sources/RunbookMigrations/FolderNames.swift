import Glibc
import RunbookModel

/// Names in a folder, sorted by their bytes, without hidden ones.
package enum FolderNames {
  private static let most = 20_000
  private static let deepest = 8
  /// What programs put there, and nobody's migrations.
  private static let passedOver: Set<String> = ["node_modules", "__pycache__", "vendor", "target"]

  /// - Returns: nothing for what cannot be read.
  package static func of(_ folder: String) -> [String] {
    guard let stream = opendir(folder) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while names.count < most, let entry = readdir(stream) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if !name.begins(with: ".") { names.append(name) }
    }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// The files of SQL in a folder and in those below it, by their paths from there.
  package static func below(_ folder: String) -> [String] {
    all(below: folder).filter { $0.ends(with: ".sql") }
  }

  /// All files in a folder and in those below it, by their paths from there.
  package static func all(below folder: String) -> [String] {
    var found: [String] = []
    var open = [("", 0)]
    var visited = 0
    while let (place, depth) = open.popLast(), found.count < most, visited < most {
      visited += 1
      for name in of(place.isEmpty ? folder : "\(folder)/\(place)") {
        let path = place.isEmpty ? name : "\(place)/\(name)"
        if !isFolder("\(folder)/\(path)") {
          found.append(path)
        } else if depth < deepest, !passedOver.contains(name) {
          open.append((path, depth + 1))
        }
      }
    }
    return found
  }

  package static func isFile(_ path: String) -> Bool { type(of: path) == S_IFREG }

  package static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// Not by a symbolic link, which may lead in a circle.
  private static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  private static func type(of path: String) -> mode_t {
    var status = stat()
    return stat(path, &status) == 0 ? status.st_mode & S_IFMT : 0
  }
}
