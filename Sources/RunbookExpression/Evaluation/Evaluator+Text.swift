import RunbookModel

extension Evaluator {
  /// A function of the extension for strings.
  mutating func text(
    _ function: StandardFunction, _ subject: Value, _ arguments: [Value]
  ) throws(Fault) -> Value {
    let arguments = arguments.map(\.wholeAsInt)
    guard function.takesText(arguments) else {
      throw Fault(
        .noSuchOverload,
        "`\(function.rawValue)` does not work on "
          + ([subject] + arguments).map(\.typeName).joined(separator: " and "))
    }
    let texts = arguments.compactMap(\.stringValue).map { Array($0.utf8) }
    let numbers = arguments.compactMap(\.intValue)
    if function == .join { return try joined(subject, texts.first ?? []) }
    guard case .string(let string) = subject else {
      throw .overload(function.rawValue, subject.typeName)
    }
    let text = Array(string.utf8)
    let part = texts.first ?? []
    switch function {
    case .charAt: return try StringExtension.character(of: text, at: numbers[0])
    case .indexOf:
      return try StringExtension.index(of: part, in: text, from: numbers.first ?? 0)
    case .lastIndexOf:
      return try StringExtension.lastIndex(of: part, in: text, upTo: numbers.first)
    case .lowerAscii: return StringExtension.cased(text, isUpper: false)
    case .upperAscii: return StringExtension.cased(text, isUpper: true)
    case .reverse: return StringExtension.reversed(string)
    case .trim: return StringExtension.trimmed(string)
    case .quote: return StringExtension.quoted(text)
    case .substring:
      let end = numbers.count > 1 ? numbers[1] : nil
      return try StringExtension.substring(of: text, from: numbers[0], to: end)
    case .lines:
      try charge(text.count { $0 == UInt8(ascii: "\n") })
      return StringExtension.lines(of: text)
    case .split:
      let limit = numbers.first ?? -1
      guard limit != 0, !(text.isEmpty && part.isEmpty) else { return .list([]) }
      let cuts = StringExtension.cuts(at: part, in: text, limit: limit)
      try charge(cuts.count)
      return StringExtension.pieces(of: text, at: cuts, length: part.count)
    case .replace:
      let places = StringExtension.places(of: part, in: text, limit: numbers.first ?? -1)
      let (grown, overflow) = places.count.multipliedReportingOverflow(by: texts[1].count)
      try charge(overflow ? Self.maximumWork + 1 : (places.count + grown / 16))
      return StringExtension.replaced(text, at: places, length: part.count, with: texts[1])
    default: throw .overload(function.rawValue, subject.typeName)
    }
  }

  private mutating func joined(_ list: Value, _ separator: [UInt8]) throws(Fault) -> Value {
    guard case .list(let items) = list else { throw .overload("join", list.typeName) }
    var result: [UInt8] = []
    for (index, item) in items.enumerated() {
      if case .incomplete(let mark) = item { throw .incomplete(mark) }
      guard case .string(let text) = item else {
        throw Fault(
          .noSuchOverload, "`join` works on a list of strings, not with \(item.typeName) in it")
      }
      try charge(1 + (text.utf8.count + separator.count) / 16)
      if index > 0 { result += separator }
      result += text.utf8
    }
    return .string(String(decoding: result, as: UTF8.self))
  }
}
