import RunbookDrill
import RunbookEngine
import RunbookModel
import RunbookStore

/// What the person at the run's own terminal says to the drill: lines that begin with a slash, and choices
/// where the run has no use for them.
extension DrillCompanion: TerminalAside {
  static let howToAnswer = "  (/1 answers, or its name after the slash; /help says more)"

  private static let help = """
      /ID or /NUMBER              choose, where there is a choice
      /answer [@NAME] [ID:] TEXT  answer what came last, or an inject by its id
      /decide [@NAME] TEXT        say what is decided
      /hint                       ask for the next hint; it is recorded
      /note TEXT                  write something down
    Anything without a slash is for the run.
    """

  func take(_ line: String, isFree: Bool) async -> Bool {
    guard let drill = follower.state.drill else { return false }
    guard line.begins(with: "/") else {
      guard isFree, Int(line) != nil, follower.state.offers(line) else { return false }
      await carryOut(.answer(subject: nil, participant: speaker, text: line))
      return true
    }
    let text = String(line.dropFirstScalars())
    switch TalkLine.parse(text, drill, names: started.participants.map(\.name)) {
    case .note(let text): await note(text)
    case .command(.answer(let subject, let name, let text)):
      await carryOut(.answer(subject: subject, participant: name ?? speaker, text: text))
    case .command(.decide(let name, let text)):
      await carryOut(.decide(participant: name ?? speaker, text: text))
    case .command(.hint(let inject)): await carryOut(.hint(inject))
    case .mistake where follower.state.offers(text):
      await carryOut(.answer(subject: nil, participant: speaker, text: text))
    // It may be a path that a step asks for.
    case .mistake where !isFree: return false
    default: progress?.show(["\(block: Self.help)"])
    }
    return true
  }

  /// The participant at the terminal; nil is the team.
  private var speaker: String? { started.participant(called: actor.calledName) }

  private func carryOut(_ command: DrillMachine.Command) async {
    var isWritten = false
    while !isWritten {
      let (state, last, now) = (follower.state, follower.last, clock.now())
      do {
        let events = try DrillMachine.decide(command, in: state, at: now).map(Event.drill)
        isWritten = try await journal.append(events, by: actor, at: now, after: last) != nil
        try await tell()
      } catch let refusal as DrillMachine.Refusal {
        return show(refusal.message, refusal.hint)
      } catch {
        return show((error as? StoreError)?.message ?? "\(error)", nil)
      }
    }
  }

  private func note(_ text: String) async {
    do throws(StoreError) {
      let note = NoteAdded(text: text, at: nil)
      _ = try await journal.append([.noteAdded(note)], by: actor, at: clock.now())
      // The run shows it when it goes on.
      show("Noted.", nil)
    } catch {
      show(error.message, nil)
    }
  }

  private func show(_ message: String, _ hint: String?) {
    progress?.show(["\(message)"] + [hint].compactMap(\.self).map { "  \($0)" })
  }
}
