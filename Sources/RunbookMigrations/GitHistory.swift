import RunbookEngine
package import RunbookModel
import RunbookSystem

/// How a file came into a git repository, as git tells it; nothing is written, and no hook runs.
package struct GitHistory {
  package let environment: [String: String]

  /// What is known, and what git said where it knows nothing.
  package struct Answer: Sendable {
    /// `commit`, `author`, `authored`, `committed`, `subject`, `reviewed_by`, `approved_by`,
    /// `pull_request`, `has_review`, `merged_by`, `merged`, and `is_edited` where the file is not as it
    /// was committed last; nil outside of a repository.
    package var facts: ValueMap?
    var rows: [TimelineRow] = []
    package var notices: [String] = []
  }

  private static let deadline = Duration.seconds(20)
  /// Between fields: no name or subject that git writes on one line holds it.
  private static let mark: Unicode.Scalar = "\u{1F}"
  /// Between trailers.
  private static let trailerMark: Unicode.Scalar = "\u{1E}"
  private static let trailers =
    "%(trailers:key=Reviewed-by,key=Approved-by,unfold=true,separator=%x1e)"

  /// - Parameter file: its path, absolute.
  package func origin(of file: String) async throws(StepFailure) -> Answer {
    let parts = file.pieces(separatedBy: "/")
    guard let name = parts.last.map(String.init) else { return Answer() }
    let folder = "/" + parts.dropLast().joined(separator: "/")
    let format = ["%H", "%an", "%aI", "%cI", "%s", Self.trailers].joined(separator: "%x1f")
    var answer = Answer()
    let query = ["log", "-1", "--follow", "--diff-filter=A", "--format=\(format)", "--", name]
    guard let added = try await ask(query, in: folder, about: name, &answer.notices) else {
      return answer
    }
    guard !added.isEmpty else {
      answer.facts = ValueMap([("is_committed", .bool(false))])
      return answer
    }
    guard
      let shallow = try await ask(
        ["rev-parse", "--is-shallow-repository"], in: folder, about: name, &answer.notices)
    else { return answer }
    let fields = Self.fields(of: added)
    if shallow.begins(with: "true") {
      answer.notices.append(
        "the repository is shallow: which commit brought \(name) is not known")
    } else if fields.count == 6 {
      try await tell(of: fields, name: name, in: folder, &answer)
    } else {
      answer.notices.append("what git tells of \(name) cannot be read")
    }
    return answer
  }

  private func tell(
    of fields: [String], name: String, in folder: String, _ answer: inout Answer
  ) async throws(StepFailure) {
    var facts = ValueMap([
      ("is_committed", .bool(true)), ("commit", .string(fields[0])), ("author", .string(fields[1])),
      ("subject", .string(fields[4])),
    ])
    let short = fields[0].prefixOfScalars(12)
    if let time = Timestamp(rfc3339: fields[2]) {
      facts["authored"] = .timestamp(time)
      answer.rows.append(
        TimelineRow(at: time, text: "Commit \(short) authored: \(fields[4])", source: "git"))
    }
    if let time = Timestamp(rfc3339: fields[3]) { facts["committed"] = .timestamp(time) }
    let status = ["status", "--porcelain", "--", name]
    if let changes = try await ask(status, in: folder, about: name, &answer.notices),
      !changes.isEmpty
    {
      facts["is_edited"] = true
    }
    let merge = try await merge(of: fields[0], name: name, in: folder, &answer.notices)
    if let merge {
      facts["merged_by"] = .string("\(merge[0].prefixOfScalars(12)) \(merge[2])")
      if let time = Timestamp(rfc3339: merge[1]) {
        facts["merged"] = .timestamp(time)
        answer.rows.append(
          TimelineRow(at: time, text: "Commit \(short) merged: \(merge[2])", source: "git"))
      }
    }
    let review = ReviewEvidence(
      subjects: [fields[4]] + (merge.map { [$0[2]] } ?? []),
      trailers: (fields[5].pieces(separatedBy: Self.trailerMark)
        + (merge?[3].pieces(separatedBy: Self.trailerMark) ?? [])).map(String.init))
    for (key, value) in review.facts.pairs { facts[key] = value }
    answer.facts = facts
  }

  /// The merge by which a commit came to the line that is checked out: the oldest of that line's own
  /// commits that has it. One that was made on that line came by no merge.
  ///
  /// - Returns: id, time, subject and trailers; nil where there is none, or git does not tell.
  private func merge(
    of commit: String, name: String, in folder: String, _ notices: inout [String]
  ) async throws(StepFailure) -> [String]? {
    func lines(_ arguments: [String]) async throws(StepFailure) -> [Substring]? {
      try await ask(["rev-list"] + arguments, in: folder, about: name, &notices)?
        .pieces(separatedBy: "\n")
    }
    let range = "\(commit)..HEAD"
    guard let line = try await lines(["--first-parent", "HEAD"]), !line.contains(commit[...]),
      let own = try await lines(["--first-parent", range]),
      let after = try await lines(["--ancestry-path", range]).map(Set.init),
      let id = own.last(where: after.contains)
    else { return nil }
    let query = ["log", "-1", "--format=%H%x1f%cI%x1f%s%x1f\(Self.trailers)", String(id)]
    guard let text = try await ask(query, in: folder, about: name, &notices) else { return nil }
    let fields = Self.fields(of: text)
    return fields.count == 4 ? fields : nil
  }

  private static func fields(of text: String) -> [String] {
    let line = text.pieces(separatedBy: "\n").first ?? ""
    return line.pieces(separatedBy: mark, omittingEmptySubsequences: false).map(String.init)
  }

  /// What git prints.
  ///
  /// - Returns: nil after a notice where it fails; outside of a repository without one.
  private func ask(
    _ arguments: [String], in folder: String, about name: String, _ notices: inout [String]
  ) async throws(StepFailure) -> String? {
    do throws(StepFailure) {
      let output = try await git(folder, arguments)
      guard output.exitCode != 0 else { return output.stdout }
      let words = output.stderr.pieces(separatedBy: "\n").first.map(String.init) ?? "git failed"
      if !words.holds("not a git repository") {
        notices.append("git does not tell of \(name) (git \(arguments[0])): \(words)")
      }
    } catch {
      guard error.record.cause != .interrupted else { throw error }
      notices.append("who committed \(name) is not known: \(error.record.message)")
    }
    return nil
  }

  private func git(
    _ folder: String, _ arguments: [String]
  ) async throws(StepFailure) -> ChildProcess.Output {
    var variables = [
      "PATH": environment["PATH"] ?? ProgramPath.standard, "LANG": "C.UTF-8",
      "GIT_OPTIONAL_LOCKS": "0", "GIT_LITERAL_PATHSPECS": "1", "GIT_TERMINAL_PROMPT": "0",
      "GIT_PAGER": "cat",
    ]
    // Whose repositories root may read is said there.
    if let home = environment["HOME"] { variables["HOME"] = home }
    return try await ChildProcess.run(
      ["git", "-C", folder, "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null"]
        + ["-c", "log.showSignature=false"] + arguments,
      environment: variables, workingDirectory: "/", timeout: Self.deadline)
  }
}
