public import RunbookModel

extension Runbook.InputType {
  /// Reads a value of this type from text, as flags and the environment give it.
  ///
  /// Lists are JSON arrays, or items with commas between them, of which none is empty and each is taken as it
  /// is, blanks included; an empty text is an empty list. Paths are made absolute against `folder`.
  ///
  /// - Returns: nil when the text is no such value.
  public func value(of text: String, relativeTo folder: String) -> Value? {
    switch self {
    case .string: return .string(text)
    case .int: return Int64(text).map(Value.int)
    case .bool:
      return text == "true" ? .bool(true) : text == "false" ? .bool(false) : nil
    case .path:
      guard !text.isEmpty else { return nil }
      return .string(text.begins(with: "/") ? text : "\(folder)/\(text)")
    case .url:
      let isURL =
        (text.begins(with: "http://") || text.begins(with: "https://"))
        && !text.unicodeScalars.contains { $0.properties.isWhitespace }
      return isURL ? .string(text) : nil
    case .enumeration(let allowed):
      return allowed.contains { $0.isIdentical(to: text) } ? .string(text) : nil
    case .list(let item): return list(of: item, text, folder)
    }
  }

  /// Takes a value that came as data.
  public func value(of data: Value, relativeTo folder: String) -> Value? {
    switch (self, data) {
    case (.int, .int), (.bool, .bool), (.string, .string): return data
    case (.list(let item), .list(let values)):
      let converted = values.compactMap { item.value(of: $0, relativeTo: folder) }
      return converted.count == values.count ? .list(converted) : nil
    case (_, .string(let text)): return value(of: text, relativeTo: folder)
    default: return nil
    }
  }

  private func list(of item: Runbook.InputType, _ text: String, _ folder: String) -> Value? {
    // What is no JSON is read as items with commas between them.
    if text.begins(with: "["), let data = try? Value(json: text) {
      return value(of: data, relativeTo: folder)
    }
    var values: [Value] = []
    for part in Self.items(of: text) {
      guard !part.isEmpty, let value = item.value(of: String(part), relativeTo: folder) else {
        return nil
      }
      values.append(value)
    }
    return .list(values)
  }

  private static func items(of text: String) -> [Substring] {
    text.isEmpty ? [] : text.pieces(separatedBy: ",", omittingEmptySubsequences: false)
  }

  /// Which of a list's items is not as it should be, without its value; nil where it is not one item that is.
  public func fault(in data: Value, relativeTo folder: String) -> String? {
    guard case .list(let item) = self else { return nil }
    switch data {
    case .list(let values):
      guard let index = values.firstIndex(where: { item.value(of: $0, relativeTo: folder) == nil })
      else { return nil }
      return "item \(index + 1) of \(values.count) is not \(item.expectation)"
    case .string(let text):
      // Whether it is JSON was seen when it was read.
      if text.begins(with: "["), let list = try? Value(json: text) {
        return fault(in: list, relativeTo: folder)
      }
      let items = Self.items(of: text)
      guard
        let index = items.firstIndex(where: {
          $0.isEmpty || item.value(of: String($0), relativeTo: folder) == nil
        })
      else { return nil }
      let place = "item \(index + 1) of \(items.count)"
      if items[index].isEmpty {
        let mayBeEmpty = item.value(of: "", relativeTo: folder) != nil
        return place + " is empty"
          + (mayBeEmpty ? #"; a JSON array may hold empty texts, as in ["a", ""]"# : "")
      }
      let hasBlank = [items[index].firstScalar, items[index].lastScalar].contains {
        $0?.isWhitespace == true
      }
      return "\(place) is not \(item.expectation)"
        + (hasBlank ? ": a blank stands beside it" : "")
    default: return nil
    }
  }

  /// What a value looks like, for messages.
  public var expectation: String {
    switch self {
    case .string: "text"
    case .int: "a whole number"
    case .bool: "true or false"
    case .path: "a path"
    case .url: "a URL that begins with http:// or https://"
    case .enumeration(let allowed): "one of \(allowed.joined(separator: ", "))"
    case .list(let item): "a list, each \(item.expectation)"
    }
  }
}
