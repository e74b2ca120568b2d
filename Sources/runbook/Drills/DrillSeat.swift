import RunbookDrill
import RunbookStore

/// Where somebody sits in a drill.
enum DrillSeat {
  /// Leads a drill at the table, and holds its run.
  case table(Lease)
  /// Leads a drill whose run is carried out by another process, or was.
  case beside
  /// Takes part; nil is nobody in particular: the team.
  case participant(String?)

  var isParticipant: Bool { if case .participant = self { true } else { false } }

  /// The command as this person may give it.
  ///
  /// - Returns: nil for what only the facilitator does.
  func allowed(_ command: DrillMachine.Command) -> DrillMachine.Command? {
    guard case .participant(let name) = self else { return command }
    switch command {
    case .answer(let subject, _, let text):
      return .answer(subject: subject, participant: name, text: text)
    case .decide(_, let text): return .decide(participant: name, text: text)
    default: return nil
    }
  }
}
