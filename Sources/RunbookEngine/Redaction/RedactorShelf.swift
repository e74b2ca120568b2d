private import Synchronization

/// The redactors that were made last: many parts of a run ask for one of the same secrets, and to make one of hundreds
/// takes its time.
enum RedactorShelf {
  private static let mostKept = 4
  private static let kept = Mutex<[(secrets: [[UInt8]], redactor: Redactor)]>([])

  static func redactor(of secrets: [String]) -> Redactor {
    // To the byte: two spellings that Swift takes for one are two secrets.
    let key = Set(secrets.map { Array($0.utf8) }).sorted { $0.lexicographicallyPrecedes($1) }
    if let found = kept.withLock({ kept in kept.first { $0.secrets == key }?.redactor }) {
      return found
    }
    let made = Redactor(making: secrets)
    kept.withLock { kept in
      kept.insert((key, made), at: 0)
      if kept.count > mostKept { kept.removeLast() }
    }
    return made
  }
}
