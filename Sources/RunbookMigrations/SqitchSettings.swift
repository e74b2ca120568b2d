import RunbookModel

/// Where a project of sqitch's keeps its plan and its scripts: https://sqitch.org/docs/manual/sqitch-config/
package struct SqitchSettings {
  /// From the project's folder.
  package private(set) var plan = "sqitch.plan"
  package private(set) var deploy = "deploy"
  package private(set) var revert = "revert"
  package private(set) var suffix = "sql"

  /// - Parameter folder: the one in which sqitch is run; without a `sqitch.conf` there all is as usual.
  package init(_ folder: String) {
    guard let text = (try? MigrationFile.read("\(folder)/sqitch.conf"))?.text else { return }
    let values = Self.values(of: text)
    let top = values["top_dir"].map { $0 == "." ? "" : "\($0)/" } ?? ""
    plan = values["plan_file"] ?? "\(top)sqitch.plan"
    deploy = values["deploy_dir"] ?? "\(top)deploy"
    revert = values["revert_dir"] ?? "\(top)revert"
    suffix = values["extension"] ?? "sql"
  }

  /// The keys of `[core]`, of which those of an engine's own section go before.
  private static func values(of text: String) -> [String: String] {
    var values: [String: String] = [:]
    var section = ""
    for line in text.pieces(whereSeparator: \.isNewline) {
      let line = line.trimming(where: \.isWhitespace)
      if line.begins(with: "[") {
        section = String(line.dropFirstScalars().prefixOfScalars { $0 != "]" && $0 != " " })
          .lowercased()
        continue
      }
      guard ["core", "engine", "target"].contains(section), !line.begins(with: "#"),
        let (key, value) = line.halves(at: "=")
      else { continue }
      var path = value.trimming { $0.isWhitespace || $0 == "\"" }
      path = path.dropping(prefix: "./")
      while path.ends(with: "/") { path = path.dropLastScalars() }
      guard !path.isEmpty, !path.begins(with: "/"), !path.holds("..") else { continue }
      values[String(key.trimming(where: \.isWhitespace)).lowercased()] = String(path)
    }
    return values
  }
}
