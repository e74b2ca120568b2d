import Foundation
import RunbookEngine
import RunbookReport

/// A report on the disk, with the evidence beside it that it does not show whole. All of it is readable by
/// its owner alone.
struct ReportFile {
  let report: IncidentReport
  /// The run's folder; nil where there is only its journal.
  let runFolder: String?

  /// A larger file of evidence stays in the run's folder.
  private static let largest: Int64 = 64 << 20

  /// - Returns: notices of evidence that is not beside the report.
  /// - Throws: `cannotWrite`; what was written by then stays.
  func write(_ text: String, to path: String) throws(StoreError) -> [String] {
    do {
      return try written(text, to: path)
    } catch {
      throw StoreError(
        .cannotWrite, subject: path, "cannot write \(path): \(error.localizedDescription)")
    }
  }

  private func written(_ text: String, to path: String) throws -> [String] {
    try Self.write(Data(text.utf8), to: path)
    let folder = URL(filePath: path).deletingLastPathComponent()
    var notices: [String] = []
    for evidence in report.evidenceFiles {
      let target = folder.appending(path: evidence.path)
      switch evidence.source {
      case .text(let text):
        try Self.makeFolder(target)
        try Self.write(Data(text.utf8), to: target.path)
      case .file(let own):
        guard let runFolder, evidence.size <= Self.largest,
          let data = FileManager.default.contents(atPath: "\(runFolder)/\(own)")
        else {
          notices.append("evidence \(own) is not beside the report: it stays in the run's folder")
          continue
        }
        try Self.makeFolder(target)
        try Self.write(data, to: target.path)
      }
    }
    return notices
  }

  /// Holds what lies beside a report against the journal's digests. Without its folder nothing is said:
  /// reports are passed on without their evidence.
  static func problems(
    of report: IncidentReport, beside path: String
  ) -> [IncidentReport.EvidenceProblem] {
    let folder = URL(filePath: path).deletingLastPathComponent()
    return report.evidenceFiles.compactMap { evidence in
      let file = folder.appending(path: evidence.path)
      let parent = file.deletingLastPathComponent().path
      guard FileManager.default.fileExists(atPath: parent) else { return nil }
      guard let digest = FileDigest.sha256(ofFile: file.path) else {
        return evidence.size > Self.largest
          ? nil
          : .init(id: evidence.id, message: "\(evidence.path) beside the report cannot be read")
      }
      return digest == evidence.digest
        ? nil
        : .init(
          id: evidence.id, message: "\(evidence.path) beside the report is not what was captured")
    }
  }

  private static func makeFolder(_ target: URL) throws {
    try FileManager.default.createDirectory(
      at: target.deletingLastPathComponent(), withIntermediateDirectories: true,
      attributes: [.posixPermissions: 0o700])
  }

  private static func write(_ data: Data, to path: String) throws {
    try data.write(to: URL(filePath: path), options: .atomic)
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
  }
}
