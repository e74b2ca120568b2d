import Foundation
import RunbookEngine
import RunbookModel
import RunbookStore

extension RunSession {
  /// Says what earlier runs tell, before the first step.
  ///
  /// - Parameter progress: nil where nothing is shown.
  func showPast(_ progress: ProgressObserver?, _ beginning: Beginning) async {
    guard let progress else { return }
    // The run's folder is STATE/runs/RUN.
    let state = URL(filePath: folder).deletingLastPathComponent().deletingLastPathComponent()
    let past = await PastRuns(
      of: plan.runbook.name, in: RunStore(folder: state.path), before: run)
    progress.expect(past.usual)
    // In a sandbox people practise: when they last did does not matter to them.
    guard case .start = beginning, !plan.isSandbox, drill == nil else { return }
    console.print("\(past.drillLine(at: SystemClock().now()))")
  }
}
