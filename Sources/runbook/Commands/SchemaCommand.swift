import ArgumentParser
import RunbookEngine
import RunbookSyntax

struct SchemaCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema",
    abstract: "Print the JSON Schema of the runbook file, for editors.",
    discussion: """
      With the YAML extension of most editors, this first line of a runbook turns it on:

        # yaml-language-server: $schema=./runbook.schema.json
      """)

  func run() throws {
    let kinds = Composition.checkingKinds()
    Console.current(.current()).print(JSONSchema(kinds: kinds.map(\.spec)).text)
  }
}
