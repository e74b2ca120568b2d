import Glibc

/// The file in memory that a keeper holds open, by which it is found: what is in it is the mark of those
/// that it keeps, as an environment would hold it.
enum KeeperMark {
  static let name = "runbook-keeper"
  /// The keeper's number of it.
  private static let descriptor = 1

  static func content(_ mark: [String: String]) -> [UInt8] {
    mark.flatMap { Array("\($0.key)=\($0.value)".utf8) + [0] }
  }

  /// The mark of a keeper; nil where a process is none, or its files may not be seen.
  static func read(of pid: pid_t) -> [UInt8]? {
    let path = "/proc/\(pid)/fd/\(descriptor)"
    var target = [CChar](repeating: 0, count: 64)
    let count = readlink(path, &target, target.count)
    // What memfd_create(2) says of such a link.
    let expected = Array("/memfd:\(name) (deleted)".utf8)
    guard count == expected.count,
      target[..<count].elementsEqual(expected, by: { UInt8(bitPattern: $0) == $1 })
    else { return nil }
    return ProcessTable.read(path)
  }
}
