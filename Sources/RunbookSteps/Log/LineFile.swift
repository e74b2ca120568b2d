import Glibc

/// Reads a file line by line, with little memory whatever the file is.
struct LineFile {
  private let descriptor: CInt
  private var buffer: [UInt8] = []
  private var position = 0
  private var isAtEnd = false

  private static let chunk = 65_536
  /// What a line has beyond this is left out.
  private static let longestLine = 65_536

  /// - Throws: `SystemProblem` when it cannot be opened.
  init(path: String) throws(SystemProblem) {
    // A pipe without a writer must not block here.
    descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw SystemProblem() }
  }

  func close() { Glibc.close(descriptor) }

  /// - Returns: the next line without its line break; nil at the end.
  mutating func next() throws(SystemProblem) -> [UInt8]? {
    var line: [UInt8] = []
    while true {
      if let end = buffer[position...].firstIndex(of: UInt8(ascii: "\n")) {
        Self.append(buffer[position..<end], to: &line)
        position = end + 1
        if line.last == UInt8(ascii: "\r") { line.removeLast() }
        return line
      }
      Self.append(buffer[position...], to: &line)
      position = buffer.count
      if isAtEnd { return line.isEmpty ? nil : line }
      try fill()
    }
  }

  private static func append(_ part: ArraySlice<UInt8>, to line: inout [UInt8]) {
    line += part.prefix(max(0, longestLine - line.count))
  }

  private mutating func fill() throws(SystemProblem) {
    var count = 0
    repeat {
      buffer = [UInt8](unsafeUninitializedCapacity: Self.chunk) { bytes, used in
        count = read(descriptor, bytes.baseAddress, Self.chunk)
        used = max(0, count)
      }
    } while count < 0 && errno == EINTR
    guard count >= 0 else { throw SystemProblem() }
    position = 0
    isAtEnd = count == 0
  }
}
