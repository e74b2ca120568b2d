import Glibc
import Synchronization

/// The terminal, or what stands in its place. All output goes through here.
struct Console: Sendable {
  let isTerminal: Bool
  let isColored: Bool
  /// Whether a person can be asked.
  let canAsk: Bool

  static func current(_ surroundings: Surroundings) -> Console {
    let isTerminal = isatty(STDOUT_FILENO) == 1
    let isPlain = surroundings.value("NO_COLOR") != nil || surroundings.value("TERM") == "dumb"
    return Console(
      isTerminal: isTerminal && surroundings.value("TERM") != "dumb",
      isColored: isTerminal && !isPlain, canAsk: isTerminal && isatty(STDIN_FILENO) == 1)
  }

  enum Style: String {
    case bold = "1"
    case dim = "2"
    case red = "31"
    case green = "32"
    case yellow = "33"
    case cyan = "36"
  }

  func style(_ text: String, _ style: Style) -> String {
    isColored ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : text
  }

  func print(_ text: String, terminator: String = "\n") {
    Self.write(text + terminator, to: STDOUT_FILENO)
  }

  func printError(_ text: String) { Self.write(text + "\n", to: STDERR_FILENO) }

  /// Text of others, safe for a terminal: control characters are shown, not obeyed.
  static func printable(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      let isControl = scalar.properties.generalCategory == .control
      if isControl, scalar != "\t", scalar != "\n" {
        result += "\\u{\(String(scalar.value, radix: 16))}"
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  private static func write(_ text: String, to descriptor: Int32) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count > 0 { bytes = bytes.dropFirst(count) } else if errno != EINTR { return }
    }
  }
}
