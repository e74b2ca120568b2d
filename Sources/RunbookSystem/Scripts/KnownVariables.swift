import RunbookModel

/// The variables of a script whose values can be told before it runs: those that it is given and nowhere sets, and those
/// that it sets to plain words alone, by `NAME=word` and `for NAME in words`.
struct KnownVariables {
  /// One of the values that a variable may have.
  struct Candidate: Hashable {
    let text: String
    /// Whether it is the name of a file that this pattern fits.
    let isPattern: Bool
  }

  private let values: [String: [Candidate]]

  static let none = KnownVariables(values: [:])

  private init(values: [String: [Candidate]]) { self.values = values }

  /// - Parameter script: where a name stands without `$` and nothing plain is seen to be put into it there, it may be
  ///   set to anything, and is not known.
  init(_ environment: [String: String], in script: String) {
    let found = Assignments(in: script)
    let scalars = Array(script.unicodeScalars)
    let free = Self.freeNames(in: scalars, outside: found.comments)
    var values: [String: [Candidate]] = [:]
    for (name, value) in environment where free[name] == nil {
      values[name] = [Candidate(text: value, isPattern: false)]
    }
    for (name, set) in found.values where found.count[name] == free[name]?.count {
      var all: [Candidate] = []
      for one in set where !all.contains(one) { all.append(one) }
      let isFirst = free[name].map { Self.isPlain(scalars[..<$0.first]) } ?? false
      if let given = environment[name], !isFirst {
        let one = Candidate(text: given, isPattern: false)
        if !all.contains(one) { all.append(one) }
      }
      values[name] = all
    }
    self.values = values
  }

  /// Whether what follows is reached however all before it went.
  private static func isPlain(_ before: ArraySlice<Unicode.Scalar>) -> Bool {
    let text = text(before).dropping(suffix: "for ")
    return !["if ", "while ", "until ", "for ", "case ", "&&", "||", "{", "(", "$"].contains {
      text.holds($0)
    }
  }

  /// Where names stand without a `$`: how often, and where first.
  private static func freeNames(
    in scalars: [Unicode.Scalar], outside comments: [Range<Int>]
  ) -> [String: (count: Int, first: Int)] {
    var free: [String: (count: Int, first: Int)] = [:]
    var index = 0
    var rest = comments[...]
    while index < scalars.count {
      if let comment = rest.first, index >= comment.lowerBound {
        index = max(index, comment.upperBound)
        rest = rest.dropFirst()
        continue
      }
      guard isOfName(scalars[index]) else {
        index += 1
        continue
      }
      let end = endOfName(from: index, in: scalars)
      let isReference =
        index > 0 && scalars[index - 1] == "$"
        || index > 1 && scalars[index - 1] == "{" && scalars[index - 2] == "$"
      // A letter of an option, or a part of a path, is no variable's name.
      let isPart =
        index > 0 && "-./".unicodeScalars.contains(scalars[index - 1])
        || end < scalars.count && "./".unicodeScalars.contains(scalars[end])
      if !isReference, !isPart {
        let name = text(scalars[index..<end])
        free[name] = ((free[name]?.count ?? 0) + 1, free[name]?.first ?? index)
      }
      index = end
    }
    return free
  }

  /// What `$NAME` or `${NAME}` is, which begins there; nil where that is not known, or the shell would make
  /// several words or a pattern of it.
  func variable(
    at start: Int, of scalars: [Unicode.Scalar], isQuoted: Bool
  ) -> (name: String, values: [Candidate], end: Int)? {
    let isBraced = start + 1 < scalars.count && scalars[start + 1] == "{"
    let first = start + (isBraced ? 2 : 1)
    let end = Self.endOfName(from: first, in: scalars)
    guard end > first, !isBraced || end < scalars.count && scalars[end] == "}" else { return nil }
    let name = Self.text(scalars[first..<end])
    guard let found = values[name] else { return nil }
    let isUsable = found.allSatisfy { one in
      isQuoted || one.isPattern
        || one.text.unicodeScalars.allSatisfy { !" \t\n*?[".unicodeScalars.contains($0) }
    }
    return isUsable ? (name, found, isBraced ? end + 1 : end) : nil
  }

  /// Stands on both sides of the name of a variable that may have one of several values.
  static let mark = "\u{1}"
  private static let mostWords = 64

  /// The words that one with such names may be.
  func expanded(_ word: ShellScan.Word) -> [ShellScan.Word] {
    guard word.hasChoices else { return [word] }
    let pieces = word.text.pieces(separatedBy: Self.mark, omittingEmptySubsequences: false)
    var all: [ShellScan.Word] = [word.with(text: "")]
    for (number, piece) in pieces.enumerated() {
      guard number % 2 == 1 else {
        all = all.map { $0.with(text: $0.text + piece) }
        continue
      }
      let found = values[String(piece)] ?? []
      all = all.flatMap { one in
        found.map { candidate in
          var next = one.with(text: one.text + candidate.text)
          if candidate.isPattern { next.isPattern = true }
          return next
        }
      }
      guard all.count <= Self.mostWords else { return [word.asUnknown] }
    }
    return all
  }

  private static func endOfName(from start: Int, in scalars: [Unicode.Scalar]) -> Int {
    var end = start
    while end < scalars.count, isOfName(scalars[end]) { end += 1 }
    return end
  }

  private static func text(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
    var text = String.UnicodeScalarView()
    text.append(contentsOf: scalars)
    return String(text)
  }

  private static func isOfName(_ scalar: Unicode.Scalar) -> Bool {
    scalar.isASCIILetter || scalar.isASCIIDigit || scalar == "_"
  }
}

/// What a script puts into variables by plain words.
private struct Assignments {
  private(set) var values: [String: [KnownVariables.Candidate]] = [:]
  /// In how many places that is.
  private(set) var count: [String: Int] = [:]
  let comments: [Range<Int>]

  init(in script: String) {
    var words = ShellWords(script, .none)
    var command: [ShellScan.Word] = []
    var around: [[ShellScan.Word]] = []
    var isFile = false
    var found: [[ShellScan.Word]] = []
    while let item = words.next() {
      switch item {
      case .word(let word):
        if !isFile { command.append(word) }
        isFile = false
      case .output, .input, .other: isFile = true
      case .open:
        around.append(command)
        command = []
        isFile = false
      case .close:
        found.append(command)
        command = around.popLast() ?? []
        isFile = false
      case .documents, .end, .label:
        found.append(command)
        command = []
        isFile = false
      }
    }
    found += around + [command]
    comments = words.comments
    for one in found { take(one[...]) }
  }

  private mutating func take(_ command: ArraySlice<ShellScan.Word>) {
    var words = command
    while let first = words.first, ShellPrograms.keywords.contains(first.text) || first.isAssignment
    {
      if first.isAssignment { take(first) }
      words = words.dropFirst()
    }
    switch words.first?.text ?? "" {
    case "export", "readonly", "local", "declare", "typeset":
      for word in words.dropFirst() where word.isAssignment { take(word) }
    case "for":
      let rest = words.dropFirst()
      guard let name = rest.first, !name.isOpen, rest.dropFirst().first?.text == "in" else {
        return
      }
      let list = rest.dropFirst(2)
      guard !list.contains(where: { $0.isDynamic || $0.isInBraces || $0.isOpen && !$0.isPattern })
      else { return }
      add(name.text, list.map { .init(text: $0.text, isPattern: $0.isPattern) })
    default: break
    }
  }

  private mutating func take(_ word: ShellScan.Word) {
    guard let (name, value) = word.text.halves(at: "="), !word.isDynamic, !word.isPattern,
      !value.begins(with: "~")
    else { return }
    add(String(name), [.init(text: String(value), isPattern: false)])
  }

  private mutating func add(_ name: String, _ all: [KnownVariables.Candidate]) {
    values[name, default: []] += all
    count[name, default: 0] += 1
  }
}
