import Foundation
import RunbookEngine
import RunbookModel
import RunbookSyntax

/// What a command that adds a person's entry to a run can know of the run's secrets.
///
/// The environment, libpq's files, and the values that the run's secret inputs have now: of
/// `RUNBOOK_INPUT_NAME`, and of the file that the runbook names. No command is run for it, and a value that
/// was typed in, or that only another account's environment holds, is not known.
struct KnownSecrets {
  let surroundings: Surroundings
  let state: RunState

  var redactor: Redactor {
    let plan = inputs + literals
    return Redactor(
      secrets: EnvironmentSecrets.values(of: surroundings.environment)
        + surroundings.filedSecrets + plan)
  }

  private var inputs: [String] {
    (state.started?.inputs ?? []).filter(\.isSecret).flatMap { input in
      ["RUNBOOK_INPUT_\(input.name)", "RUNBOOK_INPUT_\(input.name.uppercased())"]
        .compactMap { surroundings.value($0) }
    }
  }

  /// What the runbook itself names: files of secrets, and passwords in its connections.
  private var literals: [String] {
    guard let record = state.runbook else { return [] }
    let library = Library([], surroundings, kinds: Composition.checkingKinds())
    guard
      let runbook = library.attempt("\(record.folder)/\(record.fileName)", withDrill: false).0
    else { return [] }
    let files = runbook.inputs.filter(\.isSecret).compactMap { input -> String? in
      guard case .file(let path)? = input.source else { return nil }
      let full = path.text.begins(with: "/") ? path.text : "\(runbook.folder)/\(path.text)"
      // What cannot be read now is not known.
      return (try? BoundedFile.bytes(of: full)).map { String(decoding: $0, as: UTF8.self) }
    }
    return files + WrittenCredentials(runbook, kinds: library.kinds).values
  }
}
