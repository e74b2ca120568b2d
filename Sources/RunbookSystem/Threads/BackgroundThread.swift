private import Glibc

/// Threads outside of the cooperative pool, for C calls that block or that need a large stack.
package enum BackgroundThread {
  /// Starts a thread that nobody waits for.
  ///
  /// - Parameter stackSize: bytes; nil is the system's default.
  /// - Returns: false when the system has no more threads to give.
  @discardableResult
  package static func start(stackSize: Int? = nil, _ body: @escaping @Sendable () -> Void) -> Bool {
    let box = Unmanaged.passRetained(Box(body))
    let code = withUnsafeTemporaryAllocation(of: pthread_attr_t.self, capacity: 1) { buffer in
      guard let attributes = buffer.baseAddress else { return EAGAIN }
      pthread_attr_init(attributes)
      defer { pthread_attr_destroy(attributes) }
      pthread_attr_setdetachstate(attributes, Int32(PTHREAD_CREATE_DETACHED))
      if let stackSize { pthread_attr_setstacksize(attributes, stackSize) }
      var thread: pthread_t = 0
      return pthread_create(
        &thread, attributes,
        { context in
          guard let context else { return nil }
          Unmanaged<Box>.fromOpaque(context).takeRetainedValue().body()
          return nil
        }, box.toOpaque())
    }
    if code != 0 { box.release() }
    return code == 0
  }

  private final class Box: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
}
