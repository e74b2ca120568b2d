import RunbookModel

/// A value of a YAML file with its place; anchors and aliases are resolved.
struct YAMLNode: Sendable {
  enum Content: Sendable {
    case scalar(YAMLScalar)
    case sequence([YAMLNode])
    case mapping([YAMLPair])
  }

  let mark: YAMLMark
  /// Scalars on the first line: of a scalar its own, of a mapping its first key's.
  let length: Int32
  let content: Content

  func place(in file: String) -> Place {
    Place(file: file, line: Int(mark.line), column: Int(mark.column), length: Int(length))
  }

  var scalar: YAMLScalar? { if case .scalar(let scalar) = content { scalar } else { nil } }

  var isNull: Bool { scalar.map { $0.style == .plain && CoreSchema.isNull($0.text) } ?? false }
}

struct YAMLPair: Sendable {
  let key: YAMLKey
  let value: YAMLNode
}

struct YAMLKey: Sendable {
  let text: String
  let mark: YAMLMark
  let length: Int32
  let isPlain: Bool

  func place(in file: String) -> Place {
    Place(file: file, line: Int(mark.line), column: Int(mark.column), length: Int(length))
  }
}

struct YAMLScalar: Sendable {
  enum Style: Sendable {
    case plain, quoted, literal, folded
  }

  enum Layout: Sendable {
    case line, opaque
    case block(indent: Int32)
  }

  let text: String
  let style: Style
  let layout: Layout
  /// The first character of the text itself.
  let mark: YAMLMark

  /// What the text is by YAML's core schema.
  var value: CoreSchema.Scalar {
    style == .plain ? CoreSchema.scalar(text) : .value(.string(text))
  }
}

extension YAMLNode {
  /// The scalar's text with its layout; nil for the other nodes.
  func sourceText(in file: String) -> SourceText? {
    guard let scalar else { return nil }
    let isLine = if case .line = scalar.layout { true } else { false }
    let place = Place(
      file: file, line: Int(scalar.mark.line), column: Int(scalar.mark.column),
      length: isLine ? max(0, Int(length) - (scalar.style == .quoted ? 2 : 0)) : 0)
    switch scalar.layout {
    case .line: return SourceText(scalar.text, at: place, layout: .line)
    case .opaque: return SourceText(scalar.text, at: place, layout: .opaque)
    case .block(let indent):
      let layout = SourceText.Layout.block(
        firstLine: Int(scalar.mark.line), indent: Int(indent))
      return SourceText(scalar.text, at: place, layout: layout)
    }
  }

  /// What a message says was found.
  var shapeName: String {
    switch content {
    case .sequence: return "a list"
    case .mapping: return "a mapping"
    case .scalar(let scalar):
      guard case .value(let value) = scalar.value else { return "a number" }
      switch value {
      case .null: return "nothing"
      case .bool(let value): return "`\(value)`"
      case .int, .double, .decimal: return "a number"
      default: return "text"
      }
    }
  }
}
