import Glibc
import RunbookModel

/// The files of a log, opened, the oldest first.
struct LogFiles {
  private(set) var files: [LogFile] = []
  private(set) var notices: [String] = []

  /// Each is held open while the step runs.
  private static let most = 500

  /// Why the files cannot be read.
  struct Problem: Error {
    let message: String
    let hint: String
  }

  /// - Parameter paths: files, and patterns of files such as `/var/log/postgresql/*.log*`.
  init(_ paths: [LogPath], _ grammar: any LogGrammar) throws(Problem) {
    var seen: Set<LogFile.Identity> = []
    for path in paths {
      let pattern = path.wantedPattern
      let found = pattern.map(LogPath.files(matching:)) ?? [path.path]
      guard !found.isEmpty else {
        throw Problem(
          message: "no file matches \(path.path)",
          hint: "is it the right folder, and may it be read?")
      }
      for name in found {
        guard let file = try open(name, pattern != nil) else { continue }
        guard seen.insert(file.identity).inserted else { continue }
        guard files.count < Self.most else {
          throw Problem(
            message: "there are more than \(Self.most) log files",
            hint: "name fewer in `path:`")
        }
        files.append(file)
      }
    }
    if files.count > 1 { sort(grammar) }
  }

  /// - Returns: nil for a file of a pattern that was rotated away meanwhile.
  private mutating func open(_ path: String, _ isPattern: Bool) throws(Problem) -> LogFile? {
    do throws(LogFile.Problem) {
      return try LogFile(path: path)
    } catch {
      switch error {
      case .system(ENOENT) where isPattern:
        notices.append("\(path) went away before it could be read")
        return nil
      case .system(EISDIR) where isPattern:
        return nil
      default:
        throw Problem(
          message: "cannot read \(path): \(error.message)",
          hint: "is it the right file, and may this account read it?")
      }
    }
  }

  /// By the time of their first record; files without one stay behind the others, by their names.
  private mutating func sort(_ grammar: any LogGrammar) {
    let timed = files.enumerated().map { index, file in
      (file: file, index: index, time: Self.firstTime(of: file, grammar))
    }
    files = timed.sorted { first, second in
      switch (first.time, second.time) {
      case (let a?, let b?): (a, first.index) < (b, second.index)
      case (nil, _?): false
      case (_?, nil): true
      case (nil, nil): first.index < second.index
      }
    }.map(\.file)
  }

  /// Whether a time can be read in the file's first lines.
  static func hasTime(_ file: LogFile, _ grammar: any LogGrammar) -> Bool {
    firstTime(of: file, grammar) != nil
  }

  private static func firstTime(of file: LogFile, _ grammar: any LogGrammar) -> Timestamp? {
    guard file.size != nil else { return nil }
    file.rewind()
    var start = [UInt8](repeating: 0, count: 1 << 16)
    var used = 0
    start.withUnsafeMutableBytes { memory in
      while used < memory.count {
        // A file that cannot be read says so when its turn has come.
        let rest = UnsafeMutableRawBufferPointer(rebasing: memory[used...])
        guard let count = try? file.read(into: rest), count > 0 else { return }
        used += count
      }
    }
    file.rewind()
    var time: Timestamp?
    start.prefix(used).withUnsafeBufferPointer { bytes in
      bytes.eachLine { line in
        if case .at(let found) = grammar.stamp(of: line)?.time { time = found }
        return time == nil
      }
    }
    return time
  }
}
