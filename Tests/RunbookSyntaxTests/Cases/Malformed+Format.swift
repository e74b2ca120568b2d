import RunbookSyntax

extension Malformed {
  static let format: [Malformed] = [
    Malformed("a list for a runbook", .wrongShape, "▸- a\n- b\n"),
    Malformed("text for a runbook", .wrongShape, "▸hello\n"),
    Malformed("no name", .missingKey, "▸title: x\nverification: [{id: a, sql: SELECT 1}]\n"),
    Malformed("no steps", .noSteps, "▸runbook: r\n", hint: "detection"),
    Malformed("no steps in the phases", .noSteps, "▸runbook: r\ndetection: []\n"),
    Malformed(
      "a phase that is empty", .wrongShape,
      "runbook: r\ndetection:▸ \nverification: [{id: a, sql: SELECT 1}]\n"),
    Malformed(
      "recovery without detection", .noDetection,
      "runbook: r\n▸recovery: [{id: a, sql: SELECT 1}]\n"),
    .top("a misspelt key", .unknownKey, hint: "did you mean `title`?", "▸titel: x"),
    .top("a key nobody knows", .unknownKey, hint: "the keys are runbook", "▸zzzzzzzz: x"),
    .top("a key with a capital letter", .unknownKey, hint: "`owner`", "▸Owner: x"),
    .top("text for steps", .wrongShape, "detection: ▸soon"),
    .top("a mapping for steps", .wrongShape, "detection: ▸{id: a}"),
    .top("a list for text", .wrongShape, "title: ▸[a]"),
    .top("nothing for text", .wrongShape, "title: ▸~"),
    .top("a severity that is none", .badChoice, hint: "`critical`", "severity: ▸criticl"),
    Malformed(
      "a name with spaces", .badName, "runbook: ▸my book\nverification: [{id: a, sql: SELECT 1}]\n"),
    .top("an unknown type of input", .badChoice, hint: "`string`", "inputs: {a: ▸strin}"),
    .top("an input without a type", .missingKey, "inputs: {a: {▸optional: true}}"),
    .top(
      "an input's unknown key", .unknownKey, hint: "`default`",
      "inputs: {a: {type: int, ▸defalt: 1}}"),
    .top("an input named as a root", .reservedName, "inputs: {▸steps: string}"),
    .top("an input named as a word of CEL", .reservedName, "inputs: {▸while: string}"),
    .top("an input that is no identifier", .badName, "inputs: {▸auth-url: string}"),
    .top(
      "a constant named as an input", .nameClash, hint: "line 4",
      "inputs: {a: string}\nconstants: {▸a: 1}"),
    .top("a secret that is a number", .secretType, "inputs: {a: {▸type: int, secret: true}}"),
    .top(
      "a secret with a default", .secretDefault,
      "inputs: {a: {type: string, secret: true, ▸default: x}}"),
    .top("a default of another type", .defaultMismatch, "inputs: {a: {type: int, default: ▸many}}"),
    .top(
      "a default that is not a choice", .defaultMismatch,
      "inputs: {a: {type: enum, values: [x], default: ▸y}}"),
    .top(
      "a default with a bad item", .defaultMismatch,
      "inputs: {a: {type: list, items: int, default: ▸[1, x]}}"),
    .top(
      "a number as the default of text", .defaultMismatch, hint: "quotes",
      "inputs: {a: {type: string, default: ▸5}}"),
    .top("an enum without values", .inputShape, "inputs: {▸a: enum}"),
    .top("values without an enum", .inputShape, "inputs: {a: {type: int, ▸values: [x]}}"),
    .top("exists of no path", .inputShape, "inputs: {a: {type: string, ▸exists: true}}"),
    .top("items without a list", .inputShape, "inputs: {a: {type: int, ▸items: int}}"),
    .top(
      "a source that is none", .unknownKey, hint: "`file`",
      "inputs: {a: {type: string, from: {▸fille: a}}}"),
    .top("a source with nothing", .exactlyOne, "inputs: {a: {type: string, ▸from: {}}}"),
    .top(
      "a source with two", .exactlyOne,
      "inputs: {a: {type: string, ▸from: {file: a, command: [b]}}}"),
    .top(
      "a bool in words", .badBool, hint: "true or false", "inputs: {a: {type: int, optional: ▸yes}}"
    ),
    .top(
      "a bool in quotes", .badBool, hint: "without quotes",
      "inputs: {a: {type: int, optional: ▸\"true\"}}"),
    .top("a connection without a URL", .missingKey, "connections: {main: {▸kind: postgres}}"),
    .top("a connection of another kind", .badChoice, "connections: {main: {kind: ▸mysql, url: x}}"),
    .top(
      "a connection's bad name", .badName, "connections: {▸\"my db\": {kind: postgres, url: x}}"),
    .top(
      "receipts that are none", .badChoice,
      "connections: {m: {kind: postgres, url: x, receipts: ▸yes}}"),
    .top(
      "an unknown part of the report", .unknownKey, hint: "`root_cause`",
      "report: {▸root_causes: x}"),
    .top("an action of no type", .badChoice, "report: {action_items: [{action: a, type: ▸fix}]}"),
    .top("an action without words", .missingKey, "report: {action_items: [{▸owner: a}]}"),
    .top(
      "an expression in the report", .expressionSyntaxCode, "report: {impact: \"a ${{ 1 + ▸}}\"}"),
    .top("a template that is not closed", .templateUnclosedCode, "report: {impact: \"a ▸${{ 1\"}"),
    .top("a sandbox's unknown key", .unknownKey, hint: "`fixture`", "sandbox: {▸fixtures: []}"),
    .top("a service without a command", .missingKey, "sandbox: {services: {a: {▸env: {}}}}"),
    .top(
      "a sandbox's step named again", .duplicateStep,
      "sandbox: {fixture: [{id: ▸a, sql: SELECT 1}]}"),
    .top(
      "a gate in the sandbox", .notInPhase,
      "sandbox: {fault: [{id: b, sql: SELECT 1, ▸gate: true}]}"),
  ]
}
