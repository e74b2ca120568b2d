import RunbookModel

/// What a run's report is called as a file: it sorts by day, and is unique by run.
struct ReportName {
  /// `2025-10-18-auth-tables-dropped-RUN`.
  let stem: String

  init(_ history: RunHistory) {
    let parts = [
      history.started.at.day, history.runbook.name, history.started.payload.run.rawValue,
    ]
    stem = parts.map { Self.part($0) }.joined(separator: "-")
  }

  /// Letters, digits, points and hyphens.
  static func part(_ text: some StringProtocol) -> String {
    String(
      text.unicodeScalars.map { scalar -> Character in
        let isKept =
          scalar.isASCII && (scalar.properties.isAlphabetic || scalar == "." || scalar == "-")
        return isKept || ("0"..."9").contains(scalar) ? Character(scalar) : "-"
      })
  }
}
