extension DiagnosticGuide {
  /// Of report templates.
  static let templates: [Explanation] = [
    Explanation(
      700, "Template that cannot be read",
      """
      A tag has no end on its line, a section is not closed, or sections are nested too deep.
      """,
      cure: "Close the tag or the section. See docs/reports.md.",
      example: .template("{{#steps}} {{title}}")),
    Explanation(
      701, "Unknown name in a template",
      "The report has no such name at this place, or the name is a section.",
      cure: "Correct the spelling. Inside a section its own names come first.",
      example: .template("# {{titel}}")),
    Explanation(
      702, "Unknown partial",
      """
      There is no file of this name in the template's `partials` folder, or a partial holds
      itself.
      """,
      cure: "Correct the name, or add the file.",
      example: .template("{{> timelines}}")),
    Explanation(
      703, "Tag that reports do not use",
      "Templates have variables, sections, inverted sections, partials and comments.",
      cure: "Remove the tag.",
      example: .template("{{=<% %>=}}")),
  ]
}
