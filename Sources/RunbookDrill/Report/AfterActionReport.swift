import RunbookDocument
public import RunbookEngine
public import RunbookModel

/// The after-action report of a drill: a pure function of its journal, also while it goes on.
///
/// It is here and not with the incident report, as it needs the drill's state and score, and the report's
/// room may not know this one (CONTRIBUTING.md, "The rooms").
public struct AfterActionReport: Sendable {
  private let facts: AfterActionFacts

  /// - Throws: `damaged` when no drill can have written the journal; `notFound` when it is not a drill's.
  public init(entries: [Entry]) throws(StoreError) {
    let state = try DrillState(replaying: entries)
    guard state.drill != nil else {
      throw StoreError(
        .notFound, subject: state.run.started?.run.rawValue ?? "journal", "the run is no drill")
    }
    facts = AfterActionFacts(
      state: state, score: try DrillScore(entries: entries), entries: entries)
  }

  /// Where the report is kept unless told otherwise.
  public var suggestedFileName: String {
    let run = facts.state.run.started
    return FileName.joined(
      "DRILL", run?.runbook.name ?? "drill", run?.run.rawValue ?? "", suffix: ".md")
  }

  /// - Throws: `cannotRead` when the template, which is a part of the program, is malformed.
  public func markdown() throws(StoreError) -> String { try text(as: .markdown) }

  /// The report in a format; the same journal gives the same bytes.
  ///
  /// - Throws: `cannotRead` when the template, which is a part of the program, is malformed.
  public func text(as format: DrillReportFormat) throws(StoreError) -> String {
    switch format {
    case .json: facts.value.prettyJSON + "\n"
    case .markdown: try DrillPage(.afterActionMarkdown).text(of: facts.value)
    case .html:
      try DrillPage(.afterActionHTML).text(
        of: facts.value, drawings: ["picture": DrillPicture(entries: facts.entries).svg])
    }
  }
}
