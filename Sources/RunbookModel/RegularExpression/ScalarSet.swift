/// A set of Unicode scalars: ranges, and general categories, which are asked for one by one.
struct ScalarSet: Sendable {
  private var ranges: [ClosedRange<UInt32>] = []
  private var categories: [(set: Set<Unicode.GeneralCategory>, isNegated: Bool)] = []
  /// Scalars 0 to 127, decided once.
  private var ascii: [Bool] = []
  var isNegated = false
  var foldsCase = false

  mutating func insert(_ range: ClosedRange<UInt32>) { ranges.append(range) }

  mutating func insert(_ scalar: UInt32) { ranges.append(scalar...scalar) }

  /// All that is not in these ranges, which must be in order.
  mutating func insertAllBut(_ others: [ClosedRange<UInt32>]) {
    var next: UInt32 = 0
    for range in others {
      if range.lowerBound > next { insert(next...(range.lowerBound - 1)) }
      next = range.upperBound + 1
    }
    insert(next...0x10FFFF)
  }

  mutating func insert(_ category: Set<Unicode.GeneralCategory>, isNegated: Bool) {
    categories.append((category, isNegated))
  }

  /// Must be called once, after the last change.
  mutating func prepare() {
    ranges.sort { $0.lowerBound < $1.lowerBound }
    var merged: [ClosedRange<UInt32>] = []
    for range in ranges {
      if let last = merged.last, range.lowerBound <= last.upperBound &+ 1 {
        merged[merged.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
      } else {
        merged.append(range)
      }
    }
    ranges = merged
    ascii = (0..<128).map { decides($0) }
  }

  func contains(_ scalar: UInt32) -> Bool {
    scalar < 128 ? ascii[Int(scalar)] : decides(scalar)
  }

  private func decides(_ scalar: UInt32) -> Bool {
    var isMember = isListed(scalar)
    if !isMember, foldsCase {
      isMember = CaseFolding.variants(of: scalar).contains { isListed($0) }
    }
    return isMember != isNegated
  }

  private func isListed(_ scalar: UInt32) -> Bool {
    var low = 0
    var high = ranges.count
    while low < high {
      let middle = (low + high) / 2
      if ranges[middle].upperBound < scalar { low = middle + 1 } else { high = middle }
    }
    if low < ranges.count, ranges[low].contains(scalar) { return true }
    guard !categories.isEmpty, let scalar = Unicode.Scalar(scalar) else { return false }
    let category = scalar.properties.generalCategory
    return categories.contains { $0.set.contains(category) != $0.isNegated }
  }
}
