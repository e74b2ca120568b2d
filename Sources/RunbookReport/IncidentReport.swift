public import RunbookModel

/// A run's incident report: a pure function of its journal and a template.
///
/// The same entries and template give the same bytes. It can be made at any time, also in the middle
/// of a run, where it says which steps are still to come. What nobody filled in is a `TODO`.
public struct IncidentReport: Sendable {
  let facts: ReportFacts

  /// Puts a journal's facts in order.
  ///
  /// - Parameters:
  ///   - entries: the whole journal in order, the run's start first.
  ///   - isPublic: whether hosts, people and the world's values are left out.
  ///   - rules: what may stand in a public copy.
  ///   - digest: of a file of evidence by its path in the run's folder, nil where it cannot be read. The report
  ///     says then where one is not what the journal holds the hash of; without it files are not looked at.
  /// - Throws: `emptyJournal`, or `damagedJournal` when no run can have written the entries.
  public init(
    entries: [Entry], isPublic: Bool = false, rules: PublicRules = PublicRules(),
    digest: ((String) -> Digest?)? = nil
  ) throws(ReportError) {
    let told = isPublic ? PublicCopy.entries(entries, rules) : entries
    var facts = ReportFacts(try RunHistory(entries: told), isPublic: isPublic)
    if let digest {
      // A public copy has neither the paths nor the hashes themselves.
      let whole = try isPublic ? IncidentReport(entries: entries).facts.evidence : facts.evidence
      facts.evidence.mark(whole.faults(digest))
    }
    self.facts = facts
  }

  /// What the index of reports says of it.
  public var digest: ReportDigest { ReportDigest(facts) }

  /// The ids of its action items, in order.
  public var actionItems: [String] { facts.prevention.actions.map(\.id) }

  /// What of its key times cannot be so, such as a detection before the incident began.
  public var contradictions: [String] { facts.keyTimes.contradictions }

  /// What a person did to the run, for those who look at it without the report.
  public struct Decision: Sendable {
    public let at: Timestamp
    public let actor: Actor
    /// Such as `Gate recovery refused by Ann: not before the backup`.
    public let text: String
    public let reason: String?
  }

  /// What people decided of the run, in the order of the journal.
  public var decisions: [Decision] {
    facts.responders.acts.filter(\.isDecision).map {
      Decision(at: $0.stamp.at, actor: $0.actor, text: $0.row.plainText, reason: $0.reason)
    }
  }

  /// Such as `Database Incident Report - October 18, 2025`.
  public var title: String { facts.head.title }

  /// A file's name that sorts by day and is unique by run: `2025-10-18-auth-tables-dropped-RUN.md`.
  public var suggestedFileName: String {
    facts.head.fileStem + ".md"
  }

  /// A piece of evidence that the report does not show whole, and the file beside it that does.
  public struct EvidenceFile: Sendable {
    public enum Source: Sendable {
      case text(String)
      /// A file of the run's folder.
      case file(path: String)
    }

    /// The folder beside the report.
    public let folder: String
    public let name: String
    public let source: Source
    /// In bytes, as captured.
    public let size: Int64
    /// Such as `E4`.
    public let id: String
    public let digest: Digest

    /// From the report's folder.
    public var path: String { "\(folder)/\(name)" }
  }

  /// What belongs beside the report when it is written to a file; nothing for a public copy.
  public var evidenceFiles: [EvidenceFile] {
    guard !facts.head.isPublic else { return [] }
    return facts.evidence.items.compactMap { item in
      guard let name = item.nameBeside else { return nil }
      var source = item.whole.map { EvidenceFile.Source.text($0) }
      if case .file(let own) = item.content { source = .file(path: own) }
      return source.map {
        EvidenceFile(
          folder: item.folder, name: name, source: $0, size: item.record.size, id: item.record.id,
          digest: item.record.digest)
      }
    }
  }

  /// The report in GitHub's dialect of Markdown.
  ///
  /// - Throws: `template`, only if the standard template that the program was built with is broken.
  public func markdown() throws(ReportError) -> String {
    try text(as: .markdown)
  }

  /// The report in a format, with the standard template where the format has one.
  ///
  /// - Throws: `template`, only if the standard template that the program was built with is broken.
  public func text(as format: ReportFormat) throws(ReportError) -> String {
    guard let templates = format.templates else { return JSONReport.text(of: facts) }
    return try text(template: .standard(for: templates))
  }

  /// The report as a template writes it.
  ///
  /// - Throws: `template`, only if the standard template that the program was built with is broken.
  public func text(template: ReportTemplate) throws(ReportError) -> String {
    let text = try template.render(facts)
    return template.carriesComment ? text + "\n" + digest.comment + "\n" : text
  }
}
