import Glibc
import RunbookModel
import RunbookStore

/// Composes the commands that are printed to be typed, so that each works as it stands for the account that types it:
/// all of them are made here.
///
/// | who types it                          | what is printed                                             |
/// | ------------------------------------- | ----------------------------------------------------------- |
/// | the account that the folder is of     | the command; with `--state` where the folder is not the usual |
/// | another one, what it may do for owners | the same with `sudo` and `--state`                          |
/// | another one, anything else            | the same, and from which account it works                   |
struct PrintedCommands: Sendable {
  let run: RunID
  /// Absolute.
  let stateFolder: String
  /// Whether the owner's commands find the folder without being told it.
  let isUsualFolder: Bool
  /// The account that the folder belongs to.
  let owner: String
  /// The account that reads what is printed.
  let reader: String

  enum Name: String, CaseIterable {
    case resume, retry, skip, resolve, approve, note, takeover, abandon, status, runs, report
    case drillResume = "drill resume"
    case drillReport = "drill report"
    case drillLead = "drill lead"
    case drillJoin = "drill join"
    case drillWatch = "drill watch"

    /// Whether root may do it to another account's run (`Surroundings.workAsOwner`).
    var actsForOwner: Bool {
      switch self {
      case .approve, .resolve, .note, .status, .runs: true
      case .resume, .retry, .skip, .takeover, .abandon, .report, .drillResume, .drillReport,
        .drillLead, .drillJoin, .drillWatch:
        false
      }
    }

    fileprivate var takesRun: Bool { self != .runs }
  }

  /// - Parameters:
  ///   - rest: what comes after the run, options included.
  ///   - account: who is to type it; nil is who reads it.
  func callAsFunction(_ name: Name, _ rest: String = "", by account: String? = nil) -> String {
    let account = account ?? reader
    let words =
      ["runbook", name.rawValue] + (name.takesRun ? [run.rawValue] : [])
      + (rest.isEmpty ? [] : [rest])
    let plain = words.joined(separator: " ")
    guard !account.isIdentical(to: owner) else {
      return isUsualFolder && reader.isIdentical(to: owner) ? plain : plain + flag
    }
    let root = "root"
    if name.actsForOwner || owner.isIdentical(to: root) {
      return (account.isIdentical(to: root) ? "" : "sudo ") + plain + flag
    }
    return "\(plain)\(flag)  (from the account \(owner), whose run it is)"
  }

  private var flag: String { " --state \(stateFolder.shellWord)" }
}

extension SQLiteJournal {
  /// The folder of the run whose journal it is.
  var runFolder: String {
    path.pieces(separatedBy: "/", omittingEmptySubsequences: false).dropLast()
      .joined(separator: "/")
  }

  /// Of the run whose journal it is: STATE/runs/RUN/journal.db.
  func commands(for run: RunID) -> PrintedCommands {
    let parts = path.pieces(separatedBy: "/", omittingEmptySubsequences: false)
    return Surroundings.current().commands(
      for: run, in: parts.dropLast(3).joined(separator: "/"))
  }
}

extension Surroundings {
  func commands(for run: RunID, in folder: String) -> PrintedCommands {
    var status = stat()
    let owner = stat(folder, &status) == 0 ? status.st_uid : getuid()
    return PrintedCommands(
      run: run, stateFolder: folder, isUsualFolder: folder.isIdentical(to: usualStateFolder),
      owner: ResponsibleAccount.name(of: owner), reader: responsible.name)
  }
}
