import RunbookDrill
import RunbookModel
import RunbookSyntax

/// One line of the facilitator.
enum TalkLine: Equatable {
  case command(DrillMachine.Command)
  case note(String)
  case status, score, help, nothing
  /// Leaves the drill, which can be gone on with.
  case quit
  /// Ends the hot wash and writes the report.
  case close
  case mistake(String)

  static let helpText = """
      next [ID]                  tell the next inject, or this one
      answer [@NAME] [ID:] TEXT  record an answer (a choice by its id or number)
      decide [@NAME] TEXT        record a decision
      note TEXT                  record a note, which everybody sees
      hint [ID]                  give the next hint
      judge ID met|missed WHY    judge an expectation that is yours to judge
      pause [WHY] / go           stop the story clock, and go on
      back [ID]                  set the clock back to an inject and tell it again
      jump +5m                   set the clock ahead; 'next ID' tells one out of turn
      extend 5m [WHY]            the clock stands still for so long
      skip [ID] [WHY]            an inject does not come
      status / score             what is to come; how it stands
      end                        end the drill; then judge, and hold the hot wash
      close                      write the report, and leave
      quit                       leave now; 'runbook drill resume' goes on
    """

  static let participantsHelp = """
      ID or NUMBER               choose, where there is a choice
      answer [ID:] TEXT          answer what came last, or an inject or question by its id
      decide TEXT                say what is decided
      note TEXT                  write something down, for everybody to see
      quit                       leave; the drill goes on
    """

  /// - Parameter names: those of the participants, which may have blanks.
  static func parse(_ line: String, _ drill: Drill, names: [String]) -> TalkLine {
    let (word, rest) = split(line)
    switch word {
    case "": return .nothing
    case "next", "n": return .command(.next(rest.isEmpty ? nil : rest))
    case "answer", "a": return answer(rest, drill, names)
    case "decide", "d":
      let (person, text) = person(rest, names)
      return .command(.decide(participant: person, text: text))
    case "note": return rest.isEmpty ? .mistake("the note is empty") : .note(rest)
    case "hint", "h": return .command(.hint(rest.isEmpty ? nil : rest))
    case "judge", "j": return judge(rest)
    case "pause": return .command(.pause(rest))
    case "go", "continue": return .command(.goOn)
    case "back": return .command(.back(rest.isEmpty ? nil : rest))
    case "jump": return jump(rest)
    case "extend": return extend(rest)
    case "skip": return skip(rest, drill)
    case "end": return .command(.end(rest))
    case "status", "s": return .status
    case "score": return .score
    case "help", "?": return .help
    case "quit", "q": return .quit
    case "close": return .close
    default:
      let known = [
        "next", "answer", "decide", "note", "hint", "judge", "pause", "go", "back", "jump",
        "extend", "skip", "status", "score", "end", "close", "quit", "help",
      ]
      let near = NearestName.of(word, among: known)
      return .mistake(
        "'\(word)' is no command; \(near.map { "did you mean '\($0)'?" } ?? "'help' lists them")")
    }
  }

  private static func split(_ text: String) -> (first: String, rest: String) {
    let trimmed = text.dropScalars { $0.isWhitespace }
    let first = trimmed.prefixOfScalars { !$0.isWhitespace }
    var rest = String(
      trimmed.dropFirstScalars(first.unicodeScalars.count).dropScalars { $0.isWhitespace })
    while rest.lastScalar?.isWhitespace == true { rest.unicodeScalars.removeLast() }
    return (String(first), rest)
  }

  private static func person(_ text: String, _ names: [String]) -> (String?, String) {
    guard text.begins(with: "@") else { return (nil, text) }
    let said = text.dropFirstScalars()
    // The longest first: what "Ada Byron" says is not Ada's, who would say "Byron …".
    let known = names.sorted { $0.unicodeScalars.count > $1.unicodeScalars.count }.first { name in
      said.prefixOfScalars(name.unicodeScalars.count).lowercased() == name.lowercased()
        && said.dropFirstScalars(name.unicodeScalars.count).firstScalar?.isWhitespace != false
    }
    let name =
      known.map { said.prefixOfScalars($0.unicodeScalars.count) }
      ?? said.prefixOfScalars { !$0.isWhitespace }
    return (
      String(name),
      String(said.dropFirstScalars(name.unicodeScalars.count).dropScalars { $0.isWhitespace })
    )
  }

  private static func answer(_ text: String, _ drill: Drill, _ names: [String]) -> TalkLine {
    let (person, rest) = person(text, names)
    let (first, body) = split(rest)
    let name = String(first.dropLastScalars())
    if first.ends(with: ":"), NearestName.isId(name, of: drill) {
      return .command(.answer(subject: name, participant: person, text: body))
    }
    return .command(.answer(subject: nil, participant: person, text: rest))
  }

  private static func judge(_ text: String) -> TalkLine {
    let (name, rest) = split(text)
    let (verdict, reason) = split(rest)
    guard verdict == "met" || verdict == "missed" else {
      return .mistake("write: judge ID met|missed WHY")
    }
    return .command(.judge(name, isMet: verdict == "met", reason: reason))
  }

  private static func jump(_ text: String) -> TalkLine {
    guard text.begins(with: "+"),
      let span = DurationReader.duration(String(text.dropFirstScalars()))
    else {
      return .mistake("write: jump +5m; 'next ID' tells an inject out of turn, 'back ID' goes back")
    }
    return .command(.ahead(StoryTime(span)))
  }

  private static func extend(_ text: String) -> TalkLine {
    let (span, reason) = split(text)
    guard let duration = DurationReader.duration(span) else {
      return .mistake("write: extend 5m [WHY]")
    }
    return .command(.extend(StoryTime(duration), reason: reason))
  }

  private static func skip(_ text: String, _ drill: Drill) -> TalkLine {
    let (first, rest) = split(text)
    if drill.inject(first) != nil { return .command(.skip(first, reason: rest)) }
    return .command(.skip(nil, reason: text))
  }
}

extension DrillState {
  /// Whether a line without a command is one of the choices that the last inject offers.
  func offers(_ line: String) -> Bool {
    guard let inject = current.flatMap({ drill?.inject($0) }) else { return false }
    let isNumber = Int(line).map { inject.choices.indices.contains($0 &- 1) } ?? false
    return isNumber || inject.choice(line) != nil
  }
}

extension NearestName {
  /// Whether something of the drill that can be answered has this name.
  fileprivate static func isId(_ name: String, of drill: Drill) -> Bool {
    drill.inject(name) != nil || drill.allQuestions.contains { $0.id == name }
  }
}
