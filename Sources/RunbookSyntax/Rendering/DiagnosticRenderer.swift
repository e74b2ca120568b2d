public import RunbookModel

/// Draws diagnostics with their source lines and carets.
///
///     error[RB104]: unknown key `whne` in a step
///       --> runbook.yaml:12:5
///        |
///     12 |     whne: true
///        |     ^^^^
///        = help: did you mean `when`?
public struct DiagnosticRenderer {
  private let lines: [String: SourceLines]
  private let isColored: Bool

  /// - Parameters:
  ///   - sources: the text of each file by the name that places give it; without a text only the
  ///     place is said.
  ///   - isColored: whether to use the escape sequences of terminals.
  public init(sources: [String: String], isColored: Bool = false) {
    lines = sources.mapValues(SourceLines.init)
    self.isColored = isColored
  }

  /// All diagnostics in their order, and how many there are. The text ends with a line break; it is
  /// empty where there are none.
  public func render(_ diagnostics: Diagnostics) -> String {
    guard !diagnostics.isEmpty else { return "" }
    let pictures = diagnostics.all.map(render)
    return pictures.joined(separator: "\n") + "\n" + Self.summary(diagnostics) + "\n"
  }

  /// One diagnostic, each line with its break.
  public func render(_ diagnostic: Diagnostic) -> String {
    var text =
      style("\(diagnostic.severity.rawValue)[\(diagnostic.code.rawValue)]", color(diagnostic))
      + style(": \(Self.shown(diagnostic.message))", "1") + "\n"
    let picture = diagnostic.place.flatMap(picture)
    let number = picture == nil ? "" : diagnostic.place.map { String($0.line) } ?? ""
    let gutter = String(repeating: " ", count: max(1, number.count))
    if let place = diagnostic.place {
      text += gutter + style("--> ", "34") + Self.shown(place.description) + "\n"
    }
    if let picture {
      text += style("\(gutter) |", "34") + "\n"
      text += style("\(number) |", "34") + (picture.source.isEmpty ? "" : " " + picture.source)
      text += "\n" + style("\(gutter) |", "34") + " "
      text += style(picture.carets, color(diagnostic)) + "\n"
    }
    if let hint = diagnostic.hint {
      text += style("\(gutter) =", "34") + " help: \(Self.shown(hint))\n"
    }
    return text
  }

  /// `2 errors, 1 warning`; notes are not counted.
  public static func summary(_ diagnostics: Diagnostics) -> String {
    func count(_ severity: Diagnostic.Severity) -> String? {
      let count = diagnostics.all.count { $0.severity == severity }
      return count == 0 ? nil : "\(count) \(severity.rawValue)\(count == 1 ? "" : "s")"
    }
    return [count(.error), count(.warning)].compactMap(\.self).joined(separator: ", ")
  }

  private func picture(_ place: Place) -> CaretPicture? {
    lines[place.file]?.line(place.line).map {
      CaretPicture($0, column: place.column, length: place.length)
    }
  }

  private func color(_ diagnostic: Diagnostic) -> String {
    switch diagnostic.severity {
    case .error: "1;31"
    case .warning: "1;33"
    case .note: "1;36"
    }
  }

  private func style(_ text: String, _ code: String) -> String {
    isColored ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
  }

  /// Text on one line, without what could steer a terminal.
  private static func shown(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
    else { return text }
    let scalars = text.unicodeScalars.map { scalar in
      scalar.properties.generalCategory == .control ? "\u{FFFD}" : scalar
    }
    return String(String.UnicodeScalarView(scalars))
  }
}
