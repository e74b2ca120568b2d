import RunbookModel

/// JSON inside of another text.
package enum JSONText {
  /// JSON on one line as the text of a comment of HTML: nothing in it can end the comment, begin another, or
  /// is hidden.
  ///
  /// The signs stand in strings alone, where JSON can write them otherwise: what it says stays the same.
  package static func inComment(_ json: String) -> String {
    TerminalText.json(
      json.replacingAll("--", with: "-\\u002d").replacingAll("<", with: "\\u003c")
        .replacingAll(">", with: "\\u003e"))
  }
}
