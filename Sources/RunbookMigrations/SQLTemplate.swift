import RunbookModel

/// What a template's tool, or psql, puts into a text of SQL before PostgreSQL sees it, or takes out of it.
///
/// A value that is put in is known only when it runs: in its place stands a name of the same length that nobody
/// gives, so that lines and bytes stay where they are. What only directs the tool is blanked out.
package enum SQLTemplate {
  /// What the name that stands for a value begins with: a character for private use.
  package static let mark = "\u{F8FF}"

  /// Whether a name holds a value that is known only when it runs, in a mask or in quotes as it was written.
  package static func isOpen(_ name: String) -> Bool {
    if name.holds(mark) { return true }
    let bytes = Array(name.utf8)
    return !places(in: bytes, isLoose: false).isEmpty
  }

  /// The same text, as long as before, without what is no SQL; nil where nothing of it is known to be that.
  package static func masked(_ text: [UInt8]) -> Masked? {
    var masked = Masked(bytes: text)
    masked.blankCommands()
    for place in places(in: masked.bytes, isLoose: true) { masked.mask(place) }
    return masked.bytes == text ? nil : masked
  }

  package struct Masked {
    fileprivate(set) var bytes: [UInt8]
    /// What psql runs or reads besides, by the byte at which it begins.
    fileprivate(set) var commands: [(place: Int, reason: String)] = []
  }

  fileprivate struct Place {
    let range: Range<Int>
    /// Whether it puts a value in, and does not only direct the tool.
    let isValue: Bool
  }

  private struct Form {
    let open: String
    let close: String
    /// Whether nothing but a word can be between them; else anything up to the end.
    var isWord = false
    /// Nil of what always puts a value in.
    var directs: (@Sendable ([UInt8]) -> Bool)?
    /// Whether it can be SQL of its own where the text as a whole can be parsed.
    var isLoose = false
  }

  private static let directives = [
    "if", "else", "elif", "elsif", "end", "endif", "for", "endfor", "range", "with", "define",
    "block", "template", "foreach", "unless", "set", "do", "include", "import", "macro", "raw", "#",
    "/", "^", "!", ">", "-", "*", "each",
  ]

  private static let forms = [
    Form(open: "{{", close: "}}", directs: { isDirective($0) }),
    Form(open: "{%", close: "%}", directs: { _ in true }),
    Form(open: "{#", close: "#}", directs: { _ in true }),
    Form(open: "<%=", close: "%>"), Form(open: "<%", close: "%>", directs: { _ in true }),
    Form(open: "${", close: "}"), Form(open: "#{", close: "}"), Form(open: "$(", close: ")"),
    Form(open: "[[", close: "]]", isWord: true, isLoose: true),
    Form(open: "%(", close: ")s", isWord: true), Form(open: "@@", close: "@@", isWord: true),
    Form(open: "@", close: "@", isWord: true, isLoose: true),
    Form(open: "%", close: "%", isWord: true, isLoose: true),
    Form(open: "{", close: "}", isWord: true, isLoose: true),
    Form(open: ":'", close: "'", isWord: true, isLoose: true),
    Form(open: ":\"", close: "\"", isWord: true, isLoose: true),
  ]

  private static func isDirective(_ inside: [UInt8]) -> Bool {
    let text = String(decoding: inside, as: UTF8.self).dropScalars { " -~\t".holds($0) }
    return directives.contains { word in
      guard text.begins(with: word) else { return false }
      let next = text.dropFirstScalars(word.unicodeScalars.count).firstScalar
      return !(word.firstScalar?.isASCIILetter ?? false) || next.map { !isWord($0) } ?? true
    }
  }

  private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
    scalar.isASCIILetter || scalar.isASCIIDigit || scalar == "_"
  }

  /// - Parameter isLoose: whether also forms are looked for that can be SQL.
  private static func places(in bytes: [UInt8], isLoose: Bool) -> [Place] {
    var found: [Place] = []
    var index = 0
    while index < bytes.count {
      if let place = place(at: index, in: bytes, isLoose) {
        found.append(place)
        index = place.range.upperBound
      } else {
        index += 1
      }
    }
    return found
  }

  private static let starts = Set("{<$#[%@:".utf8)

  private static func place(at start: Int, in bytes: [UInt8], _ isLoose: Bool) -> Place? {
    guard starts.contains(bytes[start]) else { return nil }
    for form in forms where isLoose || !form.isLoose {
      let inside = start + form.open.utf8.count
      guard bytes[start...].starts(with: form.open.utf8),
        let end = end(of: form, in: bytes, from: inside)
      else { continue }
      // `$${"a": 1}$$` is a text in dollars, `a::text` a cast.
      if start > 0, bytes[start - 1] == bytes[start], form.open != "{{" { continue }
      let content = Array(bytes[inside..<end])
      return Place(
        range: start..<end + form.close.utf8.count, isValue: !(form.directs?(content) ?? false))
    }
    return nil
  }

  /// The longest that is taken for one placeholder.
  private static let longest = 4096

  private static func end(of form: Form, in bytes: [UInt8], from start: Int) -> Int? {
    let close = Array(form.close.utf8)
    var index = start
    while index + close.count <= bytes.count, index - start < longest {
      if bytes[index...].starts(with: close) { return form.isWord && index == start ? nil : index }
      let isPart =
        bytes[index].isLetter || bytes[index].isDigit || "_.-".utf8.contains(bytes[index])
      if form.isWord, !isPart { return nil }
      index += 1
    }
    return nil
  }
}

extension SQLTemplate.Masked {
  fileprivate mutating func mask(_ place: SQLTemplate.Place) {
    guard place.isValue else { return blank(place.range) }
    let mark = Array(SQLTemplate.mark.utf8)
    // What is short or over several lines leaves the rest of its room empty.
    for (offset, index) in place.range.enumerated() where bytes[index] != UInt8(ascii: "\n") {
      bytes[index] = offset < mark.count ? mark[offset] : UInt8(ascii: "_")
    }
  }

  private mutating func blank(_ range: Range<Int>) {
    for index in range where bytes[index] != UInt8(ascii: "\n") { bytes[index] = UInt8(ascii: " ") }
  }

  /// psql's own commands, a line each, and the rows of `COPY … FROM stdin`.
  fileprivate mutating func blankCommands() {
    var start = 0
    var isData = false
    while start < bytes.count {
      let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
      let line = String(decoding: bytes[start..<end], as: UTF8.self)
      if isData {
        isData = !line.begins(with: "\\.")
        blank(start..<end)
      } else if line.begins(with: "\\") {
        let name = String(line.prefixOfScalars { !$0.isWhitespace })
        if !Self.harmless.contains(name) {
          commands.append((start, "what psql does by `\(name)` is not read"))
        }
        blank(start..<end)
      } else {
        isData = Self.beginsData(line)
      }
      start = end + 1
    }
  }

  private static let harmless: Set<String> = [
    "\\set", "\\unset", "\\echo", "\\qecho", "\\warn", "\\pset", "\\timing", "\\.", "\\t", "\\a",
    "\\x", "\\q", "\\restrict", "\\unrestrict", "\\if", "\\elif", "\\else", "\\endif", "\\prompt",
    "\\encoding", "\\d", "\\dt", "\\copyright", "\\errverbose",
  ]

  private static func beginsData(_ line: String) -> Bool {
    let words = line.lowercased()
    return words.begins(with: "copy ") && words.holds(" from stdin")
  }
}
