import RunbookModel

/// The server's own files and programs that SQL names: what these hold is neither seen from here nor bound.
enum ServerFiles {
  private static let readers: Set<String> = [
    "pg_read_file", "pg_read_binary_file", "pg_stat_file", "pg_ls_dir", "pg_current_logfile",
    "lo_import", "pg_file_read", "pg_logdir_ls",
  ]

  static func named(by top: SyntaxTree.Node, in nodes: [SyntaxTree.Node]) -> [String] {
    var all: [String] = []
    if let file = top.attributes["filename"], ["CopyStmt", "LoadStmt"].contains(top.name) {
      let noun = top.attributes["is_program"] == nil ? "file" : "program"
      all.append("the server's \(noun) '\(file)'")
    }
    for call in nodes where call.name == "FuncCall" && call.nameParts > 0 {
      let name = call.strings[call.nameParts - 1]
      guard readers.contains(name) else { continue }
      let file = call.strings.dropFirst(call.nameParts).first
      let words = file.map { "the server's file '\($0)' (\(name))" }
      all.append(words ?? "files of the server (\(name))")
    }
    return all
  }

  /// Of the body of a `DO`: by its words alone.
  static func named(in text: String) -> [String] {
    let words = Set(
      ReadingSettings.folded(text).pieces { character in
        !("a"..."z").contains(character) && !("0"..."9").contains(character) && character != "_"
      }.map(String.init))
    var all = readers.filter(words.contains).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
      .map { "files of the server (\($0))" }
    if words.contains("copy") { all.append("files of the server (COPY)") }
    return all
  }
}
