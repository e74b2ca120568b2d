private import Foundation
private import Glibc
import RunbookModel

/// How far a run's journal has come, in a file beside it, so that a tail that was cut off and an older copy
/// in its place are noticed, which the chain of hashes cannot tell.
///
/// It is written after each commit, without a forced write: whatever dies, it never says more than the
/// journal holds, and may say less. One that is missing or cannot be read says nothing.
struct Witness: Equatable {
  var sequence: Int64
  var hash: String
  var generation: Int64

  private static func path(in folder: String) -> String { "\(folder)/witness" }
  private static let size = 160

  init(sequence: Int64, hash: String, generation: Int64) {
    self.sequence = sequence
    self.hash = hash
    self.generation = generation
  }

  init?(in folder: String) {
    let file = open(Self.path(in: folder), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: Self.size)
    let count = pread(file, &bytes, bytes.count, 0)
    guard count > 0, let end = bytes.prefix(count).firstIndex(of: UInt8(ascii: "\n")) else {
      return nil
    }
    let words = bytes[..<end].split(separator: UInt8(ascii: " "))
      .map { String(decoding: $0, as: UTF8.self) }
    guard words.count == 3, let sequence = Int64(words[0]), let generation = Int64(words[2]),
      sequence >= 0, Digest(hex: words[1]) != nil
    else { return nil }
    self.init(sequence: sequence, hash: words[1], generation: generation)
  }

  /// One that cannot be written says less: nothing else rests on it.
  func write(in folder: String) {
    let path = Self.path(in: folder)
    var file = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW)
    if file < 0 {
      file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
      if file >= 0 { fchmod(file, 0o600) }
    }
    guard file >= 0 else { return }
    defer { close(file) }
    var line = Array("\(sequence) \(hash) \(generation)\n".utf8)
    line += [UInt8](repeating: UInt8(ascii: " "), count: max(0, Self.size - line.count))
    _ = pwrite(file, line, line.count, 0)
  }
}
