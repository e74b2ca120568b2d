import Glibc
import RunbookModel

/// The files of a log, opened, the oldest first.
package struct LogFiles {
  package private(set) var files: [LogFile] = []
  package private(set) var notices: [String] = []
  /// What patterns name and what is no log to be read.
  package private(set) var unread: [LogMatches.Unread] = []

  /// Each is held open while the step runs.
  private static let most = 500

  /// Why the files cannot be read.
  package struct Problem: Error {
    package let message: String
    package let hint: String
  }

  /// - Parameter paths: files, and patterns of files such as `/var/log/postgresql/*.log*`.
  package init(_ paths: [LogPath], _ grammar: any LogGrammar) throws(Problem) {
    var seen: Set<LogFile.Identity> = []
    for path in paths {
      let found = path.matches
      unread += found.unread
      if path.isPattern, found.files.count > 1, found.files.contains(where: path.path.isIdentical) {
        notices.append(
          "\(path.path) is a file's own name and a pattern: it is read, and what it matches")
      }
      let before = (files.count, seen.count)
      for name in found.files {
        guard let file = try open(name, path.isPattern) else { continue }
        guard seen.insert(file.identity).inserted else { continue }
        guard files.count < Self.most else {
          throw Problem(
            message: "there are more than \(Self.most) log files",
            hint: "name fewer in `path:`")
        }
        files.append(file)
      }
      if path.isPattern, (files.count, seen.count) == before { try requireMatch(path, found) }
    }
    if files.count > 1 { sort(grammar) }
  }

  /// A pattern under which nothing can be read is no empty log.
  private func requireMatch(_ path: LogPath, _ found: LogMatches) throws(Problem) {
    // What another path has named is read.
    guard !found.files.contains(where: { name in files.contains { $0.isNamed(name) } }) else {
      return
    }
    let why = unread.last.map { ": \($0.path): \($0.why)" } ?? ""
    throw Problem(
      message: found.files.isEmpty && found.unread.isEmpty
        ? "no file matches \(path.path)" : "nothing that \(path.path) matches can be read\(why)",
      hint: "is it the right folder, and may it be read?")
  }

  /// - Returns: nil for what a pattern names and what is no file to be read, such as one that was rotated away
  ///   meanwhile.
  private mutating func open(_ path: String, _ isPattern: Bool) throws(Problem) -> LogFile? {
    if isPattern, let sort = Self.otherSort(of: path) {
      unread.append(
        LogMatches.Unread(path: path, why: "it is \(sort)", mayHoldEvents: false))
      return nil
    }
    let file: LogFile
    do throws(LogFile.Problem) {
      file = try LogFile(path: path)
    } catch {
      switch error {
      case .system(ENOENT) where isPattern:
        unread.append(LogMatches.Unread(path: path, why: "it went away before it could be read"))
        return nil
      default:
        throw Problem(
          message: "cannot read \(path): \(error.message)",
          hint: "is it the right file, and may this account read it?")
      }
    }
    guard !file.isPipe else {
      throw Problem(
        message: "cannot read \(path): it is a pipe, which holds no log",
        hint: "name a file, or read what comes through it by `command:`")
    }
    return file
  }

  /// What a name leads to that is no file; nil of files, and where nobody knows. To open a pipe would wake who
  /// writes to it.
  private static func otherSort(of path: String) -> String? {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    switch status.st_mode & S_IFMT {
    case S_IFREG: return nil
    case S_IFDIR: return "a folder"
    case S_IFIFO: return "a named pipe"
    case S_IFSOCK: return "a socket"
    default: return "a device"
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
  package static func hasTime(_ file: LogFile, _ grammar: any LogGrammar) -> Bool {
    firstTime(of: file, grammar) != nil
  }

  /// Whether what collects logs has put its own around the lines.
  package static func isWrapped(_ file: LogFile, _ grammar: any LogGrammar) -> Bool {
    start(of: file).withUnsafeBufferPointer {
      LogEnvelope.found(in: $0, grammar, file.modified) != nil
    }
  }

  /// The beginning of what a file holds, of which nothing is passed over by that.
  private static func start(of file: LogFile) -> [UInt8] {
    // What is no file cannot be read twice.
    guard file.size != nil else { return [] }
    file.rewind()
    var start = [UInt8](repeating: 0, count: LogFunnel.sample)
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
    return Array(start.prefix(used))
  }

  private static func firstTime(of file: LogFile, _ grammar: any LogGrammar) -> Timestamp? {
    var time: Timestamp?
    start(of: file).withUnsafeBufferPointer { bytes in
      let envelope = LogEnvelope.found(in: bytes, grammar, file.modified)
      func read(_ line: LogBytes) -> Bool {
        if case .at(let found) = grammar.stamp(of: line)?.time { time = found }
        return time == nil
      }
      bytes.eachLine { line in
        guard let opened = envelope?.open(line, file.modified) else { return read(line) }
        guard opened.content.withUnsafeBufferPointer(read) else { return false }
        let takesTime = opened.content.withUnsafeBufferPointer {
          grammar.takesTime(inFrontOf: $0)
        }
        guard takesTime, let own = opened.time else { return true }
        return Array("\(own) ".utf8).withUnsafeBufferPointer(read)
      }
    }
    return time
  }
}
