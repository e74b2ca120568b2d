/// A set of names that tells apart whatever has other bytes, as servers and file systems do; Swift's own holds
/// "é" once, however it is spelled.
public struct ExactSet: Sendable, Hashable {
  private var members: Set<ExactText> = []

  public init() {}

  public init(_ names: some Sequence<String>) {
    for name in names { insert(name) }
  }

  public var isEmpty: Bool { members.isEmpty }
  public var count: Int { members.count }

  public func contains(_ name: String) -> Bool { members.contains(ExactText(name)) }

  public mutating func insert(_ name: String) { members.insert(ExactText(name)) }

  public mutating func formUnion(_ names: some Sequence<String>) {
    for name in names { insert(name) }
  }

  public func isDisjoint(with names: some Sequence<String>) -> Bool {
    !names.contains(where: contains)
  }

  public func isSuperset(of names: some Sequence<String>) -> Bool { names.allSatisfy(contains) }

  public func subtracting(_ other: ExactSet) -> ExactSet {
    var rest = self
    rest.members.subtract(other.members)
    return rest
  }
}

extension ExactSet: Sequence {
  public func makeIterator() -> AnyIterator<String> {
    var iterator = members.makeIterator()
    return AnyIterator { iterator.next().map { String($0.text) } }
  }

  /// By `String.isBeforeExactly`.
  public func sorted() -> [String] { Array(self).sorted { $0.isBeforeExactly($1) } }
}

/// Values by names, for names as `ExactSet` has them.
public struct ExactMap<Item: Sendable>: Sendable {
  private var items: [ExactText: Item] = [:]

  public init() {}

  /// Of two values of one name the first counts.
  public init(_ pairs: some Sequence<(String, Item)>) {
    for (name, item) in pairs where self[name] == nil { self[name] = item }
  }

  public var isEmpty: Bool { items.isEmpty }
  public var count: Int { items.count }

  public subscript(name: String) -> Item? {
    get { items[ExactText(name)] }
    set { items[ExactText(name)] = newValue }
  }

  public subscript(name: String, default item: @autoclosure () -> Item) -> Item {
    get { self[name] ?? item() }
    set { self[name] = newValue }
  }

  public mutating func updateValue(_ item: Item, forKey name: String) {
    items[ExactText(name)] = item
  }

  public func mapValues<Other: Sendable>(_ transform: (Item) -> Other) -> ExactMap<Other> {
    var result = ExactMap<Other>()
    for (name, item) in self { result.updateValue(transform(item), forKey: name) }
    return result
  }

  public var values: [Item] { Array(items.values) }

  /// By the names, in the order of `String.isBeforeExactly`.
  public var inOrder: [(key: String, value: Item)] {
    sorted { $0.key.isBeforeExactly($1.key) }
  }
}

extension ExactMap: Sequence {
  public func makeIterator() -> AnyIterator<(key: String, value: Item)> {
    var iterator = items.makeIterator()
    return AnyIterator { iterator.next().map { (key: String($0.key.text), value: $0.value) } }
  }
}

extension ExactMap: ExpressibleByDictionaryLiteral {
  public init(dictionaryLiteral pairs: (String, Item)...) { self.init(pairs) }
}

extension ExactMap: Equatable where Item: Equatable {}

extension String {
  /// Swift's order, and by bytes where that has none between two spellings of one text.
  public func isBeforeExactly(_ other: String) -> Bool {
    if self < other { return true }
    return !(other < self) && utf8.lexicographicallyPrecedes(other.utf8)
  }
}
