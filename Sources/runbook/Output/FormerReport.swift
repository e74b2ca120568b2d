import RunbookEngine
import RunbookModel
import RunbookReport

/// A report that is about to be written anew, held against the journal: what a person wrote into it by hand is not
/// lost.
struct FormerReport {
  let entries: [Entry]
  /// The run's folder; nil where there is only its journal.
  let runFolder: String?
  /// The template of the user's own that the new one is written with, and its format.
  var template: (path: String, format: ReportFormat)?

  enum Standing {
    /// It is what the program makes of the journal, up to the entry that it names.
    case asWritten
    /// It is a report of this run, and other than that.
    case edited
    /// It is none of this run's.
    case foreign
  }

  func standing(of text: String) -> Standing {
    let format = ReportFormat(of: text)
    let template = template.flatMap { $0.format == format ? $0.path : nil }
    let digest = runFolder.map { folder in
      { (path: String) in ReportFile.digest(of: path, inRunFolder: folder) }
    }
    do {
      let found = try ReportVerification(
        of: text, entries: entries, rules: Composition.publicRules(), digest: digest
      ) { report in try format.text(of: report, template: template) }
      if found.basis != nil { return found.changes.isEmpty ? .asWritten : .edited }
    } catch {
      // What cannot be held against the journal is kept, where it says that it is this run's.
    }
    guard case .runStarted(let started)? = entries.first?.event,
      ReportDigest(report: text)?.run == started.run.rawValue
    else { return .foreign }
    return .edited
  }

  /// What a file is called in which an edited report is kept: beside it, and by what is in it.
  static func name(of file: String, _ bytes: [UInt8]) -> String {
    "\(file).edited-\(Digest.sha256(of: bytes).hex.prefixOfScalars(8))"
  }
}
