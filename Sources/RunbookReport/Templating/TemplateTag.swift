import RunbookModel

/// A tag of a template with its place.
struct TemplateTag {
  enum Sort {
    case variable, section, inverted, close, partial
  }

  let sort: Sort
  let name: String
  let place: Place
}

/// Finds a template's tags: what reports use of Mustache, and nothing else of it.
///
/// Left out are other delimiters, inheritance, pragmas, lambdas and transforms.
struct TemplateTags {
  private(set) var tags: [TemplateTag] = []
  private(set) var diagnostics: [Diagnostic] = []

  init(_ text: String, file: String) {
    var comment: Place?
    for (index, line) in text.lines.enumerated() {
      read(line, number: index + 1, file: file, comment: &comment)
    }
    if let comment {
      diagnostics.append(Diagnostic(.error, .templateSyntax, "`{{!` without its `}}`", at: comment))
    }
  }

  private mutating func read(
    _ line: Substring, number: Int, file: String, comment: inout Place?
  ) {
    var rest = Array(line.unicodeScalars)[...]
    if comment != nil {
      guard let end = Self.find("}}", in: rest) else { return }
      rest = rest[(end + 2)...]
      comment = nil
    }
    while let start = Self.find("{{", in: rest) {
      let inside = rest[(start + 2)...]
      let isTriple = inside.first == "{"
      let end = Self.find(isTriple ? "}}}" : "}}", in: inside)
      let length = (end ?? line.unicodeScalars.count) - start + (isTriple ? 3 : 2)
      let place = Place(file: file, line: number, column: start + 1, length: max(0, length))
      guard let end else {
        if inside.first == "!" {
          comment = place
        } else {
          diagnostics.append(
            Diagnostic(
              .error, .templateSyntax, "a tag without its `}}` on the same line", at: place))
        }
        return
      }
      take(Self.text(inside[..<end]), isTriple: isTriple, at: place)
      rest = rest[(end + (isTriple ? 3 : 2))...]
    }
  }

  private mutating func take(_ text: String, isTriple: Bool, at place: Place) {
    let sort: TemplateTag.Sort
    var name = text
    if isTriple {
      sort = .variable
      name.unicodeScalars.removeFirst()
    } else {
      switch text.unicodeScalars.first {
      case "!": return
      case "#": sort = .section
      case "^": sort = .inverted
      case "/": sort = .close
      case ">": sort = .partial
      case "&": sort = .variable
      case "=", "%", "$", "<":
        diagnostics.append(
          Diagnostic(
            .error, .templateTag, "the tag `{{\(text)}}` is not of a sort that reports use",
            at: place, hint: "use variables, sections, inverted sections, partials and comments"))
        return
      default: sort = .variable
      }
      if text.unicodeScalars.first.map({ "#^/>&".unicodeScalars.contains($0) }) == true {
        name.unicodeScalars.removeFirst()
      }
    }
    tags.append(TemplateTag(sort: sort, name: name.trimmed, place: place))
  }

  private static func find(_ mark: String, in scalars: ArraySlice<Unicode.Scalar>) -> Int? {
    let mark = Array(mark.unicodeScalars)
    guard scalars.count >= mark.count else { return nil }
    return (scalars.startIndex...(scalars.endIndex - mark.count)).first {
      scalars[$0..<($0 + mark.count)].elementsEqual(mark)
    }
  }

  private static func text(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
    var text = String.UnicodeScalarView()
    text.append(contentsOf: scalars)
    return String(text)
  }
}
