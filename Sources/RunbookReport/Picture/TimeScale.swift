import RunbookDocument
import RunbookModel

/// Where an instant stands on a drawing's axis: in parts, each even in itself.
///
/// An incident may be seconds of damage, hours before a run of a minute; on one even axis neither
/// could be read. So the axis is cut where more than half of it would be empty, and where the run
/// would be less than a quarter of its part. Each cut is drawn, with the time that is left out.
struct TimeScale {
  struct Part {
    /// In seconds from the drawing's origin.
    let start: Double
    let end: Double
    let left: Double
    let right: Double
  }

  private static let maximumCuts = 3
  /// A shorter part is not cut, however empty it is.
  private static let shortestCut = 120.0
  static let cutWidth = 34.0
  private static let padding = 12.0

  let parts: [Part]

  /// - Parameters:
  ///   - times: all instants of the drawing, in order and not none, in seconds.
  ///   - runStart: where the run begins, among the times.
  init(times: [Double], runStart: Double, left: Double, right: Double) {
    var pieces = [times[...]]
    for _ in 0..<Self.maximumCuts {
      guard let cut = Self.widestGap(in: pieces) else { break }
      let piece = pieces[cut.piece]
      pieces.replaceSubrange(
        cut.piece...cut.piece, with: [piece[..<cut.index], piece[cut.index...]])
    }
    if let index = pieces.firstIndex(where: { Self.span(of: $0).contains(runStart) }) {
      let piece = pieces[index]
      let split = piece.firstIndex { $0 >= runStart } ?? piece.startIndex
      let whole = piece.last.map { $0 - (piece.first ?? $0) } ?? 0
      if split > piece.startIndex, (piece.last ?? runStart) - runStart < whole / 4 {
        pieces.replaceSubrange(index...index, with: [piece[..<split], piece[split...]])
      }
    }
    parts = Self.laidOut(pieces, runStart: runStart, left: left, right: right)
  }

  func position(of time: Double) -> Double {
    guard let part = parts.last(where: { $0.start <= time }) ?? parts.first else { return 0 }
    let share = part.end > part.start ? (time - part.start) / (part.end - part.start) : 0.5
    return part.left + max(0, min(1, share)) * (part.right - part.left)
  }

  private static func widestGap(in pieces: [ArraySlice<Double>]) -> (piece: Int, index: Int)? {
    var widest: (piece: Int, index: Int, gap: Double)?
    for (number, piece) in pieces.enumerated() {
      let whole = span(of: piece).upperBound - span(of: piece).lowerBound
      guard whole >= shortestCut else { continue }
      for index in piece.indices.dropFirst() {
        let gap = piece[index] - piece[index - 1]
        if gap > whole / 2, gap > widest?.gap ?? 0 { widest = (number, index, gap) }
      }
    }
    return widest.map { ($0.piece, $0.index) }
  }

  private static func span(of piece: ArraySlice<Double>) -> ClosedRange<Double> {
    (piece.first ?? 0)...(piece.last ?? 0)
  }

  /// The run's parts are twice as wide as others; a part of one instant is narrow.
  private static func laidOut(
    _ pieces: [ArraySlice<Double>], runStart: Double, left: Double, right: Double
  ) -> [Part] {
    let weights = pieces.map { piece in
      let span = span(of: piece)
      return span.upperBound == span.lowerBound ? 0.35 : span.upperBound >= runStart ? 2.0 : 1.0
    }
    let room = right - left - cutWidth * Double(pieces.count - 1)
    let whole = weights.reduce(0, +)
    var next = left
    return zip(pieces, weights).map { piece, weight in
      let width = room * weight / whole
      defer { next += width + cutWidth }
      let span = span(of: piece)
      return Part(
        start: span.lowerBound, end: span.upperBound, left: next + padding,
        right: next + width - padding)
    }
  }
}
