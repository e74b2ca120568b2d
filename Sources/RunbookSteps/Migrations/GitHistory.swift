import RunbookEngine
import RunbookModel

/// How a file came into a git repository, as git tells it; nothing is written, and no hook runs.
struct GitHistory {
  let environment: [String: String]

  /// What is known, and what git said where it knows nothing.
  struct Answer: Sendable {
    /// `commit`, `author`, `authored`, `committed`, `subject`, `reviewed_by`, `merged_by`, `merged`;
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
      guard error.record.cause == .unreachable else { throw error }
      return Answer(notice: "git is not installed: who committed the migration is not known")
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
    return try await answer(fields, in: folder)
  }

  private func answer(
    _ fields: [String], in folder: String
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
    let merges = try await git(
      folder,
      [
        "log", "--merges", "--ancestry-path", "--reverse", "--format=%H%x1f%cI%x1f%s",
        "\(fields[0])..HEAD",
      ])
    let merge = Self.fields(
      of: merges.stdout.split(separator: "\n").first.map(String.init) ?? "")
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
      "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "GIT_PAGER": "cat",
    ]
    // Whose repositories root may read is said there.
    if let home = environment["HOME"] { variables["HOME"] = home }
    return try await ChildProcess.run(
      ["git", "-C", folder, "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null"]
        + ["-c", "log.showSignature=false"] + arguments,
      environment: variables, workingDirectory: "/", timeout: Self.deadline)
  }
}
