import RunbookDrill
import RunbookEngine
import RunbookModel
import RunbookStore

/// What earlier runs of a runbook tell whoever runs it now: when it was last drilled, and how long its
/// steps usually take.
struct PastRuns {
  /// How many runs of the runbook tell how long steps take, and among how many of all runs its last drill
  /// is looked for: more would keep people waiting before the first step.
  private static let readRuns = 10
  private static let lookedAtRuns = 100
  /// A drill that is older is overdue, unless `drill due` is told otherwise.
  private static let limit = Duration.seconds(90 * 86_400)

  let usual: UsualDurations
  private let lastDrill: DrillHistory.Item?
  /// Whether there are older runs that were not looked at.
  private let isCut: Bool
  /// How many journals could not be read.
  private let unread: Int

  /// A journal that cannot be read is left out, and counted.
  ///
  /// - Parameter current: the run that is about to begin, which tells nothing yet.
  init(of runbook: String, in store: RunStore, before current: RunID? = nil) async {
    var usual = UsualDurations()
    var lastDrill: DrillHistory.Item?
    var (count, unread) = (0, 0)
    let runs = store.runs().filter { $0 != current }
    for run in runs.prefix(Self.lookedAtRuns) where count < Self.readRuns || lastDrill == nil {
      let found: RunGlance?
      do throws(StoreError) {
        found = try store.glance(at: run)
      } catch {
        unread += 1
        continue
      }
      guard let glance = found, glance.runbook == runbook else { continue }
      if count < Self.readRuns, !glance.isDrill || glance.drillMode == .sandbox {
        count += 1
        for attempt in (try? store.succeededAttempts(of: run)) ?? [] {
          usual.take(attempt.microseconds, of: attempt.step)
        }
      }
      if lastDrill == nil, glance.isDrill, !glance.isCheck {
        do throws(StoreError) {
          lastDrill = try await DrillHistory(store: store).practice(run)
        } catch {
          unread += 1
        }
      }
    }
    self.usual = usual
    self.lastDrill = lastDrill
    isCut = runs.count > Self.lookedAtRuns
    self.unread = unread
  }

  /// When the runbook was last practised, and how it went.
  func drillLine(at now: Timestamp) -> String {
    guard let drill = lastDrill else {
      let never = isCut ? "Not drilled in the newest \(Self.lookedAtRuns) runs" : "Never drilled"
      return unread == 0
        ? never + "."
        : "\(never), as far as can be told: \(unread) of the journals cannot be read (runbook runs)."
    }
    let age = now.since(drill.startedAt)
    var parts = ["\(drill.score.points) of \(drill.score.possible) points"]
    if drill.mode != .talk {
      parts.append(drill.times.detect.map { "detected after \($0)" } ?? "not detected")
      parts.append(drill.times.recover.map { "recovered after \($0)" } ?? "not recovered")
    }
    let due = age > Self.limit ? "OVERDUE, as that is more than 90 days" : "overdue after 90 days"
    return "Last drilled \(Self.words(age)) ago (\(drill.mode.rawValue)): "
      + "\(parts.joined(separator: ", ")); \(due)"
  }

  private static func words(_ age: Duration) -> String {
    let minutes = max(0, age.components.seconds / 60)
    guard minutes > 0 else { return "less than a minute" }
    let (number, unit) =
      switch minutes {
      case ..<60: (minutes, "minute")
      case ..<(48 * 60): (minutes / 60, "hour")
      default: (minutes / (24 * 60), "day")
      }
    return "\(number) \(unit)\(number == 1 ? "" : "s")"
  }
}
