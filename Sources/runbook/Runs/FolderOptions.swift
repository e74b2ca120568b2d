import ArgumentParser

/// Where runbooks are looked for.
struct FinderOptions: ParsableArguments {
  @Option(
    name: .customLong("path"),
    help: ArgumentHelp(
      "A folder of runbooks, looked into first; may be repeated.", valueName: "folder"))
  var paths: [String] = []
}

/// Where runs are kept.
struct StateOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The folder that runs are kept in. (default: $RUNBOOK_STATE, else $XDG_STATE_HOME/runbook)",
      valueName: "folder"))
  var state: String?
}
