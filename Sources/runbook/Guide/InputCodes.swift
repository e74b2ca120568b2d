import RunbookModel

extension DiagnosticGuide {
  /// Of inputs, of keys that exclude one another, and of texts.
  static let inputs: [Explanation] = [
    Explanation(
      121, "Secret that is not a string",
      "Only an input of type `string` can be secret.",
      cure: "Make it a string, or leave `secret` out.",
      example: .yaml(
        """
        inputs:
          pin: {type: int, secret: true}
        """)),
    Explanation(
      122, "Secret with a default",
      "A secret in the file would be no secret.",
      cure: """
        Remove the default. A secret comes from the environment or from what `from:` names.
        """,
      example: .yaml(
        """
        inputs:
          token: {type: string, secret: true, default: swordfish}
        """)),
    Explanation(
      123, "Default of another type",
      "The default is not a value that the input's type takes.",
      cure: "Write a value of the type, or change the type.",
      example: .yaml(
        """
        inputs:
          port: {type: int, default: high}
        """)),
    Explanation(
      124, "Key of another input type",
      """
      `values` belongs to `enum`, which needs it; `items` belongs to `list`; `exists` to `path`, and to a
      list of paths.
      """,
      cure: "Remove the key, or change the type.",
      example: .yaml(
        """
        inputs:
          fault: {type: enum}
        """)),
    Explanation(
      125, "Keys that exclude one another",
      """
      Of some keys exactly one is expected, and there are none or several; or a key stands
      without the one that it belongs to.
      """,
      cure: "Keep the ones that the message asks for.",
      example: .yaml(
        """
        verification:
          - {id: user-rows, sql: SELECT 1 AS n, retry: {every: 1s}}
        """)),
    Explanation(
      140, as: .warning, "Text that may show as something else",
      """
      The text holds characters that turn its direction or are invisible, or, in SQL and
      scripts, a blank that only looks like one. What a reader sees may not be what runs.
      """,
      cure: #"""
        Remove the character, unless it is meant. It is shown by its number, as in `\u{202e}`.
        """#,
      example: .yaml(
        #"""
        title: "Restore\u202e the tables"
        """#)),
  ]
}
