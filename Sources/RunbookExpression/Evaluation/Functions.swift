import RunbookModel

extension Evaluator {
  mutating func call(
    _ function: StandardFunction, _ arguments: [NodeID]
  ) throws(Fault) -> Value {
    guard let first = arguments.first else { throw .overload(function.rawValue, "nothing") }
    let subject = try value(of: first)
    try charge(reading: subject, bytesOfWork: function.bytesOfWork)
    guard arguments.count > 1 || function.textArguments != nil else {
      return try apply(function, to: subject)
    }
    var others: [Value] = []
    for argument in arguments.dropFirst() {
      others.append(try value(of: argument))
      try charge(reading: others[others.count - 1], bytesOfWork: function.bytesOfWork)
    }
    if function.textArguments != nil { return try text(function, subject, others) }
    return try apply(function, to: subject, others[0])
  }

  private func apply(_ function: StandardFunction, to value: Value) throws(Fault) -> Value {
    switch function {
    case .size: try Self.size(of: value)
    case .bool: try Conversion.bool(value)
    case .int: try Conversion.int(value)
    case .double: try Conversion.double(value)
    case .decimal: try Conversion.decimal(value)
    case .string: try Conversion.string(value)
    case .timestamp: try Conversion.timestamp(value)
    case .duration: try Conversion.duration(value)
    case .dyn: value
    default: try TimeField.value(function, of: value, zone: nil)
    }
  }

  private mutating func apply(
    _ function: StandardFunction, to subject: Value, _ argument: Value
  ) throws(Fault) -> Value {
    guard case .string(let text) = argument else {
      throw .overload(function.rawValue, subject.typeName, argument.typeName)
    }
    guard case .string(let whole) = subject else {
      return try TimeField.value(function, of: subject, zone: text)
    }
    switch function {
    case .startsWith: return .bool(whole.utf8.starts(with: text.utf8))
    case .endsWith: return .bool(whole.utf8.reversed().starts(with: text.utf8.reversed()))
    case .contains: return .bool(Substrings.contains(whole, text))
    case .matches: return .bool(try matches(whole, text))
    default: throw .overload(function.rawValue, subject.typeName, argument.typeName)
    }
  }

  private static func size(of value: Value) throws(Fault) -> Value {
    switch value {
    case .string(let text): .int(Int64(text.unicodeScalars.count))
    case .list(let items): .int(Int64(items.count))
    case .map(let map): .int(Int64(map.count))
    default: throw .overload("size", value.typeName)
    }
  }

  /// How many steps of a pattern count as one of an expression.
  private static let stepsOfWork = 8

  private mutating func matches(_ text: String, _ pattern: String) throws(Fault) -> Bool {
    let expression: RegularExpression
    let isNew: Bool
    do throws(RegularExpressionError) {
      (expression, isNew) = try expressions.expression(pattern)
    } catch {
      throw Fault(.invalid, "the pattern is not a regular expression: \(error.message)")
    }
    if isNew { try charge(expression.size + pattern.utf8.count) }
    let allowed = remainingWork * Self.stepsOfWork
    var left = allowed
    let isMatch = expression.matches(text, work: &left)
    try charge((allowed - left) / Self.stepsOfWork + 1)
    guard let isMatch else { throw Self.tooMuchWork }
    return isMatch
  }
}

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
