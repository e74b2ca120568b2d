import RunbookModel

extension DiagnosticGuide {
  /// Of files and YAML.
  static let files: [Explanation] = [
    Explanation(
      1, "File not found",
      """
      The runbook, or a file that it names, is not there. Paths in a runbook start at the
      runbook's own folder.
      """,
      cure: "Correct the path, or put the file where the path says.",
      example: .yaml(
        """
        recovery:
          - id: recreate-session
            sql: {file: ddl/sesion.sql}
        """)),
    Explanation(
      2, "File that cannot be read",
      """
      The system refuses to open or read the file; the message ends with the system's own reason.
      """,
      cure: "Make the file readable for the account that runs the program."),
    Explanation(
      3, "Not a regular file",
      """
      A folder, a device, a pipe or a link that leads nowhere stands where a file is expected.
      """,
      cure: "Name a regular file."),
    Explanation(
      4, "File larger than 8 MiB",
      "A runbook, and each file that is read as part of it, may have 8 MiB at most.",
      cure: """
        Split it. Data does not belong in a runbook: load it in a shell step, with `psql`.
        """),
    Explanation(
      5, "File that is not UTF-8",
      "The place is the first byte that does not belong to UTF-8.",
      cure: "Save the file as UTF-8."),
    Explanation(
      6, "Character that is not allowed",
      "The file holds a NUL character, or YAML holds a control character as it stands.",
      cure: #"""
        Remove it. In a text in double quotes a control character can be written as an escape,
        such as `"\u0007"`.
        """#),
    Explanation(
      10, "Not YAML",
      """
      The YAML parser cannot read the file from this place on. Often a text that holds `: `, or
      that begins with a sign such as `*`, `&`, `@`, `[` or `{`, is missing its quotes.
      """,
      cure: "Put the text into quotes, or write it as a block with `|`.",
      example: .yaml("title: Sign-in fails: everybody gets 500")),
    Explanation(
      11, "Key given twice",
      """
      Two keys of one mapping are the same. Which of them was meant cannot be known, so neither
      silently wins.
      """,
      cure: "Remove or rename one of them.",
      example: .yaml(
        """
        title: Tables are gone
        title: Tables are empty
        """)),
    Explanation(
      12, "YAML tag",
      """
      Tags such as `!!str` are not read: a value's type follows from how it is written.
      """,
      cure: "Remove the tag. Quotes make a text of anything.",
      example: .yaml(
        """
        constants:
          build: !!str 42
        """)),
    Explanation(
      13, "Second document",
      "A file holds one YAML document, and `---` begins another.",
      cure: "Remove the `---`, or make two files.",
      example: .yaml(
        """
        title: Tables are gone
        ---
        title: Tables are empty
        """)),
    Explanation(
      14, "Nothing in the file",
      "The file is empty, or holds only comments.",
      cure: "`runbook new NAME` writes a first runbook that is valid."),
    Explanation(
      15, "YAML nested too deep",
      "Mappings and lists may be nested 64 levels deep.",
      cure: "Flatten the data."),
    Explanation(
      16, "Too much by aliases",
      """
      Aliases (`*name`) may stand for 10,000 values or 8 MiB of text, all together. A few lines
      of aliases of aliases could otherwise fill the memory.
      """,
      cure: "Write the values out, or refer to them less often."),
    Explanation(
      17, "Alias inside its own anchor",
      "`*name` stands within what `&name` marks, so it would have no end.",
      cure: "Move one of the two.",
      example: .yaml(
        """
        constants:
          tables: &tables [user, *tables]
        """)),
    Explanation(
      18, "Alias without an anchor",
      """
      No `&name` stands before this `*name`. A text that begins with `*` is read as an alias, too.
      """,
      cure: "Mark the value that is meant with `&name`, or put the text into quotes.",
      example: .yaml(
        """
        constants:
          tables: *protected
        """)),
    Explanation(
      19, "Key that is not text",
      """
      A mapping or a list stands where a key is expected. Nearly always a value that begins with
      `{` or `[` is missing its quotes.
      """,
      cure: "Put the value into quotes.",
      example: .yaml(
        """
        constants:
          pair: {[user, session]: 2}
        """)),
    Explanation(
      20, "Key of data that is not text",
      "In data, such as a constant, a key is a text, a whole number or a bool.",
      cure: "Put the key into quotes.",
      example: .yaml(
        """
        constants:
          limits: {1.5: high}
        """)),
    Explanation(
      21, "Number too large to keep",
      """
      A hexadecimal or octal number beyond 64 bits, or an exponent beyond all use, cannot be kept
      exactly.
      """,
      cure: "Put it into quotes if it is a text. As a number it has to be smaller.",
      example: .yaml(
        """
        constants:
          many: 0xFFFFFFFFFFFFFFFFF
        """)),
    Explanation(
      22, as: .note, "More than is listed",
      """
      Of each severity the first hundred diagnostics are listed; the others are counted. With
      `--json` this note has the counts.
      """,
      cure: "Mend what is listed, and run `runbook validate` again."),
  ]
}
