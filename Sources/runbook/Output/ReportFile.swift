import Foundation
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
  func write(_ text: String, to path: String) throws -> [String] {
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
