import RunbookModel

/// What a run's steps brought, and what servers and programs said: it is left out of a public copy also
/// where a capture or the run's own message repeats it.
struct WorldsWords {
  /// Longer texts than these are looked for as a whole and word by word, not inside of a text.
  private static let searched = 2_000
  private static let shortest = 3

  private var texts: Set<String> = []
  /// The longest first.
  private var parts: [String] = []
  /// What servers and programs said of errors, the longest first.
  private var said: [String] = []

  /// - Parameters:
  ///   - isPublic: whether a result of a kind may be told.
  ///   - kind: of a step.
  init(
    _ entries: [Entry], isPublic: (String?, String) -> Bool, kind: (StepID) -> String?
  ) {
    for entry in entries {
      switch entry.event {
      case .runStarted(let started): for input in started.inputs { add(input.value) }
      case .sandboxRestarted(let restarted): for input in restarted.inputs { add(input.value) }
      case .sandboxPrepared(let prepared):
        for input in prepared.inputs { add(input.value) }
        for step in prepared.steps { add(step.result, of: step.kind, isPublic) }
      case .attemptFinished(let finished):
        add(finished.result, of: kind(finished.step), isPublic)
        let failure = finished.failure
        let message = failure?.cause == .expectation ? nil : failure?.message
        let words = [message, failure?.detail, failure?.hint].compactMap(\.self)
        for text in words + finished.notices {
          add(text)
          if text.utf8.count >= Self.shortest { said.append(text) }
        }
        for row in finished.timeline { add(row.text) }
      case .attemptSettled(let settled): add(settled.result, of: kind(settled.step), isPublic)
      case .attemptStarted(let started):
        for work in started.work { for parameter in work.parameters { add(parameter.value) } }
      default: break
      }
    }
    said.sort { $0.utf8.count > $1.utf8.count }
    parts = texts.count <= Self.searched ? texts.sorted { $0.utf8.count > $1.utf8.count } : []
  }

  /// The run's own message without what a server or a program said: its other words are the engine's.
  func removed(fromMessage text: String) -> String {
    said.reduce(text) { $0.replacingAll($1, with: PublicCopy.leftOut) }
  }

  func removed(from text: String) -> String {
    if texts.contains(text) { return PublicCopy.leftOut }
    let searched = parts.reduce(text) {
      PublicNames.replacing($1, by: PublicCopy.leftOut, in: $0)
    }
    return searched.pieces(separatedBy: " ", omittingEmptySubsequences: false).map { word in
      let bare = word.trimming { !$0.properties.isAlphabetic && !$0.isASCIIDigit }
      return texts.contains(String(word)) || texts.contains(String(bare))
        ? PublicCopy.leftOut : String(word)
    }
    .joined(separator: " ")
  }

  private mutating func add(
    _ result: Value, of kind: String?, _ isPublic: (String?, String) -> Bool
  ) {
    for pair in (result.mapValue ?? ValueMap()).pairs
    where !isPublic(kind, pair.key.stringValue ?? "") {
      add(pair.value)
    }
  }

  private mutating func add(_ value: Value) {
    switch value {
    case .string(let text): add(text)
    case .list(let items): for item in items { add(item) }
    case .map(let map): for pair in map.pairs { add(pair.value) }
    case .null, .bool: break
    default: add(value.json)
    }
  }

  private mutating func add(_ text: String) {
    guard text.unicodeScalars.count >= Self.shortest else { return }
    texts.insert(text)
    for line in text.pieces(whereSeparator: \.isNewline) where line.utf8.count >= Self.shortest {
      texts.insert(String(line.trimming(where: \.isWhitespace)))
    }
  }
}
