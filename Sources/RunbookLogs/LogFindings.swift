package import RunbookEngine
package import RunbookModel

/// The events that were found so far.
package struct LogFindings: Sendable {
  package let filter: LogFilter
  /// The clock of the log's source less the executor's; nil when it is not known.
  package let clockOffset: Duration?
  private let limit: Int
  /// Whether the step's author set the limit: what is beyond it then nobody asked for.
  private let isLimitAsked: Bool
  /// Whether something was left out for want of room, and not by the limit.
  private var isFull = false
  private let redactor: Redactor
  private var kept: [(event: LogEvent, isDamage: Bool)] = []
  private var keptBytes = 0
  private var damageCount = 0
  private var count = 0
  private var first: Timestamp?
  private var last: Timestamp?
  private var unusable: [String: Int] = [:]
  private var cutCount = 0
  private var notUTF8Count = 0
  private var otherPrefixCount = 0
  private var repeatedKeyCount = 0
  /// Why no more is read.
  package private(set) var halt: Halt?
  /// What patterns have cost since it was asked for the last time whether there is time left.
  private var spent = 0
  /// Whether a command's output began with a line that says its time.
  package var hasSeenTime = false
  /// Whether it began with lines at all, but for such that say of a log that it has none.
  package var hasSeenText = false
  /// Whether there is no time left.
  package var isOver: @Sendable () -> Bool = { false }
  /// How many records told something, also what could not be used.
  package private(set) var told = 0
  private var notices: [String] = []
  private var unread: [LogMatches.Unread] = []
  /// How many records had a time, wanted or not.
  package private(set) var understood = 0
  /// How many lines were left out that may be wanted events.
  private var missed = 0
  /// Logs of which no line was understood, all of it left out.
  private var strange: [String] = []

  package enum Halt: Sendable, Hashable {
    /// A pattern took more than one event is worth.
    case excess(LogFilter.Pattern, of: Timestamp, bytes: Int)
    case overdue
  }

  /// What one event may cost a pattern, in its steps: hundreds for each byte of a long line.
  private static let mostWork = 1 << 25
  /// What is done in a fraction of a second.
  private static let workBetweenLooks = 1 << 22

  /// What the texts of all events may take.
  private static let longest = 4 << 20

  package init(
    filter: LogFilter, limit: Int, isLimitAsked: Bool = false, clockOffset: Duration? = nil,
    redactor: Redactor = .none
  ) {
    self.redactor = redactor
    self.filter = filter
    self.limit = limit
    self.isLimitAsked = isLimitAsked
    self.clockOffset = clockOffset
  }

  /// By the executor's clock; nil out of the range of times.
  package func corrected(_ time: Timestamp) -> Timestamp? {
    clockOffset.map { time.adding(.zero - $0) } ?? time
  }

  /// A time of the executor's as the log's source has it.
  package func uncorrected(_ time: Timestamp) -> Timestamp {
    clockOffset.flatMap { time.adding($0) } ?? time
  }

  /// Counts what patterns have cost, and looks at the clock now and then.
  package mutating func spend(_ steps: Int) {
    spent += min(steps, Self.workBetweenLooks)
    guard spent >= Self.workBetweenLooks else { return }
    spent = 0
    if isOver() { halt = halt ?? .overdue }
  }

  /// Counts a record that has a time which nobody asks for.
  package mutating func passOver() { understood += 1 }

  /// A line that begins no record and belongs to none: what it tells, and when, is not known.
  package mutating func take(headless line: LogBytes, isRewritten: Bool) {
    guard !line.trimmed.isEmpty else { return }
    leaveOut(line, "no time that is understood", isRewritten)
  }

  /// - Parameters:
  ///   - record: the record that was read.
  ///   - isRewritten: whether patterns are held against other words than those in the file.
  package mutating func take(_ reading: LogReading, of record: LogBytes, isRewritten: Bool = false)
  {
    switch reading {
    case .unusable(let why): leaveOut(record, why, isRewritten)
    case .event(var event):
      understood += 1
      otherPrefixCount += event.linesOfOtherPrefix
      guard let at = corrected(event.at) else {
        return leaveOut(record, "a time out of range", isRewritten)
      }
      event.at = at
      guard filter.takes(at), matches(.match, event) ?? true else { return }
      keep(event, isUTF8: record.isUTF8)
    }
  }

  /// Counts what is not understood: it may be wanted, unless the pattern is not met by it for sure.
  private mutating func leaveOut(_ record: LogBytes, _ why: String, _ isRewritten: Bool) {
    count(unusable: why)
    if isRewritten || mayMatch(record) { missed += 1 }
  }

  /// Whether what is left out may be wanted, as far as its bytes tell, line by line and on one line as patterns see it.
  private mutating func mayMatch(_ record: LogBytes) -> Bool {
    guard let pattern = filter.expression(.match) else { return true }
    var text = LogText()
    record.eachLine { line in
      text.append(line)
      return true
    }
    var work = Self.mostWork
    let isMatch =
      pattern.matches(utf8: record, work: &work) != false
      || text.bytes.withUnsafeBufferPointer { pattern.matches(utf8: $0, work: &work) } != false
    spend(Self.mostWork - work)
    return isMatch
  }

  /// - Returns: nil without a pattern.
  private mutating func matches(_ name: LogFilter.Pattern, _ event: LogEvent) -> Bool? {
    guard let pattern = filter.expression(name) else { return nil }
    var work = Self.mostWork
    let isMatch = event.whole.withUnsafeBufferPointer { pattern.matches(utf8: $0, work: &work) }
    spend(Self.mostWork - work)
    if isMatch == nil {
      halt = halt ?? .excess(name, of: event.at, bytes: event.whole.count)
    }
    return isMatch ?? false
  }

  private mutating func count(unusable why: String) {
    told += 1
    // A log of another kind has many reasons: the first ones tell enough.
    if unusable[why] != nil || unusable.count < 10 { unusable[why, default: 0] += 1 }
  }

  private mutating func keep(_ event: LogEvent, isUTF8: Bool) {
    count += 1
    if !isUTF8 { notUTF8Count += 1 }
    if event.hasRepeatedKey { repeatedKeyCount += 1 }
    told += 1
    first = min(first ?? event.at, event.at)
    last = max(last ?? event.at, event.at)
    let isDamage = matches(.damage, event) ?? false
    if isDamage { damageCount += 1 }
    // The incident's start is among the damage: that is kept longer than the rest.
    guard kept.count < limit || (isDamage && damageCount <= limit) else { return }
    guard keptBytes < Self.longest else {
      isFull = true
      return
    }
    var event = event
    event.keepText(redactor)
    keptBytes += event.shown?.utf8.count ?? 0
    kept.append((event, isDamage))
  }

  /// Where they were read stream by stream, events are told in the order of their times.
  package mutating func sortByTime() {
    let sorted = kept.enumerated().sorted {
      ($0.element.event.at, $0.offset) < ($1.element.event.at, $1.offset)
    }
    kept = sorted.map(\.element)
  }

  package mutating func noteCut() { cutCount += 1 }

  package mutating func note(_ notice: String) {
    if !notices.contains(notice) { notices.append(notice) }
  }

  /// That no line of a log is understood: nothing is known of its events.
  package mutating func note(strange path: String) {
    if !strange.contains(path) { strange.append(path) }
  }

  package mutating func note(_ file: LogMatches.Unread) {
    if !unread.contains(file) { unread.append(file) }
  }

  /// - Parameter origin: the files or the command.
  package func result(origin: String, source: String) -> StepResult {
    var result = StepResult(
      values: ValueMap([
        ("events", .list(kept.map { $0.event.value })), ("count", .int(Int64(count))),
        ("first", first.map(Value.timestamp) ?? .null),
        ("last", last.map(Value.timestamp) ?? .null),
        ("clock_offset", clockOffset.map(Value.duration) ?? .null), ("exit_code", .null),
        (
          "unread",
          .list(unread.map { ["file": .string($0.path), "why": .string($0.why)] })
        ),
      ]))
    result.timeline = kept.map { event, isDamage in
      TimelineRow(
        at: event.at, text: event.shown ?? "",
        source: event.host.map { "\(source), \($0)" } ?? source,
        isDamage: isDamage, clockOffsetMicroseconds: clockOffset?.microseconds)
    }
    let isAsked = isLimitAsked && !isFull
    if !kept.isEmpty {
      let asked =
        isAsked && count > kept.count
        ? ", \(kept.count) of \(count) by the step's own limit" : ""
      result.evidence = [
        EvidenceDraft(
          what: "events of the \(source)\(asked)", source: origin, content: .result("events"),
          isCut: gap != nil)
      ]
    }
    // What the author did not ask for is not missing.
    if count > kept.count, !isAsked {
      result.incomplete["events"] = Incomplete(
        held: Int64(kept.count), total: Int64(count), noun: "events")
    }
    // What was not read, or not understood, may hold events: which there are, how many, and which is the first,
    // nobody knows then.
    if let doubt = gap ?? missedWords {
      for name in ["events", "first", "last"] where result.incomplete[name] == nil {
        result.incomplete[name] = .unreadable(doubt)
      }
      result.incomplete["count"] = .atLeast(Int64(count), doubt)
    }
    result.notices = notices + ownNotices
    return result
  }

  /// What of the log was not read, or not understood at all; nil where all was.
  private var gap: String? {
    let files = unread.filter(\.mayHoldEvents)
    if let first = files.first {
      return first.words + (files.count > 1 ? ", and \(files.count - 1) more" : "")
    }
    return strange.first.map { "no line of \($0) is understood" }
  }

  private var missedWords: String? {
    missed > 0 ? "\(missed) lines that may be such events are not understood" : nil
  }

  private var ownNotices: [String] {
    var notices: [String] = []
    if count > kept.count {
      let why = isLimitAsked && !isFull ? ", by the step's own limit" : ""
      notices.append("\(count - kept.count) of \(count) events were not kept\(why)")
    }
    if cutCount > 0 {
      notices.append("only the start of \(cutCount) events longer than a mebibyte was read")
    }
    if notUTF8Count > 0 {
      notices.append(
        "\(notUTF8Count) events hold bytes that are no UTF-8; they are shown as U+FFFD")
    }
    if otherPrefixCount > 0 {
      notices.append(
        "\(otherPrefixCount) lines of what was read begin with a time, and not with `line_prefix`:"
          + " they were read without it")
    }
    if repeatedKeyCount > 0 {
      notices.append("\(repeatedKeyCount) events have a key twice that is not read")
    }
    for (why, records) in unusable.sorted(by: { $0.key < $1.key }) {
      notices.append("\(records) lines were left out: \(why)")
    }
    for file in unread.prefix(Self.mostNamed) {
      notices.append(file.words)
    }
    if unread.count > Self.mostNamed {
      notices.append("not read: \(unread.count - Self.mostNamed) more that a pattern names")
    }
    return notices
  }

  /// So many that were not read are named one by one; the result has all.
  private static let mostNamed = 10
}

extension LogEvent {
  /// Lets go of all but what is shown.
  fileprivate mutating func keepText(_ redactor: Redactor) {
    shown = text(redactor)
    whole = []
  }

  fileprivate var host: String? { details.first { $0.name == "host" }?.value.stringValue }

  fileprivate var value: Value {
    .map(
      ValueMap(
        [("at", .timestamp(at)), ("text", .string(shown ?? ""))]
          + details.map { ($0.name, $0.value) }))
  }
}
