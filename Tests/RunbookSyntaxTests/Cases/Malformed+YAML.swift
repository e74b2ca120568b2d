import RunbookSyntax

extension Malformed {
  static let yaml: [Malformed] = [
    Malformed("empty", .emptyDocument, "▸"),
    Malformed("only a comment", .emptyDocument, "▸# nothing\n"),
    Malformed("only a document's start", .emptyDocument, "▸---\n"),
    Malformed("two documents", .severalDocuments, whole + "▸---\na: 1\n"),
    Malformed("an unclosed list", .yamlSyntax, "runbook: [a\ntitle▸: x\n"),
    Malformed("an unclosed quote", .yamlSyntax, "runbook: \"a\ntitle: x\n▸"),
    Malformed("a tab for indentation", .yamlSyntax, "runbook: r\ninputs:\n▸\ta: string\n"),
    Malformed("a mapping inside of text", .yamlSyntax, "runbook: r\ntitle: a▸: b\n"),
    Malformed("an indicator that is reserved", .yamlSyntax, "runbook: r\ntitle: ▸@home\n"),
    Malformed(
      "a flow mapping with brackets", .yamlSyntax, "runbook: r\nreport: {impact: a▸[0], b: c}\n",
      hint: "quotes"),
    Malformed("a stray bracket", .yamlSyntax, "runbook: r\n▸]\n"),
    Malformed("an escape that is none", .yamlSyntax, "runbook: r\ntitle: \"a▸\\q\"\n"),
    Malformed("a version that is not read", .yamlSyntax, "▸%YAML 3.0\n---\nrunbook: r\n"),
    Malformed(
      "a duplicate key", .duplicateKey, "runbook: r\n▸runbook: r\n", hint: "line 1"),
    .top("a duplicate key in flow", .duplicateKey, "constants: {a: 1, ▸a: 2}"),
    .top(
      "a duplicate among many keys", .duplicateKey,
      "constants:\n" + (0..<20).map { "  k\($0): \($0)\n" }.joined() + "  ▸k3: 3"),
    .top("a tag on text", .tag, hint: "quotes", "title: ▸!!str 5"),
    .top("a tag of one's own", .tag, "constants: {a: ▸!secret x}"),
    .top("a tag on a mapping", .tag, "constants: ▸!!map {a: x}"),
    .top("an alias without an anchor", .undefinedAlias, "title: ▸*nothing"),
    .top("an alias inside of itself", .selfAlias, "constants: {a: &a [1, ▸*a]}"),
    .top("aliases that explode", .tooManyAliases, laughs),
    .top(
      "nested too deep", .tooDeep,
      "constants: {a: " + String(repeating: "[", count: 62) + "▸["
        + String(repeating: "]", count: 63) + "}"),
    .top("a list as a key", .complexKey, "constants: {▸[a, b]: c}"),
    .top("a mapping as a key", .complexKey, "constants:\n  ? ▸{a: b}\n  : c"),
    .top(
      "a value that wants quotes", .complexKey, hint: "quotes",
      "constants:\n  a: {▸{ inputs.a }: }"),
    .top("a merge key", .unknownKey, hint: "merge", "report:\n  ▸<<: {impact: x}"),
    .top("a control character", .controlCharacter, "title: a▸\u{7}b"),
    Malformed("a NUL character", .controlCharacter, "runbook: r\ntitle: a▸\u{0}b\n"),
    .top("a hexadecimal beyond 64 bits", .numberTooLarge, "constants: {a: ▸0xFFFFFFFFFFFFFFFFF}"),
    .top("a number beyond all limits", .numberTooLarge, "constants: {a: ▸1e9999999}"),
    .top("a decimal as a key of data", .dataKey, "constants: {a: {▸12345678901234567890: 1}}"),
    .top("a null as a key of data", .dataKey, "constants: {a: {▸~: 1}}"),
    .top("a float as a key of data", .dataKey, "constants: {a: {▸1.5: 1}}"),
  ]

  private static let whole = "runbook: r\nverification:\n  - {id: a, sql: SELECT 1}\n"

  private static let laughs = """
    constants:
      a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]
      b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]
      c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]
      d: &d [*c, *c, *c, *c, *c, *c, *c, ▸*c, *c, *c]
    """
}
