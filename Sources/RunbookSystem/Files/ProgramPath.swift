import Glibc
import RunbookModel

/// Where programs are looked for.
package enum ProgramPath {
  package static let standard = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

  /// The first executable file of that name in a `PATH`.
  package static func find(_ program: String, in path: String = standard) -> String? {
    path.pieces(separatedBy: ":").map { "\($0)/\(program)" }.first { access($0, X_OK) == 0 }
  }
}
