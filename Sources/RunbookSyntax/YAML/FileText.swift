import Glibc
import RunbookModel

/// Why a file cannot be read.
struct FileFailure: Error {
  let code: DiagnosticCode
  let message: String
  var hint: String?
  /// The place inside of the file, where there is one.
  var place: Place?

  init(_ code: DiagnosticCode, _ message: String, hint: String? = nil, place: Place? = nil) {
    self.code = code
    self.message = message
    self.hint = hint
    self.place = place
  }

  func diagnostic(at place: Place?) -> Diagnostic {
    Diagnostic(.error, code, message, at: place, hint: hint)
  }
}

/// The text of a file, within limits.
enum FileText {
  static let maximumSize = 8 * 1024 * 1024

  /// Reads a regular file as UTF-8, less its byte order mark.
  ///
  /// - Parameter name: what messages and places call it.
  static func read(_ path: String, as name: String) throws(FileFailure) -> String {
    // Without O_NONBLOCK the opening of a named pipe would wait for its writer.
    let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure(errno, name) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw failure(errno, name) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      let what = status.st_mode & S_IFMT == S_IFDIR ? "a directory" : "not a regular file"
      throw FileFailure(.notAFile, "`\(name)` is \(what)")
    }
    guard status.st_size <= maximumSize else { throw tooLarge(name) }
    return try text(try bytes(descriptor, Int(status.st_size), name), name)
  }

  /// Checks what was read elsewhere in the same way.
  static func text(_ bytes: [UInt8], _ name: String) throws(FileFailure) -> String {
    guard bytes.count <= maximumSize else { throw tooLarge(name) }
    let body = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...]
    guard let text = String(validating: body, as: UTF8.self) else {
      let place = place(ofByte: validPrefix(of: body), in: body, name)
      throw FileFailure(
        .notUTF8, "`\(name)` is not UTF-8", hint: "save it in the encoding UTF-8", place: place)
    }
    if let zero = body.firstIndex(of: 0) {
      let place = place(ofByte: zero - body.startIndex, in: body, name)
      throw FileFailure(.controlCharacter, "a NUL character in `\(name)`", place: place)
    }
    return text
  }

  private static func bytes(
    _ descriptor: Int32, _ size: Int, _ name: String
  ) throws(FileFailure) -> [UInt8] {
    var error: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      while count < size, let base = buffer.baseAddress {
        let got = Glibc.read(descriptor, base + count, size - count)
        if got < 0, errno == EINTR { continue }
        if got < 0 { error = errno }
        if got <= 0 { break }
        count += got
      }
    }
    guard error == 0 else { throw failure(error, name) }
    return bytes
  }

  private static func place(
    ofByte offset: Int, in bytes: ArraySlice<UInt8>, _ name: String
  ) -> Place {
    bytes.withUnsafeBufferPointer { LineTable.place(ofByte: offset, in: $0, file: name) }
  }

  private static func validPrefix(of bytes: ArraySlice<UInt8>) -> Int {
    var parser = Unicode.UTF8.ForwardParser()
    var iterator = bytes.makeIterator()
    var offset = 0
    while case .valid(let scalar) = parser.parseScalar(from: &iterator) { offset += scalar.count }
    return offset
  }

  private static func tooLarge(_ name: String) -> FileFailure {
    FileFailure(.fileTooLarge, "`\(name)` is larger than 8 MiB")
  }

  private static func failure(_ error: Int32, _ name: String) -> FileFailure {
    if error == ENOENT || error == ENOTDIR {
      return FileFailure(.fileMissing, "there is no file `\(name)`")
    }
    return FileFailure(
      .fileUnreadable, "`\(name)` cannot be read: \(String(cString: strerror(error)))")
  }
}
