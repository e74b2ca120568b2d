import Glibc
import RunbookModel
import SystemPackage

/// What a pattern names, as `glob` has it, and what of it nobody could look at, which `glob` passes over.
package struct LogMatches {
  /// In the order of their names.
  package var files: [String] = []
  /// Folders and names that could not be looked at, and why.
  package private(set) var unread: [Unread] = []

  /// Something that was meant and not read.
  package struct Unread: Hashable {
    package let path: String
    package let why: String
    /// Whether it may hold events, as a folder or a device does not.
    package var mayHoldEvents = true
    /// Whether some of it was read.
    package var isReadInPart = false

    package var words: String {
      isReadInPart ? "not all of \(path) was read: \(why)" : "not read: \(path): \(why)"
    }
  }

  package init(files: [String]) { self.files = files }

  /// - Parameter pattern: absolute, of `*`, `?`, `[…]`, and a backslash before what stands for itself.
  package init(pattern: String) {
    var paths = [""]
    let parts = pattern.pieces(separatedBy: "/")
    for (index, part) in parts.enumerated() {
      let isLast = index == parts.count - 1
      paths = paths.flatMap { folder in
        Self.isPattern(part)
          ? names(in: folder, matching: String(part)) : own(Self.plain(part), in: folder, isLast)
      }
    }
    files = paths.sorted { $0.isBeforeExactly($1) }
  }

  private mutating func names(in folder: String, matching pattern: String) -> [String] {
    guard let stream = opendir(folder.isEmpty ? "/" : folder) else {
      note(folder.isEmpty ? "/" : folder, errno)
      return []
    }
    defer { closedir(stream) }
    var found: [String] = []
    errno = 0
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != "..", fnmatch(pattern, name, FNM_PERIOD) == 0 {
        found.append("\(folder)/\(name)")
      }
      errno = 0
    }
    note(folder, errno)
    return found
  }

  private mutating func own(_ name: String, in folder: String, _ isLast: Bool) -> [String] {
    let path = "\(folder)/\(name)"
    guard isLast else { return [path] }
    var status = stat()
    guard lstat(path, &status) == 0 else {
      note(path, errno)
      return []
    }
    return [path]
  }

  /// What is not there was not meant.
  private mutating func note(_ path: String, _ problem: CInt) {
    guard problem != 0, problem != ENOENT, problem != ENOTDIR else { return }
    unread.append(Unread(path: path, why: Errno(rawValue: problem).description))
  }

  private static func isPattern(_ part: Substring) -> Bool {
    var isEscaped = false
    for scalar in part.unicodeScalars {
      if !isEscaped, "*?[".holds(scalar) { return true }
      isEscaped = !isEscaped && scalar == "\\"
    }
    return false
  }

  private static func plain(_ part: Substring) -> String {
    var result = String.UnicodeScalarView()
    var isEscaped = false
    for scalar in part.unicodeScalars {
      isEscaped = !isEscaped && scalar == "\\"
      if !isEscaped { result.append(scalar) }
    }
    return String(result)
  }
}
