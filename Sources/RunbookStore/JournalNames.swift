import RunbookModel

/// What an entry names on the disk: it is checked where an entry is read, so that a journal that somebody
/// passes on leads nowhere but into its run's own folder.
enum JournalNames {
  /// - Returns: what no run can have written; nil where all is well.
  static func problem(in event: Event) -> String? {
    switch event {
    case .runStarted(let started): isName(started.run.rawValue) ? nil : "its run's id is no name"
    case .attemptFinished(let finished): finished.evidence.lazy.compactMap(problem).first
    case .sandboxCreated(let sandbox):
      isPlain(sandbox.folder, isAbsolute: true) ? nil : "its sandbox's folder is no whole path"
    case .attemptSettled(let settled): (settled.evidence ?? []).lazy.compactMap(problem).first
    case .sandboxPrepared, .sandboxRestarted, .connectionIdentified, .connectionUnseen,
      .processesEnded, .attemptStarted, .stepSkipped, .stepReopened,
      .gateOpened, .gateDecided, .retryRequested, .runHeld, .runResumed,
      .noteAdded,
      .reportEdited, .runEnded, .drill:
      nil
    }
  }

  private static func problem(with evidence: EvidenceRecord) -> String? {
    guard isEvidenceID(evidence.id) else { return "the id of its evidence is not E and a number" }
    guard case .file(let path) = evidence.content else { return nil }
    return isPlain(path, isAbsolute: false)
      ? nil : "the file of its evidence \(evidence.id) is not within the run's folder"
  }

  private static func isEvidenceID(_ text: String) -> Bool {
    let digits = text.utf8.dropFirst()
    return text.utf8.first == UInt8(ascii: "E") && (1...9).contains(digits.count)
      && digits.first != UInt8(ascii: "0") && digits.allSatisfy { (0x30...0x39).contains($0) }
  }

  /// Letters, digits and `-._` of ASCII, beginning with none of the signs.
  private static func isName(_ text: String) -> Bool {
    (1...100).contains(text.utf8.count) && text.firstScalar?.value != 0x2E
      && text.unicodeScalars.allSatisfy {
        $0.isASCIILetter || $0.isASCIIDigit || $0 == "-" || $0 == "." || $0 == "_"
      }
  }

  private static func isPlain(_ path: String, isAbsolute: Bool) -> Bool {
    guard path.begins(with: "/") == isAbsolute,
      !path.unicodeScalars.contains(where: { $0.value < 0x20 })
    else { return false }
    let names = (isAbsolute ? path.dropping(prefix: "/") : Substring(path))
      .pieces(separatedBy: "/", omittingEmptySubsequences: false)
    return names.allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." }
  }
}
