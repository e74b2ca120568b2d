/// Where a text's scalars and lines stand among its bytes, found in the same time wherever they are in it.
///
/// Without it each place in a long text costs its whole length, and many places the square of that.
public struct ScalarIndex: Sendable {
  /// A place in a text; all count from 0.
  public struct Point: Sendable, Hashable {
    public var scalar = 0
    public var line = 0
    /// Scalars since the line's start; only LF ends a line.
    public var column = 0

    public init() {}

    mutating func pass(_ byte: UInt8) {
      guard byte & 0xC0 != 0x80 else { return }
      scalar += 1
      column += 1
      if byte == 0x0A {
        line += 1
        column = 0
      }
    }
  }

  /// Bytes between two points that are known.
  public static let stride = 256

  /// After every so many bytes; none for a short text.
  private let points: [Point]

  /// - Parameter bytes: a text in UTF-8, here and below, whose parts are found without going over it: the
  ///   `utf8` of a string, or an array.
  public init(_ bytes: some BidirectionalCollection<UInt8>) {
    var points: [Point] = []
    let count = bytes.count
    if count > Self.stride {
      points.reserveCapacity(count / Self.stride + 1)
      var point = Point()
      for (offset, byte) in bytes.enumerated() {
        if offset % Self.stride == 0 { points.append(point) }
        point.pass(byte)
      }
    }
    self.points = points
  }

  /// The place of a scalar; past the end it is the end.
  public func point(
    atScalar offset: Int, in bytes: some BidirectionalCollection<UInt8>
  ) -> Point {
    let (start, known) = last { $0.scalar <= offset }
    var point = known
    for byte in bytes.dropFirst(start) {
      // What follows the first byte of a scalar belongs to it.
      if point.scalar >= offset, byte & 0xC0 != 0x80 { break }
      point.pass(byte)
    }
    return point
  }

  /// How many scalars begin before a byte, less one that the byte is inside of.
  public func scalars(
    beforeByte offset: Int, in bytes: some BidirectionalCollection<UInt8>
  ) -> Int {
    let end = max(0, min(offset, bytes.count))
    let start = points.isEmpty ? 0 : min(end / Self.stride, points.count - 1)
    var point = points.isEmpty ? Point() : points[start]
    let first = bytes.index(bytes.startIndex, offsetBy: points.isEmpty ? 0 : start * Self.stride)
    let last = bytes.index(bytes.startIndex, offsetBy: end)
    for byte in bytes[first..<last] { point.pass(byte) }
    let isInside = last < bytes.endIndex && bytes[last] & 0xC0 == 0x80
    return isInside ? max(0, point.scalar - 1) : point.scalar
  }

  /// The byte at which a scalar begins; past the end it is the end.
  public func byte(
    ofScalar offset: Int, in bytes: some BidirectionalCollection<UInt8>
  ) -> Int {
    let (start, known) = last { $0.scalar <= offset }
    var scalar = known.scalar
    var byte = start
    for unit in bytes.dropFirst(start) {
      if unit & 0xC0 != 0x80 {
        if scalar >= offset { break }
        scalar += 1
      }
      byte += 1
    }
    return byte
  }

  /// The last known point for which something holds that holds for none after the first for which it does
  /// not, and its byte.
  private func last(where holds: (Point) -> Bool) -> (byte: Int, point: Point) {
    guard !points.isEmpty else { return (0, Point()) }
    var low = 0
    var high = points.count - 1
    while low < high {
      let middle = (low + high + 1) / 2
      if holds(points[middle]) { low = middle } else { high = middle - 1 }
    }
    return (low * Self.stride, points[low])
  }
}
