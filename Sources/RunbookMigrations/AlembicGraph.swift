import RunbookModel

/// How revisions of Alembic's hang together, and what is wrong with that.
package struct AlembicGraph {
  package let revisions: [MigrationRevision]
  private let positions: [String: [Int]]

  package init(_ revisions: [MigrationRevision]) {
    self.revisions = revisions.sorted { ($0.time, $0.file) < ($1.time, $1.file) }
    positions = Dictionary(grouping: self.revisions.indices) { [revisions = self.revisions] in
      revisions[$0].id
    }
  }

  /// Each revision after those that it revises; otherwise by time.
  package var ordered: [MigrationRevision] {
    var waiting = revisions.map { one in
      Set(one.downs + one.dependencies).filter { positions[$0] != nil && $0 != one.id }
    }
    var followers: [String: [Int]] = [:]
    for (index, names) in waiting.enumerated() {
      for name in names { followers[name, default: []].append(index) }
    }
    var ready = waiting.indices.filter { waiting[$0].isEmpty }.sorted(by: >)
    var left = Set(waiting.indices)
    var ordered: [MigrationRevision] = []
    while !left.isEmpty {
      // Of revisions that revise one another in a circle the oldest comes first.
      let next = ready.popLast() ?? left.min() ?? 0
      guard left.remove(next) != nil else { continue }
      ordered.append(revisions[next])
      for follower in followers[revisions[next].id] ?? [] {
        let isWaiting = waiting[follower].remove(revisions[next].id) != nil
        if isWaiting, waiting[follower].isEmpty {
          ready.insert(follower, at: ready.firstIndex { $0 < follower } ?? ready.endIndex)
        }
      }
    }
    return ordered
  }

  package func heads(of ordered: [MigrationRevision]) -> [String] {
    let revised = Set(revisions.flatMap(\.downs))
    var seen: Set<String> = []
    return ordered.map(\.id).filter { !revised.contains($0) && seen.insert($0).inserted }
  }

  package func notices(heads: [String]) -> [String] {
    var notices: [String] = []
    for (id, indices) in positions.sorted(by: { $0.key < $1.key }) where indices.count > 1 {
      let files = indices.map { revisions[$0].file }.joined(separator: ", ")
      notices.append("the revision id \(id) is in several files: \(files)")
    }
    for one in revisions {
      let missing = (one.downs + one.dependencies).filter { !isKnown($0) }
      for name in missing {
        notices.append("\(one.file) revises or needs \(name), which no file has")
      }
    }
    for one in revisions {
      let labels = one.facts["branch_labels"]?.listValue?.compactMap(\.stringValue) ?? []
      if !labels.isEmpty {
        notices.append("\(one.file) begins the branch \(labels.joined(separator: ", "))")
      }
      if !one.dependencies.isEmpty {
        notices.append("\(one.file) depends on \(one.dependencies.joined(separator: ", "))")
      }
    }
    if heads.count > 1 {
      notices.append(
        "there are \(heads.count) heads: \(heads.joined(separator: ", "));"
          + " `alembic upgrade head` refuses that")
    }
    return notices
  }

  /// What is applied in a database whose `alembic_version` has these: they, and all before them.
  package func applied(by versions: [String]) -> Set<String> {
    var found: Set<String> = []
    var open = versions.filter { positions[$0] != nil }
    while let id = open.popLast() {
      guard found.insert(id).inserted else { continue }
      for index in positions[id] ?? [] {
        open += (revisions[index].downs + revisions[index].dependencies).compactMap(resolved)
      }
    }
    return found
  }

  private func isKnown(_ name: String) -> Bool { resolved(name) != nil }

  /// The id that is meant by an id, the beginning of one, or a branch's label.
  private func resolved(_ name: String) -> String? {
    if positions[name] != nil { return name }
    let starting = name.utf8.count >= 4 ? positions.keys.filter { $0.begins(with: name) } : []
    if starting.count == 1 { return starting[0] }
    return revisions.first {
      $0.facts["branch_labels"]?.listValue?.contains(.string(name)) ?? false
    }?.id
  }
}
