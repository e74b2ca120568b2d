import RunbookModel

/// Names of files and folders, made of texts that anybody may have written.
package enum FileName {
  /// Longer names are cut; with what is put together with it, a name stays below 255 bytes.
  private static let maximumLength = 100

  /// Letters, digits, points and hyphens of ASCII; every other byte is a hyphen. What it is made of may
  /// come from anywhere, so that it may still be `..`: `joined` makes a name of it.
  private static func part(_ text: String) -> String {
    var name = ""
    for scalar in text.unicodeScalars.prefix(maximumLength) {
      let isKept =
        scalar.isASCIILetter || scalar.isASCIIDigit || scalar == "-" || scalar == "."
      name.unicodeScalars.append(isKept ? scalar : "-")
    }
    return name
  }

  /// A name of parts with hyphens between them. It is never empty, begins with no point, and names
  /// neither a folder above nor one below.
  ///
  /// - Parameter suffix: such as `.md`; the program's own.
  package static func joined(_ parts: String..., suffix: String = "") -> String {
    let name = parts.map(part).joined(separator: "-")
    let rest = name.trimmingStart(where: { $0 == "." })
    let points = name.utf8.count - rest.utf8.count
    return (name.isEmpty ? "-" : String(repeating: "-", count: points) + rest) + suffix
  }
}
