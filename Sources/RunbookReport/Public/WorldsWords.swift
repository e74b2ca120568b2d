import RunbookModel

/// What a run's steps brought, and what servers and programs said: it is left out of a public copy also
/// where a note, a capture or the run's own message repeats it, or a part of it.
///
/// Texts are compared by their words, whatever stands between them and whether they begin with a capital. A
/// part is found by three words in a row, or by a word with a digit in it; a text of fewer words as a whole.
/// An index of all of them answers, so that there is no bound on how much the steps brought.
struct WorldsWords {
  private static let shortest = 3
  /// So many words in a row are a part of a text.
  private static let run = 3
  /// A single word with a digit in it tells something from this length on: a year, an id, an account.
  private static let shortestNumber = 4

  /// Hashes of texts and lines of fewer words than a run.
  private var short: Set<UInt64> = []
  private var runs: Set<UInt64> = []
  private var numbers: Set<UInt64> = []
  /// Texts without a word, as they are.
  private var signs: Set<String> = []
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
  }

  /// The run's own message without what a server or a program said: its other words are the engine's.
  func removed(fromMessage text: String) -> String {
    said.reduce(text) { $0.replacingAll($1, with: LeftOut.text) }
  }

  func removed(from text: String) -> String {
    if signs.contains(text) { return LeftOut.text }
    let words = TextWords(text).words
    let isFound = found(words)
    var result = ""
    var rest = text.startIndex
    var index = 0
    while index < words.count {
      guard isFound[index] else {
        index += 1
        continue
      }
      let first = index
      while index < words.count, isFound[index] { index += 1 }
      result += text[rest..<words[first].range.lowerBound] + LeftOut.text
      rest = words[index - 1].range.upperBound
    }
    return result + text[rest...]
  }

  private func found(_ words: [TextWords.Word]) -> [Bool] {
    var isFound = Array(repeating: false, count: words.count)
    for start in words.indices {
      if numbers.contains(words[start].hash) { isFound[start] = true }
      for length in 1...Self.run where start + length <= words.count {
        let part = words[start..<(start + length)]
        let known = length == Self.run ? runs : short
        guard known.contains(TextWords.hash(of: part)) else { continue }
        for index in part.indices { isFound[index] = true }
      }
    }
    return isFound
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
    let words = TextWords(text).words
    guard !words.isEmpty else {
      _ = signs.insert(text)
      return
    }
    add(whole: words[...], of: text)
    for start in words.indices.dropLast(Self.run - 1) {
      runs.insert(TextWords.hash(of: words[start..<(start + Self.run)]))
    }
    for word in words where word.hasDigit && word.count >= Self.shortestNumber {
      numbers.insert(word.hash)
    }
    // Each line is a text of its own.
    var line = words[...]
    while let first = line.first {
      let end = line.firstIndex { $0.line != first.line } ?? line.endIndex
      add(whole: line[..<end], of: text)
      line = line[end...]
    }
  }

  private mutating func add(whole words: ArraySlice<TextWords.Word>, of text: String) {
    guard words.count < Self.run, let first = words.first, let last = words.last,
      text[first.range.lowerBound..<last.range.upperBound].utf8.count >= Self.shortest
    else { return }
    short.insert(TextWords.hash(of: words))
  }
}
