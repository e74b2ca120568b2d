/// A whole number from zero on, of any size, in limbs of nine decimal digits.
///
/// Schoolbook arithmetic: what two numbers cost is the product of their lengths, which the caller bounds.
struct Magnitude {
  static let digitsOfLimb = 9
  private static let base: UInt64 = 1_000_000_000

  /// The lowest first, without zeros at the end; zero has none.
  private var limbs: [UInt32]

  private init(limbs: some Sequence<UInt32>) {
    self.limbs = Array(limbs)
    while self.limbs.last == 0 { self.limbs.removeLast() }
  }

  /// - Parameter digits: in ASCII.
  init(digits: [UInt8]) {
    var limbs: [UInt32] = []
    var end = digits.count
    while end > 0 {
      let start = max(0, end - Self.digitsOfLimb)
      limbs.append(digits[start..<end].reduce(0) { $0 * 10 + UInt32($1 - 0x30) })
      end = start
    }
    self.init(limbs: limbs)
  }

  var isZero: Bool { limbs.isEmpty }

  /// In ASCII, without zeros at the start; none of zero.
  var digits: [UInt8] {
    var reversed: [UInt8] = []
    reversed.reserveCapacity(limbs.count * Self.digitsOfLimb)
    for limb in limbs {
      var rest = limb
      for _ in 0..<Self.digitsOfLimb {
        reversed.append(0x30 + UInt8(rest % 10))
        rest /= 10
      }
    }
    while reversed.last == 0x30 { reversed.removeLast() }
    return reversed.reversed()
  }

  static func < (left: Magnitude, right: Magnitude) -> Bool {
    guard left.limbs.count == right.limbs.count else {
      return left.limbs.count < right.limbs.count
    }
    return left.limbs.reversed().lexicographicallyPrecedes(right.limbs.reversed())
  }

  static func + (left: Magnitude, right: Magnitude) -> Magnitude {
    var result: [UInt32] = []
    var carry: UInt64 = 0
    for index in 0..<max(left.limbs.count, right.limbs.count) {
      let total = left.limb(index) + right.limb(index) + carry
      result.append(UInt32(total % base))
      carry = total / base
    }
    return Magnitude(limbs: result + [UInt32(carry)])
  }

  /// - Parameter right: not more than `left`.
  static func - (left: Magnitude, right: Magnitude) -> Magnitude {
    var result: [UInt32] = []
    var borrow: UInt64 = 0
    for index in left.limbs.indices {
      let total = base + left.limb(index) - right.limb(index) - borrow
      result.append(UInt32(total % base))
      borrow = total < base ? 1 : 0
    }
    return Magnitude(limbs: result)
  }

  static func * (left: Magnitude, right: Magnitude) -> Magnitude {
    var result = [UInt32](repeating: 0, count: left.limbs.count + right.limbs.count)
    for (start, one) in left.limbs.enumerated() {
      var carry: UInt64 = 0
      for (offset, other) in right.limbs.enumerated() {
        let total = UInt64(one) * UInt64(other) + UInt64(result[start + offset]) + carry
        result[start + offset] = UInt32(total % base)
        carry = total / base
      }
      result[start + right.limbs.count] = UInt32(carry)
    }
    return Magnitude(limbs: result)
  }

  private func limb(_ index: Int) -> UInt64 { index < limbs.count ? UInt64(limbs[index]) : 0 }

  /// By Knuth's algorithm D (The Art of Computer Programming, volume 2, 4.3.1).
  ///
  /// - Parameter other: not zero.
  func divided(by other: Magnitude) -> (quotient: Magnitude, remainder: Magnitude) {
    if self < other { return (Magnitude(limbs: []), self) }
    let count = other.limbs.count
    if count == 1 {
      var quotient = self
      let remainder = quotient.divide(by: other.limbs[0])
      return (quotient, Magnitude(limbs: [remainder]))
    }
    // So that the divisor's highest limb is half a limb at least, and a digit guessed from it nearly right.
    let factor = UInt32(Self.base / (UInt64(other.limbs[count - 1]) + 1))
    let divisor = (other * Magnitude(limbs: [factor])).limbs
    var rest = (self * Magnitude(limbs: [factor])).limbs
    rest += [UInt32](repeating: 0, count: limbs.count + 1 - rest.count)
    var quotient = [UInt32](repeating: 0, count: rest.count - count)
    for place in quotient.indices.reversed() {
      quotient[place] = Self.takeOff(divisor, from: &rest, at: place)
    }
    var remainder = Magnitude(limbs: rest.prefix(count))
    _ = remainder.divide(by: factor)
    return (Magnitude(limbs: quotient), remainder)
  }

  /// One limb of a quotient, whose multiple of the divisor is taken off the rest.
  private static func takeOff(
    _ divisor: [UInt32], from rest: inout [UInt32], at place: Int
  ) -> UInt32 {
    let count = divisor.count
    let (high, next) = (UInt64(divisor[count - 1]), UInt64(divisor[count - 2]))
    let top = UInt64(rest[place + count]) * base + UInt64(rest[place + count - 1])
    var (guess, left) = (top / high, top % high)
    while left < base, guess >= base || guess * next > left * base + UInt64(rest[place + count - 2])
    {
      guess -= 1
      left += high
    }
    var (carry, borrow): (UInt64, UInt64) = (0, 0)
    for index in 0..<count {
      let product = guess * UInt64(divisor[index]) + carry
      carry = product / base
      let total = base + UInt64(rest[place + index]) - product % base - borrow
      rest[place + index] = UInt32(total % base)
      borrow = total < base ? 1 : 0
    }
    if UInt64(rest[place + count]) < carry + borrow {
      guess -= 1
      carry = 0
      for index in 0..<count {
        let total = UInt64(rest[place + index]) + UInt64(divisor[index]) + carry
        rest[place + index] = UInt32(total % base)
        carry = total / base
      }
    }
    rest[place + count] = 0
    return UInt32(guess)
  }

  /// - Returns: the remainder.
  private mutating func divide(by divisor: UInt32) -> UInt32 {
    var remainder: UInt64 = 0
    for index in limbs.indices.reversed() {
      let total = remainder * Self.base + UInt64(limbs[index])
      limbs[index] = UInt32(total / UInt64(divisor))
      remainder = total % UInt64(divisor)
    }
    while limbs.last == 0 { limbs.removeLast() }
    return UInt32(remainder)
  }
}

extension Magnitude {
  enum Prime {
    case two, five

    /// The prime itself, and the most of it that fits in a limb.
    fileprivate var powers: [(factor: UInt32, count: Int)] {
      switch self {
      case .two: [(1 << 29, 29), (2, 1)]
      case .five: [(244_140_625, 12), (5, 1)]
      }
    }
  }

  /// Divides by a prime as often as nothing is left over. The number is not zero.
  ///
  /// - Returns: how often.
  mutating func takeOut(_ prime: Prime) -> Int {
    var count = 0
    for power in prime.powers {
      while true {
        var smaller = self
        guard smaller.divide(by: power.factor) == 0 else { break }
        self = smaller
        count += power.count
      }
    }
    return count
  }

  mutating func multiply(by prime: Prime, times: Int) {
    var left = times
    for power in prime.powers {
      while left >= power.count {
        self = self * Magnitude(limbs: [power.factor])
        left -= power.count
      }
    }
  }
}
