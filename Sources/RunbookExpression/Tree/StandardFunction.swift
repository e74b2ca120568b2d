import RunbookModel

/// CEL's standard functions on the types that runbooks have, and those of its extension for strings.
enum StandardFunction: String, Sendable, CaseIterable {
  case size, contains, startsWith, endsWith, matches
  case bool, int, double, decimal, string, timestamp, duration, dyn
  case getDate, getDayOfMonth, getDayOfWeek, getDayOfYear, getFullYear, getHours
  case getMilliseconds, getMinutes, getMonth, getSeconds
  case charAt, indexOf, join, lastIndexOf, lines, lowerAscii, replace, reverse, split, substring
  case trim, upperAscii
  case quote = "strings.quote"

  private static let all = Dictionary(
    uniqueKeysWithValues: allCases.map { ($0.rawValue, $0) })

  static func named(_ name: String) -> StandardFunction? { all[name] }

  /// Whether there is a form with that many arguments, a receiver counted as the first.
  func takes(_ count: Int, asReceiver: Bool) -> Bool {
    if let text = textArguments {
      return asReceiver != (self == .quote)
        && (text.needed...text.all.count).contains(count - 1)
    }
    return switch self {
    case .size: count == 1
    case .matches: count == 2
    case .contains, .startsWith, .endsWith: asReceiver && count == 2
    case .bool, .int, .double, .decimal, .string, .timestamp, .duration, .dyn:
      !asReceiver && count == 1
    default: asReceiver && (count == 1 || count == 2)
    }
  }

  var usage: String {
    switch self {
    case .size: "as in `size(rows)` or `rows.size()`"
    case .matches, .contains, .startsWith, .endsWith: "as in `text.\(rawValue)('…')`"
    case .join: "as in `list.join(', ')`"
    case .quote: "as in `strings.quote(text)`"
    case .charAt: "as in `text.charAt(0)`"
    case .substring: "as in `text.substring(2)` or `text.substring(2, 5)`"
    case .replace: "as in `text.replace('old', 'new')`"
    case .indexOf, .lastIndexOf, .split: "as in `text.\(rawValue)('…')`"
    case .lines, .lowerAscii, .reverse, .trim, .upperAscii: "as in `text.\(rawValue)()`"
    case .bool, .int, .double, .decimal, .string, .timestamp, .duration, .dyn:
      "as in `\(rawValue)(value)`"
    default: "as in `time.\(rawValue)()` or `time.\(rawValue)('Europe/Paris')`"
    }
  }
}

extension StandardFunction {
  enum TextArgument { case string, int }

  /// What a function of the extension for strings takes after its subject, and how many of these at
  /// least; nil for the other functions.
  var textArguments: (all: [TextArgument], needed: Int)? {
    switch self {
    case .charAt: ([.int], 1)
    case .indexOf, .lastIndexOf, .split: ([.string, .int], 1)
    case .join: ([.string], 0)
    case .lines, .lowerAscii, .quote, .reverse, .trim, .upperAscii: ([], 0)
    case .replace: ([.string, .string, .int], 2)
    case .substring: ([.int, .int], 1)
    default: nil
    }
  }

  /// Whether the values are of the types that it takes after its subject.
  func takesText(_ arguments: [Value]) -> Bool {
    guard let (all, needed) = textArguments, (needed...all.count).contains(arguments.count) else {
      return false
    }
    return zip(all, arguments).allSatisfy { expected, value in
      switch (expected, value) {
      case (.string, .string), (.int, .int): true
      default: false
      }
    }
  }
}
