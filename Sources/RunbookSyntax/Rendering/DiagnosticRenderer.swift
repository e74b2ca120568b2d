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
  private let lines: ExactMap<SourceLines>

  /// - Parameter sources: the text of each file by the name that places give it; without a text only the
  ///   place is said.
  public init(sources: ExactMap<String>) { lines = sources.mapValues { SourceLines($0) } }

  /// All diagnostics in their order, and how many there are. The text ends with a line break; it is
  /// empty where there are none.
  public func render(_ diagnostics: Diagnostics) -> StyledText {
    guard !diagnostics.isEmpty else { return "" }
    let pictures = diagnostics.all.map(render)
    var text = pictures.joined(separator: "\n")
    if let remainder = diagnostics.remainder { text += "\n\(remainder)\n" }
    return text + "\n\(Self.summary(diagnostics))\n"
  }

  /// One diagnostic, each line with its break.
  public func render(_ diagnostic: Diagnostic) -> StyledText {
    let color = color(diagnostic)
    let kind: StyledText = "\(diagnostic.severity.rawValue)[\(diagnostic.code.rawValue)]"
    let message: StyledText = ": \(diagnostic.message)"
    var text = kind.styled(color) + message.styled(.bold) + "\n"
    let picture = diagnostic.place.flatMap(picture)
    let number = picture == nil ? "" : diagnostic.place.map { String($0.line) } ?? ""
    let gutter = String(repeating: " ", count: max(1, number.utf8.count))
    if let place = diagnostic.place { text += "\(gutter)\("--> ", .blue)\(place.description)\n" }
    if let picture {
      text += "\("\(gutter) |", .blue)\n\("\(number) |", .blue)"
      if !picture.source.isEmpty { text += " \(picture.source)" }
      text += "\n\("\(gutter) |", .blue) \(picture.carets, color)\n"
    }
    if let hint = diagnostic.hint { text += "\("\(gutter) =", .blue) help: \(hint)\n" }
    return text
  }

  /// `2 errors, 1 warning`; notes are not counted.
  public static func summary(_ diagnostics: Diagnostics) -> String {
    func count(_ severity: Diagnostic.Severity) -> String? {
      let count = diagnostics.count(of: severity)
      return count == 0 ? nil : "\(count) \(severity.rawValue)\(count == 1 ? "" : "s")"
    }
    return [count(.error), count(.warning)].compactMap(\.self).joined(separator: ", ")
  }

  private func picture(_ place: Place) -> CaretPicture? {
    lines[place.file]?.part(of: place).map {
      CaretPicture($0.scalars, column: $0.column, length: place.length, hasMore: $0.hasMore)
    }
  }

  private func color(_ diagnostic: Diagnostic) -> StyledText.Style {
    switch diagnostic.severity {
    case .error: .boldRed
    case .warning: .boldYellow
    case .note: .boldCyan
    }
  }
}
