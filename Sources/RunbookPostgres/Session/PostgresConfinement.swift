import Glibc
import RunbookEngine
package import RunbookModel
package import RunbookSystem

extension Confinement {
  /// The only one that a connection may lead to.
  package var server: OwnServer { OwnServer(folder: folder) }

  /// - Throws: `refused` for any other database than the sandbox's own.
  package func check(_ target: PostgresTarget) throws(StepFailure) {
    let isOwn =
      target.value(of: "host") == serverSocket && target.value(of: "hostaddr") == nil
      && target.value(of: "service") == nil
    guard isOwn, getenv("PGHOSTADDR") == nil, getenv("PGSERVICE") == nil else {
      throw StepFailure(
        .refused, "\(target.display) is not this run's own sandbox",
        hint: "a run in a sandbox connects to nothing else")
    }
  }
}
