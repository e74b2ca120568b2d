import Foundation

/// Where the package's own files are, from the place of this one.
enum PackageFolder {
  static let path = (0..<4).reduce(#filePath) { path, _ in
    (path as NSString).deletingLastPathComponent
  }
}
