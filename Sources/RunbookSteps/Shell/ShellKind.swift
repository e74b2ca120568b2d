package import RunbookEngine
package import RunbookModel
import RunbookSystem

/// `shell:` a script, run by an interpreter in a process group of its own.
///
/// A script is never put together from values: they reach it through `env:` alone.
package struct ShellKind: StepKind {
  private let environment: [String: String]
  private let gateway: (any ConnectionGateway)?

  /// - Parameters:
  ///   - environment: what scripts inherit: the executor's own environment.
  ///   - hiddenNames: variables that they do not inherit, as they hold secrets.
  ///   - gateway: the databases that scripts are led to, and where is looked for what their clients left there.
  package init(
    environment: [String: String], hiddenNames: Set<String> = [],
    gateway: (any ConnectionGateway)? = nil
  ) {
    self.environment = environment.filter { !hiddenNames.contains($0.key) }
    self.gateway = gateway
  }

  package var spec: KindSpec {
    KindSpec(
      "shell",
      .shorthand(
        key: "script",
        [
          FieldSpec("script", .text, "The script; values come through env"),
          FieldSpec("file", .file, "A file with the script, instead of script"),
          FieldSpec("env", .map(.template), "Variables for the script"),
          FieldSpec(
            "interpreter", .list(.text),
            "Who runs the script: a program and its arguments, to which a file's path is added "
              + "(sh -eu)"),
          FieldSpec("working_directory", .template, "Where it runs (the runbook's folder)"),
          FieldSpec("stdin", .template, "What it reads from its standard input (nothing)"),
          FieldSpec(
            "output_limit", .int(0...16_777_216),
            "Bytes of each output stored in the result (65536); all of a longer one goes to a file"),
          FieldSpec("grace", .duration, "From TERM to KILL when it must end (5s)"),
          FieldSpec(
            "leaves", .enumeration(["running"]),
            "running: what it starts goes on when it has ended, such as a server"),
        ]),
      results: [
        ResultSpec(
          "exit_code", "int", "0 to 255; 128 and the signal's number after a signal", isPublic: true
        ),
        ResultSpec("stdout", "string", "What it printed; output_limit bytes of it are stored"),
        ResultSpec(
          "stderr", "string",
          "What it printed to standard error; output_limit bytes of it are stored"),
        ResultSpec("signal", "int", "The signal that ended it; 0 if none did", isPublic: true),
      ], work: WorkSpec(.shell, in: ["script", "file"]),
      "Runs a script; with `connection:` the PG* variables lead psql and pg_dump there")
  }

  package func check(_ step: Step, in context: CheckContext) -> [Diagnostic] {
    var found = step.check(exactlyOneOf: ["script", "file"])
    found += step.checkDeclaredEffect("a shell step")
    for field in step.body["env"]?.fields?.all ?? [] where !Self.isVariableName(field.name) {
      found.append(
        Diagnostic(
          .error, .variableName, "`\(field.name)` cannot be a variable's name", at: field.place,
          hint: "use letters, digits and `_`, not a digit first, and no name that starts RUNBOOK_"))
    }
    if step.body["interpreter"]?.items.isEmpty == true {
      found.append(
        Diagnostic(
          .error, .emptyInterpreter, "the interpreter has no program",
          at: step.body.place(of: "interpreter"), hint: "write for example [bash, -eu]"))
    }
    return found + leavings(of: step) + swallowed(in: step)
  }

  /// What of a script keeps from its exit code that a command failed, or is not there: by default nothing else is judged.
  private func swallowed(in step: Step) -> [Diagnostic] {
    let told = step.body["interpreter"]?.items.compactMap(\.string) ?? []
    guard Self.isForShell(step),
      let piece = ScriptWords(Self.script(of: step)).swallowsFailure(
        isPipefail: told.contains { $0.holds("pipefail") })
    else { return [] }
    return [
      Diagnostic(
        .warning, .swallowedFailure,
        "\(piece) hides a failure: the script's exit code does not tell whether that command failed, "
          + "or is not there",
        at: step.body.place(of: step.body["file"] == nil ? "script" : "file"),
        hint: "run it by `interpreter: [bash, -eu, -o, pipefail]`, or take the command out of the "
          + "pipeline or from before the `||`")
    ]
  }

  /// What of a script looks as if it goes on when the script has ended, and the step does not say so.
  private func leavings(of step: Step) -> [Diagnostic] {
    guard step.body["leaves"] == nil, Self.isForShell(step),
      let started = ScriptWords(Self.script(of: step)).startsInBackground
    else { return [] }
    return [
      Diagnostic(
        .warning, .leavesRunning,
        "\(started) starts what may go on when the script has ended: it is ended then, and the step fails",
        at: step.body.place(of: step.body["file"] == nil ? "script" : "file"),
        hint: "where that is to go on, say `leaves: running`; else let the script `wait` for it")
    ]
  }

  private static func isForShell(_ step: Step) -> Bool {
    guard let program = step.body["interpreter"]?.items.first?.string else { return true }
    let name = program.pieces(separatedBy: "/").last.map(String.init) ?? program
    return ["sh", "bash", "dash", "ksh", "zsh", "ash"].contains(name)
  }

  package func effect(of step: Step) -> Effect? { step.effect() }

  package func bind(_ step: Step, to context: BindingContext) throws(StepFailure) -> any Activity {
    var variables: [WorkItem.Parameter] = []
    for field in step.body["env"]?.fields?.all ?? [] {
      guard let template = field.value.text else { continue }
      let value = try context.render(template)
      guard !value.utf8.contains(0) else {
        throw StepFailure(.invalid, "`\(field.name)` holds a zero byte (\(field.place))")
      }
      variables.append(.init(name: field.name, value: .string(value)))
    }
    return ShellActivity(
      step: step, script: Self.script(of: step), variables: variables,
      workingDirectory: try Self.workingDirectory(of: step, context),
      input: try step.body["stdin"]?.text.map { text throws(StepFailure) in
        try context.render(text)
      } ?? "",
      connection: step.options.connection == nil ? nil : context.connection?.name,
      inherited: environment, gateway: gateway)
  }

  package func variables(
    of step: Step, in folder: String, _ environment: [String: String]
  ) -> [String] {
    let given = Set((step.body["env"]?.fields?.all ?? []).map(\.name))
    let place = step.body["working_directory"]?.string.flatMap { $0.holds("${{") ? nil : $0 }
    let interpreter = step.body["interpreter"]?.items.compactMap(\.string)
    return ScriptSurroundings(
      script: Self.script(of: step), command: interpreter ?? ["sh"],
      workingDirectory: place?.resolved(in: folder) ?? folder, environment: environment, input: ""
    ).read.filter { name in
      // What its connection sets leads where that does.
      !given.contains(name)
        && (step.options.connection == nil || !ServiceVariables.isOfConnection(name))
    }
  }

  private static func script(of step: Step) -> String {
    if case .file(_, let contents)? = step.body["file"] { return contents.text }
    return step.body["script"]?.string ?? ""
  }

  private static func workingDirectory(
    of step: Step, _ context: BindingContext
  ) throws(StepFailure) -> String {
    guard let template = step.body["working_directory"]?.text else { return context.folder }
    return try context.renderPath(template)
  }

  private static func isVariableName(_ name: String) -> Bool {
    guard let first = name.utf8.first, !(48...57).contains(first) else { return false }
    return !name.begins(with: "RUNBOOK_")
      && name.utf8.allSatisfy { byte in
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
          || byte == UInt8(ascii: "_")
      }
  }
}
