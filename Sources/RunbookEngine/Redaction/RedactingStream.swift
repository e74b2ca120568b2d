/// Takes secrets out of bytes that come in pieces, wherever the pieces begin and end.
///
/// What could be the beginning of a secret is held back until what comes next decides it.
public struct RedactingStream: Sendable {
  private let index: SecretIndex
  private let isForPeople: Bool
  private var held: [UInt8] = []
  /// The byte before those held.
  private var before: UInt8?
  /// How many of those held belong to a secret whose mark is out.
  private var covered = 0
  /// How many of those held are out.
  private var released = 0

  init(_ index: SecretIndex, isForPeople: Bool) {
    self.index = index
    self.isForPeople = isForPeople
  }

  /// - Returns: what is decided, secrets taken out.
  public mutating func append(_ bytes: [UInt8]) -> [UInt8] {
    index.isEmpty ? bytes : pass(bytes, isEnd: false)
  }

  /// - Returns: what was held back; where it is the beginning of a secret, of four characters or more,
  ///   a mark: whoever wrote it may have been stopped in the midst of it.
  public mutating func finish() -> [UInt8] { index.isEmpty ? [] : pass([], isEnd: true) }

  private mutating func pass(_ bytes: [UInt8], isEnd: Bool) -> [UInt8] {
    let all = held.isEmpty ? bytes : held + bytes
    let found = all.withUnsafeBufferPointer {
      index.search($0, before: before, isEnd: isEnd, isWhole: !isEnd)
    }
    let settled = isEnd ? all.count : found.settled
    let limit = max(settled, isForPeople && !isEnd ? found.showable : 0)
    var output: [UInt8] = []
    var position = released
    var end = covered
    for span in found.spans where span.lowerBound < limit {
      if span.lowerBound < end {
        end = max(end, span.upperBound)
        continue
      }
      position = max(position, end)
      if position < span.lowerBound { output += all[position..<span.lowerBound] }
      if span.upperBound > released { output += Redactor.markBytes }
      end = span.upperBound
    }
    position = max(position, end)
    if position == 0, limit == all.count, output.isEmpty {
      output = all
    } else if position < limit {
      output += all[position..<limit]
    }
    if settled > 0 { before = all[settled - 1] }
    let decided = found.spans.last { $0.lowerBound < settled }?.upperBound ?? 0
    covered = max(0, max(decided, covered) - settled)
    released = max(0, max(released, max(limit, decided)) - settled)
    held = settled == all.count ? [] : Array(all[settled...])
    return output
  }
}
