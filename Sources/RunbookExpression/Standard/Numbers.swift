import RunbookModel

/// The order of values: numbers on one line whatever their type, strings by code point.
enum Numbers {
  enum Order { case less, same, more, none }

  /// - Returns: nil for types that have no order between them.
  static func order(_ left: Value, _ right: Value) -> Order? {
    switch (left, right) {
    case (.int(let a), .int(let b)): order(of: a, b)
    case (.double(let a), .double(let b)): a.isNaN || b.isNaN ? Order.none : order(of: a, b)
    case (.int(let a), .double(let b)): order(a, b)
    case (.double(let a), .int(let b)): order(b, a).reversed
    case (.decimal(let a), .decimal(let b)): order(of: a, b)
    case (.decimal(let a), .int(let b)): order(of: a, ExactDecimal(b))
    case (.int(let a), .decimal(let b)): order(of: ExactDecimal(a), b)
    case (.decimal(let a), .double(let b)): order(a, b)
    case (.double(let a), .decimal(let b)): order(b, a).reversed
    case (.string(let a), .string(let b)): order(a, b)
    case (.bool(let a), .bool(let b)): order(of: a ? 1 : 0, b ? 1 : 0)
    case (.timestamp(let a), .timestamp(let b)): order(of: a, b)
    case (.duration(let a), .duration(let b)): order(of: a, b)
    default: nil
    }
  }

  /// As numbers, neither of which is rounded to the other's type: CEL has all numbers on one line.
  static func order(_ integer: Int64, _ double: Double) -> Order {
    if double.isNaN { return .none }
    if double >= 0x1p63 { return .less }
    if double < -0x1p63 { return .more }
    let whole = double.rounded(.towardZero)
    let ofWhole = order(of: integer, Int64(whole))
    return ofWhole == .same ? order(of: whole, double) : ofWhole
  }

  /// The double counts as the number that it was read from.
  private static func order(_ decimal: ExactDecimal, _ double: Double) -> Order {
    if let exact = ExactDecimal(double) { return order(of: decimal, exact) }
    if double.isNaN { return .none }
    return double < 0 ? .more : .less
  }

  private static func order(_ left: String, _ right: String) -> Order {
    if left.utf8.elementsEqual(right.utf8) { return .same }
    return left.utf8.lexicographicallyPrecedes(right.utf8) ? .less : .more
  }

  private static func order<Item: Comparable>(of left: Item, _ right: Item) -> Order {
    if left < right { return .less }
    return left == right ? .same : .more
  }
}

extension Numbers.Order {
  fileprivate var reversed: Numbers.Order {
    switch self {
    case .less: .more
    case .more: .less
    default: self
    }
  }
}
