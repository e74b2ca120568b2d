public import RunbookEngine
public import RunbookModel
private import Synchronization

/// Keeps all that a run shows.
public final class RecordingObserver: RunObserver {
  private struct State {
    var entries: [Entry] = []
    var lines: [String] = []
    var progress: [String] = []
    var unstored: [Event] = []
    var waiting: [GateOpened] = []
  }

  private let state = Mutex(State())

  public init() {}

  public var entries: [Entry] { state.withLock(\.entries) }
  /// Lines that steps printed, without their step.
  public var lines: [String] { state.withLock(\.lines) }
  public var progress: [String] { state.withLock(\.progress) }

  public var unstored: [Event] { state.withLock(\.unstored) }

  /// Gates that waited, and were shown as they are.
  public var waiting: [GateOpened] { state.withLock(\.waiting) }

  public func observe(waiting gate: GateOpened) { state.withLock { $0.waiting.append(gate) } }

  public func observe(unstored events: [Event]) { state.withLock { $0.unstored += events } }

  public func observe(_ entry: Entry) { state.withLock { $0.entries.append(entry) } }

  public func observe(_ line: OutputLine, of step: StepID) {
    state.withLock { $0.lines.append(line.text) }
  }

  public func observe(progress: String) { state.withLock { $0.progress.append(progress) } }
}
