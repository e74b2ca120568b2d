public import RunbookModel

/// Whether a report says what the journal says that it was made from.
public struct ReportVerification: Sendable {
  /// Lines that are not as the journal has them.
  public struct Change: Sendable, Hashable {
    /// The first of `found` in the report, from 1.
    public let line: Int
    /// The heading above it; empty before the first.
    public let section: String
    public let expected: [String]
    public let found: [String]
  }

  /// The journal's entry that the report was written after; nil where it names none of its hashes.
  public let basis: Entry?
  /// Entries that came after it.
  public let laterCount: Int
  public let changes: [Change]

  /// Writes the report anew from the entries up to the one whose hash it names, and compares.
  ///
  /// - Parameters:
  ///   - text: the report.
  ///   - entries: the whole journal.
  ///   - rules: what may stand in a public copy.
  ///   - digest: of a file of evidence, as `IncidentReport` takes it: what a report says of it is no change.
  ///   - write: writes a report as this one was written.
  public init(
    of text: String, entries: [Entry], rules: PublicRules = PublicRules(),
    digest: ((String) -> Digest?)? = nil,
    write: (IncidentReport) throws -> String
  ) throws {
    let hashes = Self.hashes(in: text)
    let index = entries.lastIndex { hashes.contains($0.hash.hex) }
    basis = index.map { entries[$0] }
    laterCount = index.map { entries.count - $0 - 1 } ?? 0
    let used = index.map { Array(entries[...$0]) } ?? entries
    let isPublic = PublicCopy.isNamed(in: text)
    let lines = Self.lines(of: text)
    let plain = try write(try IncidentReport(entries: used, isPublic: isPublic, rules: rules))
    let changes = Self.changes(from: Self.lines(of: plain), to: lines)
    guard !changes.isEmpty, let digest else {
      self.changes = changes
      return
    }
    let looked = try write(
      try IncidentReport(entries: used, isPublic: isPublic, rules: rules, digest: digest))
    let others = Self.changes(from: Self.lines(of: looked), to: lines)
    self.changes = others.count < changes.count ? others : changes
  }

  /// Words of 64 hexadecimal digits.
  private static func hashes(in text: String) -> Set<String> {
    var hashes: Set<String> = []
    var start: String.UTF8View.Index?
    let bytes = text.utf8
    func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) || (97...102).contains(byte) }
    var index = bytes.startIndex
    while true {
      let isOver = index == bytes.endIndex
      if !isOver, isDigit(bytes[index]) {
        start = start ?? index
      } else if let first = start {
        if bytes.distance(from: first, to: index) == 64 {
          hashes.insert(String(text[first..<index]))
        }
        start = nil
      }
      if isOver { return hashes }
      index = bytes.index(after: index)
    }
  }

  private static func lines(of text: String) -> [Substring] {
    text.pieces(separatedBy: "\n", omittingEmptySubsequences: false)
  }

  /// Where more lines than this differ, their order is not looked into.
  private static let most = 4000

  private static func changes(from old: [Substring], to new: [Substring]) -> [Change] {
    var start = 0
    while start < min(old.count, new.count), old[start].isIdentical(to: new[start]) { start += 1 }
    var end = 0
    while end < min(old.count, new.count) - start,
      old[old.count - 1 - end].isIdentical(to: new[new.count - 1 - end])
    { end += 1 }
    let oldMiddle = Array(old[start..<old.count - end])
    let newMiddle = Array(new[start..<new.count - end])
    guard !oldMiddle.isEmpty || !newMiddle.isEmpty else { return [] }
    guard oldMiddle.count + newMiddle.count <= most else {
      return [change(at: start, in: new, oldMiddle, newMiddle)]
    }
    return hunks(from: oldMiddle, to: newMiddle).map { hunk in
      change(at: start + hunk.line, in: new, hunk.old, hunk.new)
    }
  }

  private static func hunks(
    from old: [Substring], to new: [Substring]
  ) -> [(line: Int, old: [Substring], new: [Substring])] {
    let difference = new.map { ExactText($0) }.difference(from: old.map { ExactText($0) })
    let removed = Set(
      difference.removals.compactMap { if case .remove(let at, _, _) = $0 { at } else { nil } })
    let added = Set(
      difference.insertions.compactMap { if case .insert(let at, _, _) = $0 { at } else { nil } })
    var hunks: [(line: Int, old: [Substring], new: [Substring])] = []
    var (left, right) = (0, 0)
    var isInside = false
    while left < old.count || right < new.count {
      let isRemoved = left < old.count && removed.contains(left)
      let isAdded = right < new.count && added.contains(right)
      guard isRemoved || isAdded else {
        (left, right, isInside) = (left + 1, right + 1, false)
        continue
      }
      if !isInside { hunks.append((right, [], [])) }
      isInside = true
      if isRemoved {
        hunks[hunks.count - 1].old.append(old[left])
        left += 1
      } else {
        hunks[hunks.count - 1].new.append(new[right])
        right += 1
      }
    }
    return hunks
  }

  private static func change(
    at index: Int, in lines: [Substring], _ old: [Substring], _ new: [Substring]
  ) -> Change {
    let above = lines.prefix(index + 1).last { isHeading($0) }
    return Change(
      line: index + 1, section: above.map(heading) ?? "", expected: old.map(String.init),
      found: new.map(String.init))
  }

  private static func isHeading(_ line: Substring) -> Bool {
    line.begins(with: "## ") || line.begins(with: "### ") || line.holds("<h2") || line.holds("<h3")
  }

  private static func heading(_ line: Substring) -> String {
    guard let element = line.range(ofFirst: "<h"), !line.begins(with: "#") else {
      return String(line.dropScalars { $0 == "#" }).trimmed
    }
    let inside = line[element.upperBound...].dropScalars { $0 != ">" }.dropFirstScalars()
    return String(inside.prefixOfScalars { $0 != "<" })
  }
}

extension IncidentReport {
  /// A piece of evidence that is not what the journal says.
  public struct EvidenceProblem: Sendable, Hashable {
    public let id: String
    public let message: String

    public init(id: String, message: String) {
      self.id = id
      self.message = message
    }
  }

  /// Pieces of evidence that are files of the run's folder, so that the journal alone says nothing of what they hold.
  public var filesOfEvidence: [String] {
    facts.evidence.items.compactMap { item in
      if case .file = item.record.content { item.record.id } else { nil }
    }
  }

  /// Holds each piece of evidence against its SHA-256.
  ///
  /// - Parameter digest: of a file by its path in the run's folder, nil where it cannot be read; without it
  ///   files are not looked at.
  public func evidenceProblems(digest: ((String) -> Digest?)?) -> [EvidenceProblem] {
    facts.evidence.items.compactMap { item in
      let found: Digest
      switch item.record.content {
      case .file(let path):
        guard let digest else { return nil }
        guard let digest = digest(path) else {
          return EvidenceProblem(id: item.record.id, message: "the file \(path) cannot be read")
        }
        found = digest
      case .result:
        guard let whole = item.whole else {
          return EvidenceProblem(id: item.record.id, message: "the journal does not hold it")
        }
        found = Digest.sha256(of: whole)
      }
      guard found != item.record.digest else { return nil }
      return EvidenceProblem(
        id: item.record.id,
        message:
          "its SHA-256 is \(found.hex), and was \(item.record.digest.hex) when it was captured")
    }
  }
}
