private import RunbookModel

/// Whether a variable, an input or a word is a credential by what its name means.
///
/// A name is cut into words, and its last ones tell what it is of: `GITHUB_TOKEN` is a token, `TOKEN_FILE` a file.
/// The words themselves are in `CredentialLexicon`.
struct CredentialName {
  enum Meaning: Sendable, Equatable {
    case none
    /// One unless its value says that something is on or off, or how many there are.
    case perhaps
    case certain
    /// As `certain`, of a sort of which some values are none: a pin of a chip, the seed of random numbers.
    case unless(CredentialLexicon.Excuse)
  }

  private let words: [String]

  /// - Parameter name: such as `GITHUB_TOKEN`, `dbPassword`, `HTTPBasic` or `api-key`.
  init(_ name: String) {
    var words: [String] = []
    var word = String.UnicodeScalarView()
    let scalars = Array(name.unicodeScalars)
    for (index, scalar) in scalars.enumerated() {
      let next = index + 1 < scalars.count ? scalars[index + 1] : "_"
      let before = word.last ?? "_"
      let beginsWord =
        Self.isUpper(scalar)
        && (Self.isLower(before) || (Self.isUpper(before) && Self.isLower(next)))
      if "_-. /:".unicodeScalars.contains(scalar) || beginsWord {
        words.append(String(word))
        word = String.UnicodeScalarView()
      }
      if scalar.isLetter || scalar.isASCIIDigit { word.append(scalar) }
    }
    self.words = (words + [String(word)]).map { word in
      String(CredentialLexicon.folded(word).trimming { $0.isASCIIDigit })
    }.filter { !$0.isEmpty }
  }

  private static func isUpper(_ scalar: Unicode.Scalar) -> Bool { ("A"..."Z").contains(scalar) }
  private static func isLower(_ scalar: Unicode.Scalar) -> Bool { ("a"..."z").contains(scalar) }

  /// Whether the value of a variable of this name is a credential.
  func isCredential(_ value: some StringProtocol) -> Bool { meaning.takes(String(value)) }

  /// The same of a pair in a text, such as `key: name`, where a name of one general word tells less.
  func isCredential(ofPair value: some StringProtocol) -> Bool {
    guard isCredential(value) else { return false }
    return words.count > 1 || !CredentialLexicon.general.contains(words.first ?? "")
      || CredentialLexicon.isRandom(String(value))
  }

  /// Whether a value of this name may be one.
  var mayBeCredential: Bool { meaning != .none }

  /// The name is of what its last word says. What only tells the form or the version is no such word:
  /// `API_KEY_V2`, `SESSION_KEY_BASE64`.
  ///
  /// A credential's word followed by one that is not known is perhaps one: `SECRET_SANTA`; so is one behind a
  /// question: `USE_TOKEN`.
  var meaning: Meaning {
    let meaning = bareMeaning
    guard words.count > 1, CredentialLexicon.questions.contains(words[0]) else { return meaning }
    return meaning == .certain ? .perhaps : meaning
  }

  private var bareMeaning: Meaning {
    let hasForm = words.last.map(CredentialLexicon.forms.contains) ?? false
    let kept =
      words.count > 1
      ? Array(words.reversed().drop(while: CredentialLexicon.forms.contains).reversed()) : words
    guard let last = kept.last else { return .none }
    if kept.contains("WEBHOOK") { return .certain }
    if kept.suffix(2) == ["SECRET", "ID"] || kept.suffix(3) == ["ACCESS", "KEY", "ID"] {
      return .certain
    }
    if CredentialLexicon.describing.contains(last)
      || kept.contains(where: CredentialLexicon.open.contains)
      || (last.ends(with: "S") && kept.contains(where: CredentialLexicon.counting.contains))
    {
      return .none
    }
    if hasForm, CredentialLexicon.files.contains(last) { return .certain }
    let before = kept.count > 1 ? kept[kept.count - 2] : ""
    if let excuse = CredentialLexicon.excuse(of: last, after: before) { return .unless(excuse) }
    if last == "SEED", CredentialLexicon.ownSeeds.contains(before) { return .certain }
    // A word of several is written as one, too.
    if (1...min(4, kept.count)).contains(where: {
      CredentialLexicon.isCredential(kept.suffix($0).joined())
    }) || CredentialLexicon.isPrivateHalf(last, after: before) {
      return .certain
    }
    if CredentialLexicon.lastWords.contains(last),
      kept.count > 1 || CredentialLexicon.alone.contains(last)
    {
      return CredentialLexicon.otherKeys.contains(before) || kept == ["OLD", "PWD"]
        ? .none : .certain
    }
    if kept.count == 1, CredentialLexicon.general.contains(last) { return .perhaps }
    let isPerhaps = kept.contains {
      CredentialLexicon.isCredential($0) || ["PWD", "PW"].contains($0)
    }
    return isPerhaps && kept != ["PWD"] && kept != ["OLD", "PWD"] ? .perhaps : .none
  }
}

extension CredentialName.Meaning {
  fileprivate func takes(_ value: String) -> Bool {
    switch self {
    case .none: false
    case .certain: true
    case .perhaps: !CredentialPairs.isSwitch(value)
    case .unless(let excuse): !excuse.covers(value)
    }
  }
}
