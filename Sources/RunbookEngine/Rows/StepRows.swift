package import RunbookModel

/// Takes a statement's rows one by one, as the database gives them.
package protocol RowTaker: AnyObject {
  /// A statement begins to give rows: those that were taken before are another's.
  func begin(_ columns: [String])
  func take(_ row: [Value])
}

/// The rows of a step's last statement that gave some: as many as memory has room for as values, and all of
/// them in a file of the evidence folder once they are more than the journal stores.
///
/// What goes into the file has had its secrets taken out, value by value.
package final class StepRows: RowTaker {
  /// What the engine stores of the rows at most.
  package static let storedLimit = StoredLimit(items: 1000, bytes: 256 << 10)
  /// What the rows that are held may take in memory, about.
  package static let heldBytes = 64 << 20
  package static let fileName = "rows.jsonl"

  private let folder: String
  private let redactor: Redactor
  private let room: Int
  package private(set) var columns: [String]?
  package private(set) var held: [Value] = []
  package private(set) var count: Int64 = 0
  /// Bytes of the rows' JSON, line breaks included.
  package private(set) var size: Int64 = 0
  private var usedBytes = 0
  /// The shape of each row; nil where the columns' names make none.
  private var shape: ValueMap?
  /// What stands before each value in a row's line.
  private var heads: [[UInt8]] = []
  private var lines: [UInt8] = []
  private var file: RowFile?

  package init(folder: String, room: Int = heldBytes, redactor: Redactor) {
    self.folder = folder
    self.room = room
    self.redactor = redactor
  }

  /// Names that more than one column has, in order.
  package var doubledColumns: [String] { Self.doubled(columns ?? []) }

  package static func doubled(_ columns: [String]) -> [String] {
    var seen: Set<[UInt8]> = []
    var doubled: [String] = []
    for name in columns where !seen.insert(Array(name.utf8)).inserted {
      if !doubled.contains(where: { $0.isIdentical(to: name) }) { doubled.append(name) }
    }
    return doubled
  }

  /// Nil when all rows are held.
  package var incomplete: Incomplete? {
    Int64(held.count) == count
      ? nil : Incomplete(held: Int64(held.count), total: count, noun: "rows")
  }

  package var hasFile: Bool { file != nil }

  package func begin(_ columns: [String]) {
    self.columns = columns
    held = []
    (count, size, usedBytes) = (0, 0, 0)
    lines = []
    file?.drop()
    file = nil
    shape = doubledColumns.isEmpty ? ValueMap(columns.map { ($0, .null) }) : nil
    heads = columns.enumerated().map { index, name in
      Array(((index == 0 ? "{" : ",") + Value.string(redactor.redact(name)).json + ":").utf8)
    }
  }

  package func take(_ row: [Value]) {
    count += 1
    write(row)
    guard let shape, usedBytes < room else { return }
    usedBytes += row.reduce(80) { $0 + 32 + $1.memorySize }
    if usedBytes < room { held.append(.map(ValueMap(keysOf: shape, values: row))) }
  }

  /// Adds a row's line.
  private func write(_ row: [Value]) {
    let start = lines.count
    if heads.isEmpty { lines.append(UInt8(ascii: "{")) }
    for (head, value) in zip(heads, row) {
      lines += head
      switch value {
      case .null: lines += "null".utf8
      case .int(let number) where !redactor.mayHoldNumbers: lines += String(number).utf8
      case .bool(let flag): lines += (flag ? "true" : "false").utf8
      default: lines += redactor.redact(value).json.utf8
      }
    }
    lines.append(UInt8(ascii: "}"))
    lines.append(UInt8(ascii: "\n"))
    size += Int64(lines.count - start)
    // Redaction may make what the engine stores longer than this, so that the file begins early.
    let limit = Self.storedLimit
    guard file != nil || count > limit.items || size > limit.bytes / 2 else { return }
    if file == nil { file = RowFile(folder: folder, name: Self.fileName) }
    if lines.count >= RowFile.pieceSize { flush() }
  }

  private func flush() {
    file?.write(lines)
    lines.removeAll(keepingCapacity: true)
  }

  /// Closes the file.
  ///
  /// - Returns: whether it holds all rows; true where none is needed.
  package func finish() -> Bool {
    guard file != nil else { return true }
    flush()
    return file?.close() ?? true
  }
}

/// A file of rows; what cannot be written is not there, which `close` tells.
private final class RowFile {
  static let pieceSize = 1 << 16
  /// No file is longer: a query without end must not fill the disk.
  private static let largest = 4 << 30

  private let path: String
  private var descriptor: CInt
  private var room = RowFile.largest
  private var isWhole = true

  init(folder: String, name: String) {
    path = "\(folder)/\(name)"
    descriptor = AttemptFiles.open(named: name, in: folder)
    isWhole = descriptor >= 0
  }

  deinit { _ = close() }

  func write(_ bytes: [UInt8]) {
    guard isWhole else { return }
    room -= bytes.count
    isWhole = room >= 0 && AttemptFiles.write(bytes, to: descriptor)
  }

  func close() -> Bool {
    guard descriptor >= 0 else { return isWhole }
    defer { descriptor = -1 }
    return AttemptFiles.close(descriptor) && isWhole
  }

  /// The rows of a statement that was not the last one.
  func drop() {
    _ = close()
    AttemptFiles.remove(path)
  }
}

extension Value {
  /// Bytes beside the value itself, about.
  fileprivate var memorySize: Int {
    switch self {
    case .string(let text): text.utf8.count > 15 ? text.utf8.count + 32 : 0
    case .list(let items): items.reduce(48) { $0 + 32 + $1.memorySize }
    case .map(let map): map.pairs.reduce(96) { $0 + 64 + $1.key.memorySize + $1.value.memorySize }
    case .decimal(let number): number.text.utf8.count + 32
    default: 0
    }
  }
}
