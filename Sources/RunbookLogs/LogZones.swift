package import RunbookModel

/// What times without an offset mean.
package struct LogZones: Sendable, Hashable {
  /// Seconds east of UTC, as the author gave them for times that say no offset.
  package var given: Int?

  /// A time in UTC, or why there is none.
  package enum Stamp: Sendable, Hashable {
    case at(Timestamp)
    case unusable(String)
  }

  /// Seconds east of UTC of the abbreviations that have had one meaning in the time zone database since
  /// 2019, <https://www.iana.org/time-zones>, and no other in common use. `CST`, `IST` and `PST` have
  /// several there; `BST` and `AST` elsewhere.
  private static let known: [String: Int] = {
    let hours: [String: Double] = [
      "UT": 0, "WET": 0, "CET": 1, "MET": 1, "WAT": 1, "WEST": 1, "CAT": 2, "CEST": 2,
      "EET": 2, "MEST": 2, "SAST": 2, "EAT": 3, "EEST": 3, "IDT": 3, "MSK": 3, "PKT": 5, "WIB": 7,
      "AWST": 8, "HKT": 8, "WITA": 8, "JST": 9, "KST": 9, "WIT": 9, "ACST": 9.5, "AEST": 10,
      "ACDT": 10.5, "AEDT": 11, "NZST": 12, "NZDT": 13, "NDT": -2.5, "NST": -3.5, "EDT": -4,
      "EST": -5, "MDT": -6, "MST": -7, "PDT": -7, "AKDT": -8, "AKST": -9,
      "HDT": -9, "HST": -10,
    ]
    return hours.mapValues { Int($0 * 3600) }
  }()

  /// A time without a zone is UTC, unless the author said otherwise.
  package func stamp(_ time: LogTime) -> Stamp {
    let offset: Int
    switch time.zone {
    case .offset(let seconds): offset = seconds
    case .none: offset = given ?? 0
    case .named(let name):
      guard let known = Self.known[name] ?? given else {
        return .unusable("the time zone `\(name)`, whose offset is not known")
      }
      offset = known
    case .unreadable: return .unusable("a time zone or an offset that cannot be read")
    }
    guard case .at(let local) = time.local else {
      return .unusable("a date or a time of day that does not exist")
    }
    guard let at = local.adding(.seconds(-offset)) else {
      return .unusable("a time out of range")
    }
    return .at(at)
  }

  /// Reads `+02:00`, `-0330`, `Z` or `UTC`.
  package static func offset(_ text: String) -> Int? {
    if ["Z", "UTC", "GMT"].contains(text) { return 0 }
    let zone = Array(text.utf8).withUnsafeBufferPointer { bytes in
      var scanner = LineScanner(bytes, at: 0)
      guard case .offset(let seconds) = scanner.zone(), scanner.position == bytes.count else {
        return nil as Int?
      }
      return seconds
    }
    return zone
  }
}
