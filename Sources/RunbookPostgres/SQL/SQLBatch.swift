import RunbookEngine
import RunbookModel

extension SQLRequest {
  /// Statements as they are sent in one go: with commands before them, a guard before each that depends on
  /// the settings, and a question behind each that may give rows: whether they are still the same.
  struct Batch {
    private(set) var commands: [SQLCommand]
    /// The number of each command's statement; nil for a command of our own.
    private(set) var statements: [Int?]
    private let fence: RoleFence?
    /// Where it is asked for the role, before the first statement and behind each.
    private var questions: [Int] = []
    /// Where it is asked for the settings by which values are written, before and behind a statement.
    private var settingsQuestions: [Int: (before: Int, behind: Int)] = [:]

    init(
      _ statements: [RenderedStatement], after prelude: [SQLCommand] = [],
      numberedFrom first: Int = 0, within fence: RoleFence? = nil, isOneByOne: Bool = false
    ) {
      self.fence = fence
      commands = prelude
      self.statements = prelude.map { _ in nil }
      for (index, statement) in statements.enumerated() {
        if let fence { append(fence.entering) }
        if index == 0 { ask() }
        // Whatever one before it has set, and whoever reads what it gives.
        if index > 0 {
          append(SessionSettings.guardCommand(isLocal: true))
        }
        let isAsked = !isOneByOne && statement.traits.mayGiveRows
        let before = commands.count
        if isAsked { append(SessionSettings.question) }
        commands.append(statement.command)
        self.statements.append(first + index)
        ask()
        if isAsked {
          settingsQuestions[first + index] = (before, commands.count)
          append(SessionSettings.question)
        }
      }
    }

    private mutating func ask() {
      guard fence != nil else { return }
      questions.append(commands.count)
      append(RoleFence.question)
    }

    /// The first statement behind which the role is another one than before all of them.
    func leaver(_ outcomes: [SQLOutcome]) -> (statement: Int, fence: RoleFence)? {
      guard let fence, let before = questions.first else { return nil }
      let left = questions.dropFirst().first { question in
        guard outcomes.indices.contains(before), outcomes.indices.contains(question) else {
          return false
        }
        if case .skipped = outcomes[question] { return false }
        return fence.isLeft(outcomes[before], outcomes[question])
      }
      return left.flatMap { statements[..<$0].last { $0 != nil } ?? nil }.map { ($0, fence) }
    }

    /// A setting by which rows are written that is another one behind a statement.
    func changedSetting(behind statement: Int, _ outcomes: [SQLOutcome]) -> String? {
      guard let asked = settingsQuestions[statement], outcomes.indices.contains(asked.behind) else {
        return nil
      }
      return SessionSettings.changed(outcomes[asked.behind], since: outcomes[asked.before])
    }

    /// The rows of the statements alone, not of what stands between them.
    func destination(_ rows: StepRows) -> RowDestination {
      RowDestination(
        taker: rows, commands: Set(statements.indices.filter { statements[$0] != nil }))
    }

    mutating func append(_ command: SQLCommand) {
      commands.append(command)
      statements.append(nil)
    }
  }
}
