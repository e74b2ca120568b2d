package import RunbookModel

/// When a record was written.
package struct LogStamp: Sendable, Hashable {
  package let time: LogZones.Stamp
  /// Whether the file says in which zone: without one, clocks that are put back make times repeat.
  package let hasZone: Bool

  package init(_ time: LogTime, _ zones: LogZones) {
    self.time = zones.stamp(time)
    hasZone = time.zone != .none
  }

  /// For a record that cannot be used.
  package init(unusable why: String) {
    time = .unusable(why)
    hasZone = true
  }

  package init(at time: Timestamp) {
    self.time = .at(time)
    hasZone = true
  }
}

/// What the first line of a record tells before the rest of it is read.
package struct LogHead: Sendable {
  /// nil when only the whole record tells.
  package var stamp: LogStamp?
  /// Where in the line the message begins.
  var messageStart = 0
  /// The process that wrote it.
  package var pid: Int64?
  var user: String?
  var database: String?
  /// Where in the line its time begins.
  var timeStart = 0
  /// Whether a severity says that it is a server's.
  package var isServers = false
  /// Whether the line begins with a time, and not with the prefix that is given.
  package var isOfOtherPrefix = false
  /// Whether it adds to the record before, where that is of the same process.
  package var isAddition = false

  /// Whether the line belongs to a record with this head before it.
  package func adds(to before: LogHead) -> Bool {
    isAddition && (pid == nil || before.pid == nil || pid == before.pid)
  }
}

extension LogHead {
  package var details: [LogDetail] {
    var details: [LogDetail] = []
    if let pid { details.append(LogDetail(name: "pid", value: .int(pid))) }
    if let user, !user.isEmpty { details.append(LogDetail(name: "user", value: .string(user))) }
    if let database, !database.isEmpty {
      details.append(LogDetail(name: "database", value: .string(database)))
    }
    return details
  }
}

extension LogHead {
  /// The event of a record whose first line told its time.
  package func reading(_ event: (Timestamp) -> LogEvent) -> LogReading {
    switch stamp?.time {
    case .at(let at): .event(event(at))
    case .unusable(let why): .unusable(why)
    case nil: .unusable("no time that is understood")
    }
  }
}
