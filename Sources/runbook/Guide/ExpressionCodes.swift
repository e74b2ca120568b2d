extension DiagnosticGuide {
  /// Of CEL expressions and `${{ }}`.
  static let expressions: [Explanation] = [
    Explanation(
      200, "Not an expression",
      """
      The text cannot be read as CEL, the Common Expression Language, from this place on.
      """,
      cure: "Correct the expression. `runbook eval` tries one without a runbook.",
      example: .expression("rows[0].n >")),
    Explanation(
      201, "Literal that cannot be read",
      """
      A string has no closing quote or an unknown escape, or a number is out of range.
      """,
      cure: #"""
        Close the string; write a backslash as `\\`, or put `r` before the opening quote.
        """#,
      example: .expression(#"rows[0].path == 'C:\data'"#)),
    Explanation(
      202, "Part of CEL that runbooks leave out",
      "Expressions have no unsigned integers, bytes, type values or messages.",
      cure: "Use `int`, `double`, `string` or a comparison.",
      example: .expression("rows[0].n > 5u")),
    Explanation(
      203, "Call that is not possible",
      "There is no such function, or it does not take these arguments.",
      cure: "Correct the name or the arguments. docs/expressions.md lists the functions.",
      example: .expression("length(rows) > 0")),
    Explanation(
      204, "Macro with wrong arguments",
      """
      `has`, `all`, `exists`, `map`, `filter` and their like take a field or a variable's name,
      then expressions.
      """,
      cure: "Write it as in `rows.all(row, row.n > 0)` or `has(inputs.backup)`.",
      example: .expression("rows.all(row.n > 0)")),
    Explanation(
      205, "Expression nested too deep",
      "The expression has more levels of brackets and calls than are read.",
      cure: "Take it apart into captures of several steps."),
    Explanation(
      206, "`${{` without `}}`",
      "A value begins and has no end.",
      cure: "Close it with `}}`. For the characters themselves write `$${{`.",
      example: .yaml(
        """
        verification:
          - id: page-answers
            sql: SELECT 1 AS n
        report:
          root_cause: Autogenerate dropped them on ${{ env.HOST.
        """)),
    Explanation(
      210, "Expression that could not be evaluated",
      """
      The expression is well formed and has no value: a name or a key is missing, an index is out
      of range, types do not match, a number overflows or is divided by zero.
      """,
      cure: """
        Read the message and correct the expression. `has(…)` asks whether a field is there.
        """,
      example: .expression("1 / 0 > 1")),
  ]
}
