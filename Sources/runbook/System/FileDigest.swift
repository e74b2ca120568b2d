import Foundation
import RunbookModel

enum FileDigest {
  /// - Returns: nil where the file cannot be read to its end.
  static func sha256(ofFile path: String) -> Digest? {
    guard let file = FileHandle(forReadingAtPath: path) else { return nil }
    var hasher = Digest.Hasher()
    do {
      while let piece = try file.read(upToCount: 1 << 20), !piece.isEmpty { hasher.update(piece) }
      try file.close()
    } catch {
      return nil
    }
    return hasher.finalize()
  }
}
