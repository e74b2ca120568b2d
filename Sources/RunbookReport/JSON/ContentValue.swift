import RunbookDocument
import RunbookModel

extension Content {
  /// What tools read: values as they are, without the words that are there for people alone.
  var value: Value {
    switch self {
    case .words(let text), .prose(let text), .code(let text), .quote(let text),
      .htmlText(let text), .listing(let text, _):
      .string(text)
    case .label(_, let raw): .string(raw)
    case .phrase(let phrase): .string(phrase.plainText)
    case .actor(let actor): actor.value
    case .reference(let reference): .string(reference.id)
    case .time(let time): .timestamp(time)
    case .duration(let duration): .double(duration.wholeSeconds)
    case .number(let number), .size(let number): .int(number)
    case .status(let status, _), .symbol(let status): .string(status.rawValue.snakeCased)
    case .inline(let contents, _): .list(contents.map(\.value))
    case .block(let block, _), .headline(let block), .headlineCell(let block): block.value
    case .cell(let text), .line(let text): .string(text.markdown)
    case .checklist(let items): .list(items.map(\.text.value))
    case .lessons(let blocks, _): .list(blocks.map(\.value))
    case .work(let item, let became): item.value(became)
    case .table(let rows): .list(rows.map { .map($0) })
    case .captures(let captures):
      .list(captures.map { .map(ValueMap([("name", .string($0.name)), ("value", $0.value)])) })
    case .picture, .bar, .todoCount: .null
    }
  }

  /// Why values that its author asked for are not there, one each.
  var reasonsForTodos: [String] {
    switch self {
    case .block(let block, _), .headline(let block), .headlineCell(let block):
      block.reasonsForTodos
    case .cell(let text), .line(let text): text.reasonsForTodos
    case .lessons(let blocks, _): blocks.flatMap(\.reasonsForTodos)
    default: []
    }
  }
}

extension Phrase {
  var plainText: String {
    pieces.map { piece in
      switch piece {
      case .words(let text), .name(let text), .quote(let text), .prose(let text): text
      }
    }
    .joined()
  }
}

extension Reference {
  /// `E4` for evidence, `J12` for an entry of the journal.
  var id: String {
    switch self {
    case .evidence(let id): id
    case .entry(let sequence): "J\(sequence)"
    }
  }
}

extension Duration {
  /// Seconds with their fraction.
  var wholeSeconds: Double {
    Double(components.seconds) + Double(components.attoseconds) / 1e18
  }
}

extension Actor {
  fileprivate var value: Value {
    .map(ValueMap([("account", .string(account)), ("name", name.map { .string($0) } ?? .null)]))
  }
}

extension WorkItem {
  fileprivate func value(_ became: Phrase?) -> Value {
    .map(
      ValueMap([
        ("language", .string(language.rawValue)), ("text", .string(text)),
        ("effect", .string(effect.rawValue.snakeCased)),
        (
          "parameters",
          .list(
            parameters.map {
              .map(ValueMap([("name", .string($0.name)), ("value", $0.value)]))
            })
        ),
        ("became", became.map { .string($0.plainText) } ?? .null),
      ]))
  }
}

extension AuthoredText {
  /// The author's Markdown, without the marks of a report that is being written.
  fileprivate var markdown: String {
    String(
      String.UnicodeScalarView(
        AuthoredMarkdown(self).blocks.unicodeScalars.filter { !Mark.all.contains($0) }))
  }

  fileprivate var reasonsForTodos: [String] {
    segments.compactMap { segment in
      switch segment {
      case .words, .value, .unseen, .said: nil
      case .undefined(let name): "undefined: \(name)"
      case .failed(let message): "no value: \(message)"
      }
    }
  }
}

extension AuthoredBlock {
  fileprivate var value: Value {
    switch self {
    case .text(let text): .string(text.markdown)
    case .list(let items): .list(items.map(\.value))
    case .fields(let fields):
      .map(ValueMap(fields.map { ($0.name, $0.block.value) }))
    }
  }

  fileprivate var reasonsForTodos: [String] {
    switch self {
    case .text(let text): text.reasonsForTodos
    case .list(let items): items.flatMap(\.reasonsForTodos)
    case .fields(let fields): fields.flatMap(\.block.reasonsForTodos)
    }
  }
}
