import Foundation
import RunbookEngine
import RunbookModel

/// Where a run's reports lie, and what the program wrote there last: kept in the run's own folder, so that others who
/// decide on it find them, and so that what a person wrote into one is known from what was there.
struct WrittenReports {
  let runFolder: String

  private var place: String { "\(runFolder)/reports" }

  private var lines: [String] {
    guard let data = FileManager.default.contents(atPath: place) else { return [] }
    let lines = String(decoding: data, as: UTF8.self)
      .pieces(separatedBy: "\n", omittingEmptySubsequences: false).map(String.init)
    return lines.last?.isEmpty == true ? lines.dropLast() : lines
  }

  /// The folder, by an absolute path; nil where that was never kept.
  var folder: String? { lines.first.flatMap { $0.begins(with: "/") ? $0 : nil } }

  func keep(folder: String) { write([folder] + lines.dropFirst()) }

  /// Whether these bytes are what the program wrote to a path last.
  func hold(_ bytes: [UInt8], at path: String) -> Bool {
    let line = Self.line(bytes, path)
    return lines.dropFirst().contains { $0.isIdentical(to: line) }
  }

  func keep(_ bytes: [UInt8], at path: String) {
    // A path of several lines is none that could be found again.
    guard !path.holds("\n") else { return }
    let others = lines.dropFirst().filter { !$0.ends(with: " \(path)") }
    write([lines.first ?? ""] + others + [Self.line(bytes, path)])
  }

  private static func line(_ bytes: [UInt8], _ path: String) -> String {
    "\(Digest.sha256(of: bytes).hex) \(path)"
  }

  private func write(_ lines: [String]) {
    // Where it cannot be kept, whoever decides later writes to a folder of their own, and keeps more than is needed.
    _ = try? OutputFile(path: place, isOfRun: true).write(lines.map { $0 + "\n" }.joined())
  }
}
