import Glibc
package import SystemPackage

extension Errno {
  /// Of this thread's last call of the system that failed.
  package static var last: Errno { Errno(rawValue: errno) }
}
