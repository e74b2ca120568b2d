import RunbookEngine
import RunbookModel
import RunbookSystem

/// The credentials that stand in a script as they are.
struct ScriptCredentials {
  private(set) var values: [String] = []
  private let holdsPassFile: Bool

  /// A script within a word of a script, and one in that.
  private static let deepest = 3
  /// Programs whose words are read by people, or are patterns.
  private static let readers: Set = [
    "echo", "printf", "logger", "log", "read", "grep", "egrep", "sed", "awk", "test", "[", "[[",
  ]

  /// - Parameter isForShell: else it is in a language that is not known.
  init(_ script: String, isForShell: Bool) {
    holdsPassFile = script.holds("pgpass") || script.holds("PGPASSFILE")
    if isForShell {
      take(script, 0)
    } else {
      values = WrittenTexts(script).values
    }
  }

  /// So many are looked for in the text; any other is somewhere in it.
  private static let mostPlaces = 100

  /// Each with its place, those of one place together.
  func found(in source: SourceText) -> [StepCredential] {
    var seen: Set<String> = []
    var all: [(place: Place, values: [String])] = []
    var numbers: [Place: Int] = [:]
    let whole = source.place(atByte: 0, length: source.text.unicodeScalars.count)
    for value in values where seen.insert(value).inserted {
      let place = all.count < Self.mostPlaces ? Self.place(of: value, in: source) : nil
      if let number = numbers[place ?? whole] {
        all[number].values.append(value)
      } else {
        numbers[place ?? whole] = all.count
        all.append((place ?? whole, [value]))
      }
    }
    return all.map { StepCredential($0.values, "a credential", at: $0.place) }
  }

  private static func place(of value: String, in source: SourceText) -> Place? {
    source.text.range(ofFirst: value).map { range in
      source.place(
        atByte: source.text.utf8.distance(from: source.text.startIndex, to: range.lowerBound),
        length: value.unicodeScalars.count)
    }
  }

  private mutating func take(_ script: String, _ depth: Int) {
    let shell = ShellCommands(script)
    for command in shell.commands { take(command, depth) }
    for document in shell.documents {
      values += WrittenTexts(document.text, isOpen: document.isOpen).valuesOfFile
      takePassFile(document.text)
      takeWithin(document.text, depth)
    }
  }

  private mutating func take(_ command: [ShellScan.Word], _ depth: Int) {
    let words = command.map { word in
      CommandCredentials.Word(word.text, isOpen: word.isDynamic, defaults: word.defaults)
    }
    var taken: Set<Int> = []
    for found in CommandCredentials(words).found {
      values += found.values
      taken.insert(found.word)
      // As it is written, where a quote of its own stands in it.
      let raw = command[found.word].raw
      if found.values.contains(where: { !raw.holds($0) }) { values.append(raw) }
    }
    let name = command.first { !$0.isAssignment }.map(\.text) ?? ""
    for (index, word) in command.enumerated()
    where word.text.holds(where: \.isWhitespace) || holdsPassFile {
      takePassFile(word.text)
      if !Self.readers.contains(name), !taken.contains(index), !word.isAssignment {
        takeWithin(word.text, depth)
      }
    }
  }

  /// A text that may be a script of its own.
  private mutating func takeWithin(_ text: String, _ depth: Int) {
    if depth < Self.deepest, text.holds(where: \.isWhitespace) { take(text, depth + 1) }
  }

  private mutating func takePassFile(_ text: String) {
    guard holdsPassFile else { return }
    for password in EnvironmentSecrets.passwords(inPassFile: text)
    where !password.holds(where: { $0 == "$" || $0.isWhitespace || $0 == "/" }) {
      values.append(password)
    }
  }
}
