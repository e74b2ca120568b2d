package import RunbookEngine
package import RunbookModel

/// What a stream brought: as much as can be held in memory, for expressions, and all of it in a file once
/// it is longer than what is stored of it.
///
/// Memory and file have a bound; what comes after it is counted, and that it is missing is said. Secrets are taken
/// out of the file; what is in memory is the engine's to redact and to cut.
package struct BoundedCapture: Sendable {
  package let fileName: String
  /// Bytes that are stored in the result.
  private let limit: Int
  private let folder: String
  private let redactor: Redactor
  private var kept: [UInt8] = []
  private var file: EvidenceWriter?
  /// Bytes that came.
  private(set) var size: Int64 = 0
  /// Whether the file, if there is one, holds all that came.
  package private(set) var isFileWhole = true

  /// Bytes that are held at most.
  private let mostHeld: Int
  /// Bytes that the file has at most.
  private let mostFiled: Int

  /// - Parameters:
  ///   - limit: bytes that are stored in the result.
  ///   - mostHeld: bytes that are held for expressions.
  ///   - mostFiled: bytes that are kept in the file.
  ///   - folder: the attempt's evidence folder; made when the file is.
  package init(
    limit: Int, mostHeld: Int = 32 << 20, mostFiled: Int = 1 << 30, folder: String,
    fileName: String, redactor: Redactor
  ) {
    self.limit = limit
    self.mostHeld = mostHeld
    self.mostFiled = mostFiled
    self.folder = folder
    self.fileName = fileName
    self.redactor = redactor
  }

  /// Whether the memory holds less than what came.
  package var isCut: Bool { size > Int64(mostHeld) }
  package var hasFile: Bool { file != nil }

  /// UTF-8 repaired, without zero bytes; where it is cut, before anything that may begin a secret.
  package var text: String {
    let bytes = isCut ? decided : kept
    return String(decoding: bytes.contains(0) ? bytes.filter { $0 != 0 } : bytes, as: UTF8.self)
  }

  /// What is held, up to where a secret may begin that is not held to its end. Only so much of the end is gone
  /// through as a secret may be long: all of it would take seconds after the step's time is over.
  private var decided: [UInt8] {
    let start = max(0, kept.count - Self.longestSecret)
    return kept[..<start] + redactor.decided(Array(kept[start...]))
  }

  /// In bytes, in any of its forms.
  private static let longestSecret = 1 << 20

  /// Says of a result's value that it is the text, how much of it is held and stored, and whether it is what
  /// came.
  ///
  /// - Parameter isWhole: false where what came was broken off before its end.
  package func mark(_ key: String, in result: inout StepResult, isWhole: Bool = true) {
    result.storedLimits[key] = StoredLimit(bytes: limit)
    result.openEnded.insert(key)
    if !isWhole, size > 0 {
      result.incomplete[key] = .unreadable("it was broken off before its end")
    } else if isCut {
      result.incomplete[key] = Incomplete(held: Int64(kept.count), total: size, noun: "bytes")
    } else if let flaw {
      result.incomplete[key] = .unreadable(flaw)
    }
  }

  /// Why the text cannot be what came, once all has come: said once, as what is held may be long.
  private var flaw: String?

  private func soughtFlaw() -> String? {
    if kept.contains(0) { return "it holds zero bytes" }
    return String(validating: kept, as: UTF8.self) == nil ? "it is not UTF-8" : nil
  }

  /// - Returns: what the file is given of it, secrets taken out; nil as long as none is due.
  @discardableResult package mutating func append(_ bytes: [UInt8]) -> [UInt8]? {
    size += Int64(bytes.count)
    if file == nil, size > Int64(limit) {
      // The file begins with what was kept until now, so that it holds everything.
      openFile()
    }
    let filed = file?.clean(bytes)
    if let filed, isFileWhole { isFileWhole = file?.put(filed) ?? false }
    let room = mostHeld - kept.count
    if room > 0 {
      kept += bytes.prefix(room)
      if bytes.count > room { kept.removeIncompleteScalar() }
    }
    return filed
  }

  /// Closes the file. What a text cannot hold is kept in one, too.
  ///
  /// - Returns: what the file was given last, as of `append`.
  @discardableResult package mutating func finish() -> [UInt8]? {
    flaw = soughtFlaw()
    if file == nil, flaw != nil {
      openFile()
    }
    guard let rest = file?.cleanRest() else { return nil }
    if isFileWhole { isFileWhole = file?.put(rest) ?? false }
    if file?.close() != true { isFileWhole = false }
    return rest
  }

  private mutating func openFile() {
    file = EvidenceWriter(
      folder: folder, name: fileName, most: mostFiled, redactor: redactor)
    isFileWhole = file?.write(kept) ?? false
  }

  /// That the file does not hold all that came.
  ///
  /// - Parameter what: such as `stdout`.
  package func notices(of what: String) -> [String] {
    if isFileWhole { return [] }
    return file?.isFull == true
      ? [
        "\(size) bytes of \(what) came; its file keeps the first \(mostFiled), and the rest was not stored"
      ]
      : ["not all of \(what) could be written to its file"]
  }

  /// - Parameters:
  ///   - key: the result's name for the text.
  ///   - isWhole: false where what came was broken off before its end.
  ///   - announced: how many bytes were to come, where that is known.
  package func evidence(
    _ what: String, key: String, source: String, isWhole: Bool = true, announced: Int64? = nil
  ) -> [EvidenceDraft] {
    guard size > 0 else { return [] }
    let what = isWhole ? what : "\(what), broken off after \(size) bytes"
    let all = max(size, announced ?? 0)
    let isLess = isCut || flaw != nil || !isWhole
    var drafts = [
      EvidenceDraft(
        what: flaw == nil ? what : "\(what), as text", source: source, content: .result(key),
        uncutSize: isLess ? all : nil, isCut: isLess)
    ]
    if hasFile {
      drafts.append(
        EvidenceDraft(
          what: isWhole ? "\(what), all of it" : what, source: source, content: .file(fileName),
          uncutSize: isFileWhole && isWhole ? nil : all, isCut: !isFileWhole || !isWhole))
    }
    return drafts
  }
}

extension [UInt8] {
  /// Drops a UTF-8 sequence at the end that was cut before its last byte.
  fileprivate mutating func removeIncompleteScalar() {
    guard let start = suffix(4).lastIndex(where: { $0 & 0xC0 != 0x80 }) else { return }
    let length =
      switch self[start] {
      case 0xC0...0xDF: 2
      case 0xE0...0xEF: 3
      case 0xF0...0xF7: 4
      default: 1
      }
    if count - start < length { removeSubrange(start...) }
  }
}
