import RunbookModel

/// What stands behind a name of the report, before any format writes it.
///
/// A case says what sort of thing it is; how that looks is for each format to say, in one place.
indirect enum Content: Sendable {
  /// The report's own words; never a value of the run.
  case words(String)
  /// One of the report's own words for people, and what tools read in its place.
  case label(String, raw: String)
  /// Running text of the run on one line.
  case prose(String)
  /// A name or another short token of the run.
  case code(String)
  /// Free text of the run or of a person.
  case quote(String)
  /// Free text inside an element of HTML, where Markdown is not read.
  case htmlText(String)
  case phrase(Phrase)
  case actor(Actor)
  case reference(Reference)
  case time(Timestamp)
  case duration(Duration)
  case number(Int64)
  /// In bytes.
  case size(Int64)
  case status(StepHistory.Status, String)
  /// A step's status as a sign.
  case symbol(StepHistory.Status)
  case inline([Content], separator: String)

  /// An authored part with its lines.
  case block(AuthoredBlock, BlockForm)
  /// An authored part on one line: its first paragraph, or its items.
  case headline(AuthoredBlock)
  /// The same in a table's cell.
  case headlineCell(AuthoredBlock)
  /// An authored text in a table's cell.
  case cell(AuthoredText)
  /// An authored text with its lines drawn together.
  case line(AuthoredText)
  case checklist([PreventionFacts.CheckItem])
  case lessons([AuthoredBlock], Lesson)

  /// Lines exactly as they are, with the language that they are written in.
  case listing(String, language: String)
  /// A statement, script, request or instruction, and what became of it where it did not just run.
  case work(WorkItem, became: Phrase? = nil)
  case table([ValueMap])
  case captures([Capture])
  /// A picture, where the format can draw.
  case picture(TimelinePicture)
  /// A bar as long as a share of its place, 0 to 1.
  case bar(Double)
  /// How many fields nobody filled.
  case todoCount

  enum BlockForm: Sendable {
    case plain, numbered
    /// A text of one line is a list's only item.
    case listed
  }

  enum Lesson: String, Sendable {
    case wrong, right, lucky, future
  }

  struct Capture: Sendable {
    let name: String
    let value: Value
  }
}

/// What stands where a fact is not there.
enum Gap: Sendable, Hashable {
  /// It prints as nothing, and a section on it is not written.
  case nothing
  /// Somebody has to fill it.
  case todo
  /// The same in a table's cell.
  case todoWord
  /// The same for a fact about the incident: no gap where no incident was confirmed.
  case missing
  case words(String)
}
