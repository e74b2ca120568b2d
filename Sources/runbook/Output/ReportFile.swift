import RunbookEngine
import RunbookModel
import RunbookReport

/// A report on the disk, with the evidence beside it that it does not show whole. All of it is readable by
/// its owner alone.
///
/// The journal may come from anywhere: what it says of files leads to no other place than the run's own
/// `evidence` folder, and to no name beside the report but of the report's own making.
struct ReportFile {
  let report: IncidentReport
  /// The run's folder; nil where there is only its journal.
  let runFolder: String?
  /// What the report is made of, and must not be written over, by absolute paths.
  var inputs: [String] = []

  /// A larger file of evidence stays in the run's folder.
  private static let largest: Int64 = 64 << 20

  /// - Returns: notices of evidence that is not beside the report.
  /// - Throws: `cannotWrite`; what was written by then stays.
  func write(_ text: String, to path: String) throws(StoreError) -> [String] {
    let isFile = try OutputFile(path: path, inputs: inputs).write(text)
    guard isFile || report.evidenceFiles.isEmpty else {
      return ["the evidence that the report does not show whole is not written"]
    }
    return writeEvidence(beside: path)
  }

  /// - Returns: notices of evidence that is not beside the report.
  func writeEvidence(beside path: String) -> [String] {
    let evidence = report.evidenceFiles
    guard let first = evidence.first else { return [] }
    guard let beside = OutputFolder(making: Self.folder(of: path) + first.folder) else {
      return [
        "\(first.folder) is no folder that can be written: the evidence is not beside the report"
      ]
    }
    if let problem = beside.problem(Self.folder(of: path) + first.folder) {
      return ["the evidence is not beside the report: \(problem)"]
    }
    return evidence.compactMap { add($0, to: beside) }
  }

  /// - Returns: why it is not there.
  private func add(
    _ evidence: IncidentReport.EvidenceFile, to folder: borrowing OutputFolder
  ) -> String? {
    let bytes: [UInt8]
    switch evidence.source {
    case .text(let text): bytes = Array(text.utf8)
    case .file(let own):
      let name = "evidence \(evidence.id) (\(own)) is not beside the report"
      guard evidence.size <= Self.largest else { return "\(name): it stays in the run's folder" }
      guard let found = contents(of: own) else {
        return "\(name): it is not in the run's folder, or cannot be read there"
      }
      guard Digest.sha256(of: found) == evidence.digest else {
        return "\(name): it is not any more what was captured"
      }
      bytes = found
    }
    switch folder.add(evidence.name, bytes) {
    case .added, .same: return nil
    case .taken:
      return "evidence \(evidence.id) is not beside the report: another \(evidence.path) is there"
    case .failed(let reason):
      return "evidence \(evidence.id) is not beside the report: \(evidence.path): \(reason)"
    }
  }

  /// A file of the run's evidence folder, by its path from the run's folder.
  private func contents(of path: String) -> [UInt8]? {
    guard let runFolder, let parts = Self.evidenceParts(path),
      let folder = OutputFolder(at: runFolder)
    else { return nil }
    return folder.read(parts, limit: Self.largest)
  }

  /// - Returns: nil where the path leads to no regular file of the run's evidence folder.
  static func digest(of path: String, inRunFolder runFolder: String) -> Digest? {
    guard let parts = evidenceParts(path), let folder = OutputFolder(at: runFolder) else {
      return nil
    }
    return folder.digest(of: parts)
  }

  private static func evidenceParts(_ path: String) -> [String]? {
    let parts = path.pieces(separatedBy: "/", omittingEmptySubsequences: false).map(String.init)
    return parts.first?.isIdentical(to: "evidence") == true ? parts : nil
  }

  /// Holds what lies beside a report against the journal's digests. Without its folder nothing is said:
  /// reports are passed on without their evidence.
  static func problems(
    of report: IncidentReport, beside path: String
  ) -> [IncidentReport.EvidenceProblem] {
    let evidence = report.evidenceFiles
    guard let first = evidence.first,
      let beside = OutputFolder(at: folder(of: path) + first.folder)
    else { return [] }
    return evidence.compactMap { evidence in
      guard let digest = beside.digest(of: [evidence.name]) else {
        return evidence.size > largest
          ? nil
          : .init(id: evidence.id, message: "\(evidence.path) beside the report cannot be read")
      }
      return digest == evidence.digest
        ? nil
        : .init(
          id: evidence.id, message: "\(evidence.path) beside the report is not what was captured")
    }
  }

  /// With the slash at its end; empty for the working folder.
  private static func folder(of path: String) -> String {
    path.index(ofLast: "/").map { String(path[...$0]) } ?? ""
  }
}
