import RunbookModel

extension String {
  /// As one word of a command line that a person types into a POSIX shell.
  var shellWord: String {
    let isPlain =
      !isEmpty
      && unicodeScalars.allSatisfy {
        $0.isASCIILetter || $0.isASCIIDigit || "/._-+@:,".unicodeScalars.contains($0)
      }
    return isPlain ? self : "'" + replacingAll("'", with: #"'\''"#) + "'"
  }
}
