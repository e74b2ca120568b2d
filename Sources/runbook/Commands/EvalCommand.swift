import ArgumentParser
import RunbookExpression
import RunbookModel
import RunbookSyntax

struct EvalCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "eval",
    abstract: "Evaluate a CEL expression and print its value as one line of JSON.",
    discussion: """
      Integers are printed as integers, timestamps as RFC 3339, durations as "90s".
      An error is shown with its place, and the exit status is 65.

        runbook eval '1 + 2 * 3'
        runbook eval 'size(missing) > 0' --vars facts.json
      """)

  @Argument(help: "The expression, in the Common Expression Language.")
  var expression: String

  @Option(
    help: ArgumentHelp("Variables: a JSON object; '-' is standard input.", valueName: "file.json"))
  var vars: String?

  func run() throws {
    let surroundings = Surroundings.current()
    let console = Console.current(surroundings)
    let source = SourceText(
      expression, at: Place(file: "<expression>", line: 1, column: 1),
      layout: .block(firstLine: 1, indent: 0))
    do {
      let scope = try variables(console)
      let parsed = try RunbookExpression.Expression(parsing: source, allowsUnknownFunctions: true)
      console.print(json: try parsed.evaluate(in: scope).json)
    } catch let error as Diagnostics {
      try fail(error, console)
    } catch let error as EvaluationError {
      try fail(Diagnostics([error.diagnostic]), console)
    }
  }

  private func variables(_ console: Console) throws -> ValueMap {
    guard let vars else { return ValueMap() }
    let data: [UInt8]
    do throws(BoundedFile.Problem) {
      data = try vars == "-" ? BoundedFile.standardInput() : BoundedFile.bytes(of: vars)
    } catch {
      console.printError("error: \(vars) \(error.message)")
      throw ExitStatus.usage.code
    }
    guard let text = String(validating: data, as: UTF8.self) else {
      console.printError("error: \(vars) is not UTF-8")
      throw ExitStatus.invalidRunbook.code
    }
    do {
      guard case .map(let map) = try Value(json: text) else {
        console.printError("error: \(vars) must hold one JSON object")
        throw ExitStatus.invalidRunbook.code
      }
      return map
    } catch let error as JSONError {
      console.printError("error: \(vars): \(error)")
      throw ExitStatus.invalidRunbook.code
    }
  }

  private func fail(_ diagnostics: Diagnostics, _ console: Console) throws {
    let renderer = DiagnosticRenderer(sources: ["<expression>": expression])
    console.printError(renderer.render(diagnostics))
    throw ExitStatus.invalidRunbook.code
  }

  /// The arguments with an expression that begins with `-` put where it cannot be taken for an option.
  static func withExpressionLast(_ arguments: [String]) -> [String] {
    guard arguments.first == "eval", !arguments.contains("--") else { return arguments }
    var options = ["eval"]
    var words: [String] = []
    var index = 1
    while index < arguments.count {
      let word = arguments[index]
      if word == "--vars", index + 1 < arguments.count {
        options += [word, arguments[index + 1]]
        index += 1
      } else if word.begins(with: "--vars=") || ["--help", "-h", "--version"].contains(word) {
        options.append(word)
      } else {
        words.append(word)
      }
      index += 1
    }
    return words.isEmpty ? options : options + ["--"] + words
  }
}
