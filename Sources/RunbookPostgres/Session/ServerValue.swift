package import RunbookModel

/// Values of the server's text format, typed; those of types that have no like here are the server's text,
/// which is the same value to it again. So is a `timestamp` without time zone: it is no point in time.
///
/// The type numbers are `pg_type.oid` of the built-in types, which never change:
/// https://github.com/postgres/postgres/blob/master/src/include/catalog/pg_type.dat
package enum ServerValue {
  private enum Form {
    case bool, int, double, numeric, timestamp, json, text
  }

  package static func value(of text: String, type: UInt32) -> Value {
    if let element = elementType(of: type) {
      let form = form(of: element)
      // A list within a list is a JSON value of a row, and a dimension of any other array.
      guard let list = ArrayText.read(text, isFlat: form == .json, element: { scalar($0, form) })
      else { return .string(text) }
      return list
    }
    return scalar(text, form(of: type))
  }

  private static func scalar(_ text: String, _ form: Form) -> Value {
    switch form {
    case .text: return .string(text)
    case .bool: return .bool(text == "t")
    case .int: return Int64(text).map { .int($0) } ?? .string(text)
    case .double: return double(text)
    case .numeric: return numeric(text)
    case .timestamp: return ServerTimestamp.read(text).map { .timestamp($0) } ?? .string(text)
    case .json:
      do throws(JSONError) {
        let value = try Value(json: text)
        guard value != .null else {
          return .incomplete(.unreadable("it is JSON's null, which is not SQL's NULL"))
        }
        return value
      } catch {
        return .incomplete(.unreadable("as JSON: \(error)"))
      }
    }
  }

  private static func double(_ text: String) -> Value {
    switch text {
    case "NaN": .double(.nan)
    case "Infinity": .double(.infinity)
    case "-Infinity": .double(-.infinity)
    default: Double(text).map { .double($0) } ?? .string(text)
    }
  }

  /// An int where the number is written whole and fits, else a decimal (`7.00`): no digit is lost, and it is
  /// written as the server wrote it.
  private static func numeric(_ text: String) -> Value {
    if let whole = Int64(text) { return .int(whole) }
    switch text {
    case "NaN", "Infinity", "-Infinity": return double(text)
    default:
      return ExactDecimal(text).map(Value.decimal)
        ?? .incomplete(.unreadable("it has more digits than are held"))
    }
  }

  private static func form(of type: UInt32) -> Form {
    switch type {
    case 16: .bool
    case 20, 21, 23, 26: .int
    case 700, 701: .double
    case 1700: .numeric
    case 1184: .timestamp
    case 114, 3802: .json
    default: .text
    }
  }

  /// The element's type of an array type; nil for any other type, enum arrays included.
  private static func elementType(of type: UInt32) -> UInt32? {
    switch type {
    case 1000: 16
    case 1005: 21
    case 1007: 23
    case 1016: 20
    case 1028: 26
    case 1021: 700
    case 1022: 701
    case 1231: 1700
    case 1185: 1184
    case 199: 114
    case 3807: 3802
    case 1001, 1002, 1003, 1008, 1009, 1014, 1015, 1040, 1041, 1115, 1182, 1183, 1187, 1270, 2951,
      2207,
      2208, 2210, 2211, 4089, 4090:
      25
    default: nil
    }
  }
}
