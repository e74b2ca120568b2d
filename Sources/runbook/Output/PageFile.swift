import ArgumentParser
import RunbookEngine
import RunbookModel

/// Where a command writes a document.
struct OutputOptions: ParsableArguments {
  @Option(
    name: [.short, .long],
    help: ArgumentHelp("The file to write; - for standard output.", valueName: "file"))
  var output: String?

  /// As the user gave it; nil is standard output.
  var file: String? { output == "-" ? nil : output }
}

/// A page that a command prints, or writes to a file that its owner alone may read.
enum PageFile {
  /// - Parameter output: as the user gave it; nil is standard output.
  /// - Throws: `cannotWrite`.
  static func write(
    _ text: String, to output: String?, _ surroundings: Surroundings, _ console: Console
  ) throws(StoreError) {
    guard let output else { return console.print(document: text) }
    try OutputFile(path: surroundings.absolute(output)).write(text)
    console.printError("Wrote \(output)")
  }
}
