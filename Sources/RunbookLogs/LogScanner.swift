package import RunbookModel

/// Finds the records of a log in blocks of its bytes.
///
/// Where events must match a pattern of which something is known, only records that hold that are
/// looked at: the rest is passed over as bytes.
package struct LogScanner {
  /// What comes after the bytes of a block.
  package enum End: Hashable {
    case more
    /// More, for which there is no room: the last record is cut.
    case full
    case last
  }

  private let grammar: any LogGrammar
  private let prefilter: LogPrefilter?
  /// Whether the next block begins in a line whose start was cut off.
  private var isInsideLine = false
  /// Whether the next block begins in a record whose start was cut off.
  private var isInsideRecord = false

  package init(_ grammar: any LogGrammar, match: RegularExpression?) {
    self.grammar = grammar
    prefilter = grammar.prefilter(match)
  }

  /// - Returns: how many bytes are done with; the rest must come again with more after them.
  package mutating func scan(_ block: LogBytes, _ end: End, into findings: inout LogFindings) -> Int
  {
    var start = 0
    if isInsideLine {
      guard let next = block.lineEnd(from: 0) else { return block.count }
      start = next
    }
    isInsideLine = false
    var records = BlockRecords(block, end, from: start, grammar, prefilter)
    while findings.halt == nil, let part = records.next() {
      findings.spend(part.range.count * grammar.workOfByte)
      switch part.head {
      case let head?:
        isInsideRecord = false
        take(part.range, head, of: block, into: &findings)
      case nil where isInsideRecord: break
      case nil:
        findings.take(headless: block.part(part.range), isRewritten: isRewritten)
      }
    }
    if end == .full, records.rest == block.count {
      findings.noteCut()
      isInsideLine = block.last != UInt8(ascii: "\n")
      isInsideRecord = isInsideRecord || records.isLastRecord
    }
    return records.rest
  }

  /// Whether patterns are held against other words than those in the file.
  private var isRewritten: Bool { !grammar.addedWords.isEmpty }

  private func take(
    _ range: Range<Int>, _ head: LogHead, of block: LogBytes, into findings: inout LogFindings
  ) {
    if case .at(let time) = head.stamp?.time, let at = findings.corrected(time),
      !findings.filter.takes(at)
    {
      return findings.passOver()
    }
    let bytes = block.part(range)
    findings.take(grammar.read(bytes, head), of: bytes, isRewritten: isRewritten)
  }
}

/// The records of one block, one after the other.
private struct BlockRecords {
  struct Part {
    /// nil for a line that belongs to no record.
    let head: LogHead?
    let range: Range<Int>
  }

  /// Where that begins which is not done with, once there is no next record.
  private(set) var rest: Int
  private let block: LogBytes
  private let end: LogScanner.End
  private let grammar: any LogGrammar
  private let prefilter: LogPrefilter?
  private var places: LogPrefilter.Places?
  /// The head of the line at `rest`, where it was read already.
  private var known: LogHead?
  /// Whether it was a record, and no line that belongs to none, that came last.
  private(set) var isLastRecord = false

  init(
    _ block: LogBytes, _ end: LogScanner.End, from start: Int, _ grammar: any LogGrammar,
    _ prefilter: LogPrefilter?
  ) {
    self.block = block
    self.end = end
    self.grammar = grammar
    self.prefilter = prefilter
    places = prefilter?.places
    rest = start
  }

  mutating func next() -> Part? {
    guard rest < block.count, toNextStart(), let stop = lineEnd(from: rest) else { return nil }
    let start = rest
    guard let head = known ?? head(at: start, stop) else {
      rest = stop
      isLastRecord = false
      return Part(head: nil, range: start..<stop)
    }
    known = nil
    guard let end = recordEnd(from: start, firstLine: stop, head) else { return nil }
    rest = end
    isLastRecord = true
    return Part(head: head, range: start..<end)
  }

  /// Goes to a record that may match, or to a line that may and belongs to none.
  ///
  /// - Returns: false when there is none; then `rest` is where the next block has to begin.
  private mutating func toNextStart() -> Bool {
    guard let prefilter, var places else { return true }
    known = nil
    let hit = prefilter.next(in: block, from: rest, &places)
    self.places = places
    if let hit, lineEnd(from: hit) != nil {
      let line = block.lineStart(before: hit)
      rest = recordStart(ofLineAt: line) ?? max(rest, line)
      return true
    }
    let unfinished = end == .more ? block.lineStart(before: block.count) : block.count
    let last = end == .more && unfinished > rest ? block.lineStart(before: unfinished - 1) : nil
    rest = last.flatMap { recordStart(ofLineAt: $0) } ?? max(rest, unfinished)
    return false
  }

  /// Where the record of a line begins; nil when no line before it has a head.
  private func recordStart(ofLineAt start: Int) -> Int? {
    var start = start
    var addition: (start: Int, head: LogHead)?
    while start >= rest {
      if let stop = lineEnd(from: start), let head = head(at: start, stop) {
        if let addition, !addition.head.adds(to: head) { return addition.start }
        guard head.isAddition else { return start }
        addition = (start, head)
      }
      guard start > rest else { break }
      start = block.lineStart(before: start - 1)
    }
    return addition?.start
  }

  private mutating func recordEnd(from start: Int, firstLine: Int, _ head: LogHead) -> Int? {
    var stop = firstLine
    while stop < block.count {
      guard let lineStop = lineEnd(from: stop) else { return nil }
      if let next = self.head(at: stop, lineStop), !next.adds(to: head),
        grammar.isWhole(block.part(start..<stop))
      {
        known = next
        return stop
      }
      stop = lineStop
    }
    return end == .more ? nil : stop
  }

  /// Where a line ends; nil when its end is not there yet.
  private func lineEnd(from start: Int) -> Int? {
    block.lineEnd(from: start) ?? (end == .more ? nil : block.count)
  }

  private func head(at start: Int, _ stop: Int) -> LogHead? {
    let hasBreak = stop > start && block[stop - 1] == UInt8(ascii: "\n")
    return grammar.head(of: block.part(start..<(hasBreak ? stop - 1 : stop)))
  }
}
