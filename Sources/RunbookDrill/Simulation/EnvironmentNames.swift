import RunbookExpression
import RunbookModel

/// The environment variables that a runbook's steps read.
struct EnvironmentNames {
  let names: Set<String>

  init(of runbook: Runbook) {
    var texts: [SourceText] = []
    for step in runbook.steps {
      let options = step.options
      texts += options.expect + options.captures.map(\.expression)
      texts += [options.when, options.confirms].compactMap(\.self)
      texts += FieldValue.fields(step.body).texts
    }
    names = Set(texts.flatMap(Self.names))
  }

  /// Values that say what they are, so that nothing of the real environment is in a simulated run.
  var standIns: [String: String] {
    Dictionary(uniqueKeysWithValues: names.map { ($0, "simulated-\($0)") })
  }

  /// A text may be an expression, a template or neither: what is none reads nothing.
  private static func names(in source: SourceText) -> [String] {
    guard source.text.holds("env") else { return [] }
    let inExpression = (try? Expression(parsing: source))?.references ?? []
    let inTemplate = (try? Template(parsing: source))?.references ?? []
    return (inExpression + inTemplate).filter { $0.name == "env" }.compactMap(\.path.first)
  }
}

extension FieldValue {
  fileprivate var texts: [SourceText] {
    switch self {
    case .text(let source): [source]
    case .list(let items): items.flatMap(\.texts)
    case .fields(let fields): fields.all.flatMap(\.value.texts)
    default: []
    }
  }
}
