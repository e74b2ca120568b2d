import RunbookEngine
import RunbookModel

/// A log to be read, with its values.
struct LogActivity: Activity {
  let path: String
  let format: LogFormat
  let filter: LogFilter
  let limit: Int
  let source: String

  static let defaultTimeout = Duration.seconds(120)

  var effect: Effect { .readOnly }
  var isEffectDeclared: Bool { false }
  var connection: String? { nil }
  var work: [WorkItem] {
    let pattern = filter.match.map { " for \($0.pattern)" } ?? ""
    return [WorkItem(language: .text, text: "read \(path)\(pattern)", effect: .readOnly)]
  }

  func perform(in context: AttemptContext) async throws(StepFailure) -> StepResult {
    let interruption = Interruption()
    let outcome: Result<LogFindings, StepFailure>
    do {
      outcome = try await withTaskCancellationHandler {
        try await OwnThread.run {
          do throws(StepFailure) {
            return .success(try self.read(interruption, context))
          } catch {
            return .failure(error)
          }
        }
      } onCancel: {
        interruption.set()
      }
    } catch let failure as StepFailure {
      throw failure
    } catch {
      throw StepFailure(.refused, "\(path) could not be read")
    }
    return try outcome.get().result(path: path, source: source)
  }

  private func read(
    _ interruption: Interruption, _ context: AttemptContext
  ) throws(StepFailure) -> LogFindings {
    let timeout = context.timeout(else: Self.defaultTimeout)
    let deadline = ContinuousClock.now + timeout
    var findings = LogFindings(filter: filter, limit: limit)
    do throws(SystemProblem) {
      var file = try LineFile(path: path)
      defer { file.close() }
      var lines = 0
      while let line = try file.next() {
        findings.take(format.read(line))
        lines += 1
        guard lines % 1000 == 0 || lines == 1 else { continue }
        if interruption.isSet || ContinuousClock.now > deadline { break }
      }
    } catch {
      throw StepFailure(
        .unreachable, "cannot read \(path): \(error.message)",
        hint: "is it the right file, and may this account read it?")
    }
    if interruption.isSet { throw StepFailure(.interrupted, "reading \(path) was stopped") }
    if ContinuousClock.now > deadline {
      throw StepFailure(
        .timeout, "reading \(path) took longer than \(timeout.secondsText)",
        hint: "give the step a longer `timeout:`, or a shorter log")
    }
    findings.finish()
    return findings
  }
}

/// The events that were found so far.
struct LogFindings: Sendable {
  private let filter: LogFilter
  private let limit: Int
  private var pending: LogEvent?
  private var kept: [(event: LogEvent, isDamage: Bool)] = []
  private var damageCount = 0
  private var count = 0
  private var first: Timestamp?
  private var last: Timestamp?
  private var unusable: [String: Int] = [:]

  init(filter: LogFilter, limit: Int) {
    self.filter = filter
    self.limit = limit
  }

  mutating func take(_ line: LogFormat.Line) {
    switch line {
    case .continues(let text):
      pending?.append(text)
    case .begins(let event):
      finish()
      pending = event
    case .unusable(let why):
      finish()
      // A log of another kind has many reasons: the first ones tell enough.
      if unusable[why] != nil || unusable.count < 10 { unusable[why, default: 0] += 1 }
    }
  }

  /// Settles the event whose lines came last.
  mutating func finish() {
    guard let event = pending else { return }
    pending = nil
    guard filter.takes(event) else { return }
    count += 1
    first = min(first ?? event.at, event.at)
    last = max(last ?? event.at, event.at)
    let isDamage = filter.isDamage(event)
    if isDamage { damageCount += 1 }
    // The incident's start is among the damage: that is kept longer than the rest.
    if kept.count < limit || (isDamage && damageCount <= limit) {
      kept.append((event, isDamage))
    }
  }

  func result(path: String, source: String) -> StepResult {
    var result = StepResult(
      values: ValueMap([
        (
          "events",
          .list(
            kept.map {
              .map(ValueMap([("at", .timestamp($0.event.at)), ("text", .string($0.event.text))]))
            })
        ),
        ("count", .int(Int64(count))), ("first", first.map(Value.timestamp) ?? .null),
        ("last", last.map(Value.timestamp) ?? .null),
      ]))
    result.timeline = kept.map {
      TimelineRow(at: $0.event.at, text: $0.event.text, source: source, isDamage: $0.isDamage)
    }
    if !kept.isEmpty {
      result.evidence = [
        EvidenceDraft(what: "events of the \(source)", source: path, content: .result("events"))
      ]
    }
    if count > kept.count {
      result.notices.append("\(count - kept.count) of \(count) events were not kept")
    }
    for (why, lines) in unusable.sorted(by: { $0.key < $1.key }) {
      result.notices.append("\(lines) lines were left out: \(why)")
    }
    return result
  }
}
