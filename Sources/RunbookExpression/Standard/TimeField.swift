import RunbookModel

/// The fields of timestamps and durations that the functions `get…` give.
enum TimeField {
  static func value(
    _ function: StandardFunction, of value: Value, zone: String?
  ) throws(Fault) -> Value {
    switch value {
    case .timestamp(let timestamp):
      let offset = try zone.map { name throws(Fault) in try ZoneOffset.seconds(name, at: timestamp)
      }
      let local = try timestamp.adding(.seconds(offset ?? 0)).orThrow(Arithmetic.overflow)
      return .int(Int64(try field(function, of: local.components)))
    case .duration(let duration) where zone == nil:
      return .int(try count(function, in: duration))
    default:
      throw .overload(function.rawValue, value.typeName)
    }
  }

  private static func field(
    _ function: StandardFunction, of fields: Timestamp.Components
  ) throws(Fault) -> Int {
    switch function {
    case .getFullYear: fields.year
    case .getMonth: fields.month - 1
    case .getDate: fields.day
    case .getDayOfMonth: fields.day - 1
    case .getDayOfWeek: fields.weekday
    case .getDayOfYear: fields.dayOfYear
    case .getHours: fields.hour
    case .getMinutes: fields.minute
    case .getSeconds: fields.second
    case .getMilliseconds: fields.nanosecond / 1_000_000
    default: throw .overload(function.rawValue, "timestamp")
    }
  }

  private static func count(
    _ function: StandardFunction, in duration: Duration
  ) throws(Fault) -> Int64 {
    let parts = duration.components
    switch function {
    case .getHours: return parts.seconds / 3600
    case .getMinutes: return parts.seconds / 60
    case .getSeconds: return parts.seconds
    case .getMilliseconds: return parts.attoseconds / 1_000_000_000_000_000
    default: throw .overload(function.rawValue, "duration")
    }
  }
}

extension Optional {
  fileprivate func orThrow(_ fault: Fault) throws(Fault) -> Wrapped {
    guard let self else { throw fault }
    return self
  }
}
