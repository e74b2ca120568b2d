import RunbookEngine
package import RunbookModel
package import RunbookPostgres

/// The roles that a script names.
package enum RoleNames {
  private static let mark = Array("\"rolename\":".utf8)

  /// - Throws: what PostgreSQL's parser says.
  package static func find(in script: String) throws(PGQuery.Fault) -> [String] {
    let found = try SQLParser.parse(script) { tree in
      var names: Set<String> = []
      var index = 0
      while index + mark.count < tree.count {
        defer { index += 1 }
        guard tree[index] == mark[0], tree[index...].starts(with: mark) else { continue }
        let start = index + mark.count
        var end = start + 1
        while end < tree.count, tree[end] != UInt8(ascii: "\"") {
          end += tree[end] == UInt8(ascii: "\\") ? 2 : 1
        }
        guard end < tree.count else { break }
        // The tree is JSON that the parser's own library wrote.
        let text = String(decoding: tree[start...end], as: UTF8.self)
        if let name = (try? Value(json: text))?.stringValue { names.insert(name) }
      }
      return names
    }
    return found.sorted()
  }
}

extension PostgresGateway {
  /// Those of the names that no role of the server has.
  package func absentRoles(
    among names: [String], on connection: String
  ) async throws(StepFailure) -> [String] {
    guard !names.isEmpty else { return [] }
    let list = names.map(SQLQuote.literal).joined(separator: ", ")
    let answers = try await session(of: connection).use(until: .now + .seconds(60)) {
      (link) throws(StepFailure) in
      try link.answers(to: [
        SQLCommand(
          "SELECT name FROM unnest(ARRAY[\(list)]) AS name WHERE name NOT IN "
            + "(SELECT rolname::pg_catalog.text FROM pg_catalog.pg_roles) ORDER BY name")
      ])
    }
    return answers.first?.resultSet?.rows.compactMap { $0.first?.stringValue } ?? []
  }
}
