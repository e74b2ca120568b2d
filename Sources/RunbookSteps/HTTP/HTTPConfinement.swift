import RunbookEngine
package import RunbookModel
import RunbookSystem

extension Confinement {
  /// - Throws: `refused` for a request that leaves this machine, or that goes to a socket outside of the
  ///   sandbox.
  package func check(_ request: HTTPRequest) throws(StepFailure) {
    if let socket = request.socket {
      guard !isOwn(socket: socket) else { return }
    } else if let origin = request.origin, origin.isLoopback,
      // `127.1` is this machine too, but nobody reads it so.
      request.url.holds("\(origin.host)")
    {
      return
    }
    throw StepFailure(
      .refused, "\(request.origin?.authority ?? "the target") is not on this machine",
      hint: "a run in a sandbox asks nobody else")
  }
}
