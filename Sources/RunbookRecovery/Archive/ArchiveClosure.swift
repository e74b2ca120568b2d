package import RunbookModel

/// Which entries of an archive bring lost objects back, with all that belongs to them.
///
/// An archive says what each entry depends on. Whatever depends on a lost object was lost with it, and
/// comes back with it; whatever a lost object depends on has to be there, and is made where it is not.
package struct ArchiveClosure {
  package let archive: Archive
  /// What is there, as `CatalogObject.archiveName` writes it.
  package let present: ExactSet

  /// - Parameter lost: names as `CatalogObject.archiveName` writes them.
  /// - Returns: the numbers of the entries, data's included.
  package func ids(for lost: ExactSet) -> Set<Int> {
    let entries = archive.entries
    let byID = Dictionary(entries.map { ($0.id, $0) }) { first, _ in first }
    var dependents: [Int: [Int]] = [:]
    for entry in entries {
      for dependency in entry.dependencies { dependents[dependency, default: []].append(entry.id) }
    }
    var found: Set<Int> = []
    var open = entries.filter { $0.objectName.map { lost.contains($0) } ?? false }.map(\.id)
    while let id = open.popLast() {
      guard let entry = byID[id], !isPresent(entry), found.insert(id).inserted else { continue }
      open += dependents[id] ?? []
      open += entry.dependencies.filter { byID[$0].map(isAbsent) ?? false }
    }
    return found
  }

  private func isPresent(_ entry: ArchiveEntry) -> Bool {
    entry.objectName.map { present.contains($0) } ?? false
  }

  private func isAbsent(_ entry: ArchiveEntry) -> Bool {
    entry.objectName.map { !present.contains($0) } ?? false
  }
}
