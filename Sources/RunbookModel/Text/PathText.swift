extension String {
  /// The path itself when it is absolute, else inside of a folder.
  package func resolved(in folder: String) -> String {
    begins(with: "/") ? self : "\(folder)/\(self)"
  }
}
