import RunbookModel

/// What the marks in a report's text are replaced by, once the text is whole.
struct MarkTexts {
  /// Of a field that nobody filled, such as `TODO (owner: ops)`.
  let todo: String
  /// Of a missing fact about the incident; nil makes it a TODO.
  let missing: String?

  func filled(in text: String) -> String {
    var count = 0
    for scalar in text.unicodeScalars where Mark.all.contains(scalar) {
      switch String(scalar) {
      case Mark.todo, Mark.counted: count += 1
      case Mark.missing where missing == nil: count += 1
      default: break
      }
    }
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      guard Mark.all.contains(scalar) else {
        result.append(scalar)
        continue
      }
      switch String(scalar) {
      case Mark.todo: result.append(contentsOf: todo.unicodeScalars)
      case Mark.missing: result.append(contentsOf: (missing ?? todo).unicodeScalars)
      case Mark.counted: break
      case Mark.todoCount: result.append(contentsOf: String(count).unicodeScalars)
      default: result.append(scalar)
      }
    }
    return String(result)
  }
}
