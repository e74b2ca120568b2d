import RunbookModel

/// Where the lines of a text begin, with line breaks as libyaml counts them.
struct LineTable {
  /// Byte offsets.
  private(set) var starts: [Int] = [0]

  init(_ bytes: UnsafeBufferPointer<UInt8>) {
    starts.reserveCapacity(bytes.count / 24)
    var index = 0
    let count = bytes.count
    while index < count {
      let byte = bytes[index]
      index += 1
      switch byte {
      case 0x0A: break
      case 0x0D: if index < count, bytes[index] == 0x0A { index += 1 }
      case 0xC2 where index < count && bytes[index] == 0x85: index += 1
      case 0xE2
      where index + 1 < count && bytes[index] == 0x80 && bytes[index + 1] | 1 == 0xA9:
        index += 2
      default: continue
      }
      starts.append(index)
    }
  }

  /// The offset of a line that counts from 1, or nil past the end.
  func start(ofLine line: Int) -> Int? {
    starts.indices.contains(line &- 1) ? starts[line - 1] : nil
  }

  /// The place of a byte, for what is reported by offset; it takes time in the text's length.
  static func place(
    ofByte offset: Int, in bytes: UnsafeBufferPointer<UInt8>, file: String
  ) -> Place {
    let end = max(0, min(offset, bytes.count))
    let head = UnsafeBufferPointer(rebasing: bytes[..<end])
    let table = LineTable(head)
    let start = table.starts.last ?? 0
    let column = head[start...].reduce(into: 1) { if $1 & 0xC0 != 0x80 { $0 += 1 } }
    return Place(file: file, line: table.starts.count, column: column, length: 1)
  }
}
