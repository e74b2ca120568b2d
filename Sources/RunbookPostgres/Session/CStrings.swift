/// Texts as C takes a list of them.
enum CStrings {
  /// A null-terminated array of C strings, nil where the text is nil.
  static func pointers<Result>(
    _ texts: [String?], _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> Result
  ) -> Result {
    var bytes: [CChar] = []
    let offsets = texts.map { text -> Int? in
      guard let text else { return nil }
      defer { bytes.append(contentsOf: text.utf8CString) }
      return bytes.count
    }
    bytes.append(0)
    return bytes.withUnsafeBufferPointer { buffer in
      let pointers = offsets.map { offset in offset.flatMap { buffer.baseAddress?.advanced(by: $0) }
      }
      return (pointers + [nil]).withUnsafeBufferPointer { list in
        withUnsafeTemporaryAllocation(
          of: UnsafePointer<CChar>?.self, capacity: list.count
        ) { copy in
          _ = copy.initialize(from: list)
          return body(UnsafePointer(copy.baseAddress.unsafelyUnwrapped))
        }
      }
    }
  }
}
