import Glibc
import RunbookEngine
package import RunbookModel
package import RunbookPostgres
import RunbookSystem
import SystemPackage

/// What a database is held against: a snapshot's file, or a backup.
package struct ExpectedCatalog {
  package let path: String
  package let environment: [String: String]
  package let servers: any TemporaryServers
  package let now: @Sendable () -> Timestamp

  /// A snapshot of ten thousand tables has some 200 MB.
  private static let largestSnapshot = 512 << 20

  /// - Parameter name: for a server that a backup needs.
  package func read(
    name: String, counting tables: [String]?
  ) async throws(StepFailure) -> ArchiveCatalog.Answer {
    if try isSnapshot() { return ArchiveCatalog.Answer(snapshot: try snapshot(), troubles: []) }
    let archive = try await Archive.open(path, environment: environment)
    return try await ArchiveCatalog(archive: archive, servers: servers, now: now)
      .read(name: name, counting: tables)
  }

  /// A snapshot is a JSON object, which no archive begins like.
  private func isSnapshot() throws(StepFailure) -> Bool {
    var status = stat()
    guard stat(path, &status) == 0 else {
      throw StepFailure(.unreachable, "\(path) cannot be read: \(Errno.last.description)")
    }
    guard status.st_mode & S_IFMT == S_IFREG else { return false }
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw StepFailure(.unreachable, "\(path) cannot be read: \(Errno.last.description)")
    }
    defer { close(descriptor) }
    var first: UInt8 = 0
    guard Glibc.read(descriptor, &first, 1) == 1, first == UInt8(ascii: "{") else { return false }
    guard status.st_size <= Self.largestSnapshot else {
      throw StepFailure(.invalid, "\(path) is larger than a snapshot can be")
    }
    return true
  }

  private func snapshot() throws(StepFailure) -> CatalogSnapshot {
    guard let text = TextFile.read(path) else {
      throw StepFailure(.unreachable, "\(path) cannot be read")
    }
    do {
      return try CatalogSnapshot(Value(json: text))
    } catch let error as CatalogSnapshotError {
      throw StepFailure(.invalid, "\(path) is no snapshot: \(error.message)")
    } catch {
      throw StepFailure(.invalid, "\(path) is no snapshot: \(error)")
    }
  }
}
