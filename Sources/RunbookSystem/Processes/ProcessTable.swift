import CLinux
package import Glibc
package import RunbookModel

/// What `/proc` tells of processes: proc(5).
package enum ProcessTable {
  /// The number that was given to a process or thread last; nil where `/proc` does not tell.
  static func lastNumber() -> pid_t? {
    guard let text = read("/proc/loadavg") else { return nil }
    let fields = text.split(separator: UInt8(ascii: " "))
    guard fields.count == 5 else { return nil }
    return pid_t(String(decoding: fields[4], as: UTF8.self).trimmingLineBreak)
  }

  static func all() -> [pid_t] {
    guard let folder = opendir("/proc") else { return [] }
    defer { closedir(folder) }
    var found: [pid_t] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
        tuple.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if let pid = pid_t(name) { found.append(pid) }
    }
    return found
  }

  /// Whether a process has ended and only awaits its parent; false when there is none.
  package static func isZombie(_ pid: pid_t) -> Bool {
    status(of: pid).first?.first.map(isOfZombie) ?? false
  }

  private static func isOfZombie(_ state: UInt8) -> Bool {
    state == UInt8(ascii: "Z") || state == UInt8(ascii: "X")
  }

  /// A process's parent, and whether it has ended itself; nil when there is no such process.
  static func kin(of pid: pid_t) -> (parent: pid_t, isZombie: Bool)? {
    let status = status(of: pid)
    guard status.count > 1, let parent = pid_t(String(decoding: status[1], as: UTF8.self)) else {
      return nil
    }
    return (parent, status[0].first.map(isOfZombie) ?? false)
  }

  /// The account of a process, by its number.
  package static func user(of pid: pid_t) -> uid_t? {
    var file = stat()
    return stat("/proc/\(pid)", &file) == 0 ? file.st_uid : nil
  }

  /// The fields of its `stat` that follow the name, which may hold anything: the state is the first, its
  /// parent the second. Empty when there is no such process.
  private static func status(of pid: pid_t) -> [ArraySlice<UInt8>] {
    guard let status = read("/proc/\(pid)/stat"),
      let name = status.lastIndex(of: UInt8(ascii: ")"))
    else { return [] }
    return status[name...].dropFirst(2).split(separator: UInt8(ascii: " "))
  }

  /// Sends a signal to a process that is held by a descriptor when it is looked whether it is the one that
  /// is meant: its number could be another's by then.
  package static func send(_ signal: CInt, to pid: pid_t, if isMeant: () -> Bool) {
    guard pid > 0 else { return }
    let descriptor = runbook_pidfd_open(pid)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    if isMeant() { _ = runbook_pidfd_send_signal(descriptor, signal) }
  }

  /// A process's program and its arguments; secrets may be in them.
  package static func command(of pid: pid_t) -> String {
    (read("/proc/\(pid)/cmdline") ?? []).split(separator: 0)
      .map { String(decoding: $0, as: UTF8.self) }.joined(separator: " ")
  }

  /// When a process was started, to a second or so.
  package static func start(of pid: pid_t) -> Timestamp? {
    guard let boot = bootTime() else { return nil }
    // The 22nd field of all.
    let fields = status(of: pid)
    let ticks = sysconf(Int32(_SC_CLK_TCK))
    guard fields.count > 19, ticks > 0,
      let start = Int64(String(decoding: fields[19], as: UTF8.self))
    else { return nil }
    return Timestamp(seconds: boot + start / Int64(ticks))
  }

  private static func bootTime() -> Int64? {
    let lines = (read("/proc/stat") ?? []).split(separator: UInt8(ascii: "\n"))
    let line = lines.lazy.map { String(decoding: $0, as: UTF8.self) }
      .first { $0.begins(with: "btime ") }
    return line.flatMap { Int64($0.dropFirstScalars(6)) }
  }

  /// A file's bytes; nil when it cannot be read.
  package static func read(_ path: String) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    let size = 16_384
    while true {
      var count = 0
      let chunk = [UInt8](unsafeUninitializedCapacity: size) { buffer, used in
        count = Glibc.read(descriptor, buffer.baseAddress, size)
        used = max(0, count)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return count < 0 ? nil : bytes }
      bytes += chunk
    }
  }
}

extension String {
  fileprivate var trimmingLineBreak: String { ends(with: "\n") ? String(dropLastScalars()) : self }
}
