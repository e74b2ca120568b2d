import RunbookEngine
import RunbookModel

/// How a file came into a git repository, as git tells it; nothing is written, and no hook runs.
struct GitHistory {
  let environment: [String: String]

  /// What is known, and what git said where it knows nothing.
  struct Answer: Sendable {
    /// `commit`, `author`, `authored`, `committed`, `subject`, `reviewed_by`, `merged_by`, `merged`, and
    /// `is_edited` where the file is not as it was committed last;
    /// nil outside of a repository.
    var facts: ValueMap?
    var rows: [TimelineRow] = []
    var notice: String?
  }

  private static let deadline = Duration.seconds(20)
  /// Between fields: no name or subject holds it.
  private static let mark: Character = "\u{1F}"

  /// - Parameter file: its path, absolute.
  func origin(of file: String) async throws(StepFailure) -> Answer {
    let parts = file.split(separator: "/")
    guard let name = parts.last else { return Answer() }
    let folder = "/" + parts.dropLast().joined(separator: "/")
    let format = [
      "%H", "%an", "%aI", "%cI", "%s", "%(trailers:key=Reviewed-by,valueonly,separator=;)",
    ]
    .joined(separator: "%x1f")
    let added: ChildProcess.Output
    do throws(StepFailure) {
      added = try await git(
        folder,
        ["log", "-1", "--follow", "--diff-filter=A", "--format=\(format)", "--", String(name)])
    } catch {
      guard error.record.cause != .interrupted else { throw error }
      return Answer(notice: "who committed \(name) is not known: \(error.record.message)")
    }
    guard added.exitCode == 0 else {
      let words = added.stderr.split(separator: "\n").first.map(String.init) ?? "git failed"
      let isOutside = words.contains("not a git repository")
      return Answer(notice: isOutside ? nil : "git does not tell of \(name): \(words)")
    }
    let fields = Self.fields(of: added.stdout)
    guard fields.count == 6 else {
      return Answer(facts: ValueMap([("is_committed", .bool(false))]))
    }
    let shallow = try await git(folder, ["rev-parse", "--is-shallow-repository"])
    guard !shallow.stdout.hasPrefix("true") else {
      return Answer(notice: "the repository is shallow: which commit brought \(name) is not known")
    }
    return try await answer(fields, of: String(name), in: folder)
  }

  /// Whether the file is not as it was committed last.
  private func isEdited(_ name: String, in folder: String) async throws(StepFailure) -> Bool {
    try await !git(folder, ["status", "--porcelain", "--", name]).stdout.isEmpty
  }

  /// The merge by which a commit came to the line that is checked out: the oldest of that line's own
  /// commits that has it. One that was made on that line came by no merge.
  ///
  /// - Returns: id, time and subject; empty where there is none.
  private func merge(
    of commit: String, in folder: String
  ) async throws(StepFailure) -> [String] {
    let range = "\(commit)..HEAD"
    let line = try await git(folder, ["rev-list", "--first-parent", "HEAD"])
    let isOnLine = line.stdout.split(separator: "\n").contains(commit[...])
    guard line.exitCode == 0, !isOnLine else { return [] }
    let own = try await git(folder, ["rev-list", "--first-parent", range])
    let after = try await git(folder, ["rev-list", "--ancestry-path", range])
    let having = Set(after.stdout.split(separator: "\n"))
    guard let id = own.stdout.split(separator: "\n").last(where: having.contains) else { return [] }
    return Self.fields(
      of: try await git(folder, ["log", "-1", "--format=%H%x1f%cI%x1f%s", String(id)]).stdout)
  }

  private func answer(
    _ fields: [String], of name: String, in folder: String
  ) async throws(StepFailure) -> Answer {
    var answer = Answer()
    var facts = ValueMap([
      ("is_committed", .bool(true)), ("commit", .string(fields[0])), ("author", .string(fields[1])),
      ("subject", .string(fields[4])),
      ("reviewed_by", .list(fields[5].split(separator: ";").map { .string(String($0)) })),
    ])
    let short = fields[0].prefix(12)
    if let time = Timestamp(rfc3339: fields[2]) {
      facts["authored"] = .timestamp(time)
      answer.rows.append(
        TimelineRow(at: time, text: "Commit \(short) authored: \(fields[4])", source: "git"))
    }
    if let time = Timestamp(rfc3339: fields[3]) { facts["committed"] = .timestamp(time) }
    if try await isEdited(name, in: folder) { facts["is_edited"] = true }
    let merge = try await merge(of: fields[0], in: folder)
    if merge.count == 3 {
      facts["merged_by"] = .string("\(merge[0].prefix(12)) \(merge[2])")
      if let time = Timestamp(rfc3339: merge[1]) {
        facts["merged"] = .timestamp(time)
        answer.rows.append(
          TimelineRow(at: time, text: "Commit \(short) merged: \(merge[2])", source: "git"))
      }
    }
    answer.facts = facts
    return answer
  }

  private static func fields(of text: String) -> [String] {
    let line = text.split(separator: "\n").first ?? ""
    return line.split(separator: mark, omittingEmptySubsequences: false).map(String.init)
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
