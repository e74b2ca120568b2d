package import RunbookModel

/// Finds the part of a sorted file that holds a window of time, by looking into it at a few places.
///
/// Whether the file is sorted can only be sampled: evenly over the file, and wherever the search looks.
/// Where two samples contradict, there is no such part, and the file is to be read as a whole.
package struct LogSeek {
  private struct Sample {
    let offset: Int64
    let time: Timestamp
  }

  private let file: LogFile
  private let grammar: any LogGrammar
  private let size: Int64
  private var samples: [Sample] = []
  private var hasZone = true

  /// A smaller file is read as a whole.
  private static let smallest: Int64 = 4 << 20
  /// A part of a file that is not divided further.
  private static let step: Int64 = 1 << 18
  private static let sampleCount = 64
  private static let chunk = 1 << 16
  /// How far a record is looked for.
  private static let reach: Int64 = 1 << 20

  /// - Returns: nil where the file cannot be searched: it is small, packed, not sorted or not regular.
  package static func range(
    of file: LogFile, _ grammar: any LogGrammar, since: Timestamp?, until: Timestamp?
  ) -> Range<Int64>? {
    guard since != nil || until != nil, let size = file.size, size >= smallest, file.isAsItIs
    else { return nil }
    var seek = LogSeek(file, grammar, size)
    guard seek.takeSamples() else { return nil }
    // Processes write a little out of order; without a zone, clocks are put back by an hour.
    let slack = Duration.seconds(seek.hasZone ? 60 : 3660)
    var start: Int64 = 0
    var end = size
    if let since, let from = since.adding(.zero - slack) {
      guard let found = seek.lastOffset(before: from) else { return nil }
      start = found
    }
    if let until, let to = until.adding(slack) {
      guard let found = seek.firstOffset(after: to) else { return nil }
      end = found
    }
    return start..<max(start, end)
  }

  private init(_ file: LogFile, _ grammar: any LogGrammar, _ size: Int64) {
    self.file = file
    self.grammar = grammar
    self.size = size
  }

  private mutating func takeSamples() -> Bool {
    // By the golden section the samples are even, and never in step with parts of equal size.
    for index in 0..<Self.sampleCount {
      let offset = (Double(index) * 0.618_033_988_749_895).truncatingRemainder(dividingBy: 1)
      guard let sample = sample(after: Int64(offset * Double(size))) else {
        // In the last record, of which there may be no beginning.
        if offset > 0.9 { continue }
        return false
      }
      guard insert(sample) else { return false }
    }
    return true
  }

  /// - Returns: false when the sample does not fit between its neighbours.
  private mutating func insert(_ sample: Sample) -> Bool {
    let index = samples.firstIndex { $0.offset >= sample.offset } ?? samples.count
    if index < samples.count {
      if samples[index].offset == sample.offset { return true }
      guard fits(sample, samples[index]) else { return false }
    }
    if index > 0 { guard fits(samples[index - 1], sample) else { return false } }
    samples.insert(sample, at: index)
    return true
  }

  private func fits(_ first: Sample, _ second: Sample) -> Bool {
    first.time.since(second.time) <= .seconds(hasZone ? 60 : 3660)
  }

  /// Where a record begins before which all are older than a time.
  private mutating func lastOffset(before time: Timestamp) -> Int64? {
    guard divide({ $0.time < time }) else { return nil }
    return samples.last { $0.time < time }?.offset ?? 0
  }

  /// Where a record begins from which on all are newer than a time.
  private mutating func firstOffset(after time: Timestamp) -> Int64? {
    guard divide({ $0.time <= time }) else { return nil }
    return samples.first { $0.time > time }?.offset ?? size
  }

  /// Takes samples between the last that is early and the next, until little is between them.
  private mutating func divide(_ isEarly: (Sample) -> Bool) -> Bool {
    while true {
      let next = samples.firstIndex { !isEarly($0) } ?? samples.count
      let low = next > 0 ? samples[next - 1].offset : 0
      let high = next < samples.count ? samples[next].offset : size
      guard next > 0, high - low > Self.step else { return true }
      // Where no record begins between the middle and the end, there is nothing more to divide.
      guard let found = sample(after: (low + high) / 2), found.offset < high else { return true }
      guard insert(found) else { return false }
    }
  }

  /// The first record that begins after an offset, or at the file's start.
  private mutating func sample(after offset: Int64) -> Sample? {
    var bytes: [UInt8] = []
    while Int64(bytes.count) < Self.reach {
      let more = file.bytes(at: offset + Int64(bytes.count), count: Self.chunk)
      bytes += more
      let isAtEnd = more.count < Self.chunk
      let found = bytes.withUnsafeBufferPointer { find(in: $0, at: offset, isAtEnd: isAtEnd) }
      if let found {
        if !found.hasZone { hasZone = false }
        return found.sample
      }
      if isAtEnd { return nil }
    }
    return nil
  }

  private func find(
    in bytes: LogBytes, at offset: Int64, isAtEnd: Bool
  ) -> (sample: Sample, hasZone: Bool)? {
    var start = 0
    if offset > 0 {
      guard let next = bytes.lineEnd(from: 0) else { return nil }
      start = next
    }
    while start < bytes.count, let end = bytes.lineEnd(from: start) ?? (isAtEnd ? bytes.count : nil)
    {
      let line = bytes.part(start..<end).trimmedEnd
      if grammar.head(of: line)?.isAddition == false, let stamp = grammar.stamp(of: line),
        case .at(let time) = stamp.time
      {
        return (Sample(offset: offset + Int64(start), time: time), stamp.hasZone)
      }
      start = end
    }
    return nil
  }
}

extension LogBytes {
  /// The line without its line break.
  fileprivate var trimmedEnd: LogBytes {
    var end = count
    while end > 0, self[end - 1] == 10 || self[end - 1] == 13 { end -= 1 }
    return part(0..<end)
  }
}
