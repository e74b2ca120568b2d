import ArgumentParser
import RunbookEngine
import RunbookReport
import RunbookSyntax

struct SchemaCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema",
    abstract: "Print the JSON Schema of the runbook file, for editors, or of the report's JSON.",
    discussion: """
      With the YAML extension of most editors, this first line of a runbook turns it on:

        # yaml-language-server: $schema=./runbook.schema.json
      """)

  @Flag(help: "The schema of what 'runbook report --format json' writes.")
  var report = false

  func run() throws {
    if report { return Console.current(.current()).print(document: ReportSchema.text) }
    let schema = JSONSchema(
      kinds: Composition.checkingKinds().map(\.spec),
      connectionKinds: Composition.checkingConnections().kinds.map(\.name))
    Console.current(.current()).print(json: schema.text)
  }
}
