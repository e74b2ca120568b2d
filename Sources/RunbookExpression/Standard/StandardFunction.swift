/// CEL's standard functions on the types that runbooks have.
enum StandardFunction: String, Sendable, CaseIterable {
  case size, contains, startsWith, endsWith, matches
  case bool, int, double, string, timestamp, duration, dyn
  case getDate, getDayOfMonth, getDayOfWeek, getDayOfYear, getFullYear, getHours
  case getMilliseconds, getMinutes, getMonth, getSeconds

  private static let all = Dictionary(
    uniqueKeysWithValues: allCases.map { ($0.rawValue, $0) })

  static func named(_ name: String) -> StandardFunction? { all[name] }

  /// Whether there is a form with that many arguments, a receiver counted as the first.
  func takes(_ count: Int, asReceiver: Bool) -> Bool {
    switch self {
    case .size: count == 1
    case .matches: count == 2
    case .contains, .startsWith, .endsWith: asReceiver && count == 2
    case .bool, .int, .double, .string, .timestamp, .duration, .dyn: !asReceiver && count == 1
    default: asReceiver && (count == 1 || count == 2)
    }
  }

  var usage: String {
    switch self {
    case .size: "as in `size(rows)` or `rows.size()`"
    case .matches, .contains, .startsWith, .endsWith: "as in `text.\(rawValue)('…')`"
    case .bool, .int, .double, .string, .timestamp, .duration, .dyn: "as in `\(rawValue)(value)`"
    default: "as in `time.\(rawValue)()` or `time.\(rawValue)('Europe/Paris')`"
    }
  }
}
