import RunbookModel

/// What a public copy shows in the place of what it leaves out.
enum LeftOut {
  static let text = "[left out]"
}

extension Incomplete {
  /// Of what a public copy leaves out: nothing that is made of it is what it was.
  fileprivate static let leftOut = Incomplete.unreadable(LeftOut.text)
  var isLeftOut: Bool { self == .leftOut }
}

extension ValueMap {
  func mapValues(_ transform: (Value) -> Value) -> ValueMap {
    var map = self
    for (key, value) in pairs { map[key] = transform(value) }
    return map
  }
}

extension Value {
  /// The value as a public copy's expressions see it: a text of which something is left out is no text.
  var hidingLeftOut: Value {
    switch self {
    case .string(let text): text.holds(LeftOut.text) ? .incomplete(.leftOut) : self
    case .list(let items): .list(items.map(\.hidingLeftOut))
    case .map(let map): .map(map.mapValues(\.hidingLeftOut))
    default: self
    }
  }

  /// The value as a public copy shows it.
  var showingLeftOut: Value {
    switch self {
    case .incomplete(let mark) where mark.isLeftOut: .string(LeftOut.text)
    case .list(let items): .list(items.map(\.showingLeftOut))
    case .map(let map): .map(map.mapValues(\.showingLeftOut))
    default: self
    }
  }

  var holdsLeftOut: Bool {
    switch self {
    case .incomplete(let mark): mark.isLeftOut
    case .list(let items): items.contains(where: \.holdsLeftOut)
    case .map(let map): map.pairs.contains { $0.value.holdsLeftOut }
    default: false
    }
  }
}
