import Glibc
import RunbookEngine
import RunbookModel

/// The machine's clocks.
struct SystemClock: EngineClock {
  func now() -> Timestamp {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    // Microseconds are what the journal keeps.
    let nanoseconds = Int32(time.tv_nsec / 1000 * 1000)
    return Timestamp(seconds: Int64(time.tv_sec), nanoseconds: nanoseconds) ?? .epoch
  }

  func uptime() -> Duration {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
  }

  func sleep(for duration: Duration) async throws { try await Task.sleep(for: duration) }
}

extension RunID {
  /// A new id: the time, so that ids sort by it, down to 31 µs in three letters, and one random letter.
  static func new(at time: Timestamp) -> RunID {
    let fields = time.components
    // In the order of their code points, as ids are sorted.
    let letters = Array("23456789abcdefghijkmnpqrstuvwxyz")
    let slot = Int(time.nanoseconds) * 32_768 / 1_000_000_000
    let tail =
      String([slot >> 10 & 31, slot >> 5 & 31, slot & 31].map { letters[$0] })
      + String(letters[Int.random(in: letters.indices)])
    let digits = { (number: Int) in number < 10 ? "0\(number)" : "\(number)" }
    return RunID(
      rawValue: "\(fields.year)\(digits(fields.month))\(digits(fields.day))-"
        + "\(digits(fields.hour))\(digits(fields.minute))\(digits(fields.second))-\(tail)")
  }
}
