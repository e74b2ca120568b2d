private import Foundation
import RunbookModel

/// How far a time zone is from UTC.
enum ZoneOffset {
  /// Seconds east of UTC.
  ///
  /// - Parameter name: `UTC`, a name such as `Europe/Paris`, or hours and minutes as `+02:00`.
  static func seconds(_ name: String, at timestamp: Timestamp) throws(Fault) -> Int64 {
    if name == "UTC" || name == "Z" { return 0 }
    if let seconds = fixed(name) { return seconds }
    guard !name.isEmpty, let zone = TimeZone(identifier: name) else {
      throw Fault(.invalid, "there is no time zone of that name")
    }
    let date = Date(timeIntervalSince1970: Double(timestamp.seconds))
    return Int64(zone.secondsFromGMT(for: date))
  }

  private static func fixed(_ name: String) -> Int64? {
    var text = name[...]
    var sign: Int64 = 1
    if let first = text.utf8.first, first == UInt8(ascii: "+") || first == UInt8(ascii: "-") {
      sign = first == UInt8(ascii: "-") ? -1 : 1
      text = text.dropFirstScalars()
    }
    let parts = text.utf8.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    guard parts.count == 2, let hours = twoDigits(parts[0]), let minutes = twoDigits(parts[1]),
      hours < 24, minutes < 60
    else { return nil }
    return sign * (hours * 3600 + minutes * 60)
  }

  private static func twoDigits(_ bytes: Substring.UTF8View) -> Int64? {
    guard bytes.count == 2, bytes.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return bytes.reduce(0) { $0 * 10 + Int64($1) - 0x30 }
  }
}
