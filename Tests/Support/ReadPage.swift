import Foundation

/// A page as the real parser of its language reads it: cmark-gfm and html5lib, or expat.
public struct ReadPage {
  public enum Language: String, Sendable {
    case markdown, html, xml
  }

  /// A block of the page, or an element that is none (`<em`, with nothing else).
  public struct Block: Decodable, Sendable {
    public let tag: String
    public let text: String
    /// The text outside of code, NUL where an element stood.
    public let loose: String
    /// The names of the elements inside of it.
    public let inside: [String]
    public let attributes: [String: String]
  }

  public let blocks: [Block]

  /// - Parameter blocks: of Markdown, with an empty line between them; of HTML or XML.
  /// - Throws: when the page cannot be read, as XML that is not well formed.
  public init(_ language: Language, _ blocks: [String]) throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "page-\(UUID()).json")
    // A file that is left over harms nobody.
    defer { try? FileManager.default.removeItem(at: file) }
    try JSONEncoder().encode(blocks).write(to: file)
    let script = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Programs/read_page.py")
    let command = ["/usr/bin/python3", script.path, language.rawValue, file.path]
    guard let program = SpawnedProgram(command) else { throw CocoaError(.executableLoad) }
    self.blocks = try JSONDecoder().decode([Block].self, from: Data(program.text().utf8))
  }
}
