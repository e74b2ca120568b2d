import RunbookDocument
import RunbookModel

/// The list of a folder's reports, as Markdown: incidents, rehearsals, and what is still to be done.
public struct ReportIndex: Sendable {
  /// A report and the file that it is in.
  public struct Item: Sendable {
    /// In the index's own folder.
    public let fileName: String
    public let digest: ReportDigest

    public init(fileName: String, digest: ReportDigest) {
      self.fileName = fileName
      self.digest = digest
    }
  }

  private static let opening = "# Incident Reports\n\nWritten by `runbook report index`"

  private let items: [Item]

  /// Whether a text is an index that this program wrote.
  public static func isIndex(_ text: String) -> Bool { text.begins(with: opening) }

  /// - Parameter items: in any order.
  public init(_ items: [Item]) {
    self.items = items.sorted {
      ($1.digest.startedAt, $0.fileName) < ($0.digest.startedAt, $1.fileName)
    }
  }

  public var markdown: String {
    let real = items.filter { $0.digest.rehearsal == nil }
    let rehearsals = items.filter { $0.digest.rehearsal != nil }
    var text = """
      \(Self.opening) from the reports in this folder, the newest first. All times are UTC.

      ## Incidents

      \(table(real))

      """
    let open = real.flatMap { item in item.digest.openActions.map { (item, $0) } }
    text += "\n## Open Action Items\n\n\(actions(open))\n"
    text += "\n## Drills and Sandbox Runs\n\n\(table(rehearsals))\n"
    return text
  }

  private func table(_ items: [Item]) -> String {
    guard !items.isEmpty else { return "None." }
    let rows = items.map { item -> String in
      let digest = item.digest
      let mark = digest.rehearsal.map { MarkdownText.prose($0.uppercased()) + ": " } ?? ""
      let open = digest.openActions.count
      let took = digest.timeToResolve.map { $0.reportText } ?? "–"
      let cells = [
        digest.startedAt.day, "[\(mark)\(MarkdownText.prose(digest.title))](\(link(item)))",
        MarkdownText.prose(digest.severity), MarkdownText.prose(digest.status), took,
        MarkdownText.prose(digest.reportStatus), String(open),
      ]
      return "| \(cells.joined(separator: " | ")) |"
    }
    return """
      | Date | Incident | Severity | Status | Time to resolve | Report | Open action items |
      | --- | --- | --- | --- | --- | --- | --- |
      \(rows.joined(separator: "\n"))
      """
  }

  private func actions(_ open: [(item: Item, action: ReportDigest.Action)]) -> String {
    guard !open.isEmpty else { return "None." }
    let rows = open.map { item, action -> String in
      let cells = [
        item.digest.startedAt.day, "[\(MarkdownText.prose(action.id))](\(link(item)))",
        words(action.action), action.owner.map { words($0) } ?? "TODO",
        action.due.map { words($0) } ?? "TODO",
      ]
      return "| \(cells.joined(separator: " | ")) |"
    }
    return """
      | Incident | Id | Action | Owner | Due |
      | --- | --- | --- | --- | --- |
      \(rows.joined(separator: "\n"))
      """
  }

  /// An author's words without their marks: which of them are a value's is not known here.
  private func words(_ text: String) -> String {
    MarkdownText.prose(AuthoredMarkdown(words: text).words)
  }

  private func link(_ item: Item) -> String { LinkAddress.of(fileName: item.fileName) }
}
