import RunbookDocument

/// Marks that stand in the text until it is whole: private characters, which no value of a run is let
/// bring in (`Unicode.Scalar.pageMarks`).
enum Mark {
  /// A field that nobody filled.
  static let todo = "\u{10FF00}"
  /// A field about the incident that nobody filled: no gap where no incident was confirmed.
  static let missing = "\u{10FF01}"
  /// Stands before a TODO that says more, so that it is counted.
  static let counted = PlacedText.counted
  /// The number of TODOs.
  static let todoCount = "\u{10FF03}"

  /// All of them: nearly no character of a text is one, and to ask for the range is quick.
  static let all: ClosedRange<Unicode.Scalar> = Unicode.Scalar.pageMarks
}
