import RunbookModel

/// What an approval binds of a step: each part of what will be performed, hashed with the run's key.
struct StepSeal: Sendable, Hashable {
  let parts: [SealedPart]

  /// - Parameter redactor: parts are named without secrets, as they are stored.
  init(_ activity: any Activity, key: RunKey?, _ redactor: Redactor) async {
    var contents: [(name: ExactText, hasher: Digest.Hasher)] = []
    func add(_ name: String, _ content: String) {
      let name = ExactText(redactor.redact(name))
      var place = contents.endIndex
      if let known = contents.firstIndex(where: { $0.name == name }) { place = known }
      if place == contents.endIndex { contents.append((name, key.hasher)) }
      contents[place].hasher.update("\(content.utf8.count) \(content)")
    }
    add("the effect", activity.effect.rawValue)
    add("the connection", activity.connection ?? "")
    for (index, item) in activity.work.enumerated() {
      let name = Self.name(of: item.language, index + 1, of: activity.work.count)
      add(name, "\(item.language.rawValue) \(item.effect.rawValue)\n\(item.text)")
      if let condition = item.condition { add(name, condition) }
      for parameter in item.parameters {
        add("value \(parameter.name) of \(name)", parameter.value.json)
      }
    }
    for one in await activity.surroundings() { add(one.name, one.content) }
    parts = contents.map { name, hasher in
      var hasher = hasher
      return SealedPart(name: String(name.text), digest: hasher.finalize())
    }
  }

  private static func name(of language: WorkItem.Language, _ number: Int, of count: Int) -> String {
    let noun =
      switch language {
      case .sql: "statement"
      case .shell: "script"
      case .http: "request"
      case .text: "work"
      }
    return count == 1 ? "the \(noun)" : "\(noun) \(number)"
  }

  /// What is not as it was approved, a few words each; empty where all is.
  func changes(since approved: [SealedPart]) -> [String] {
    let former = Dictionary(
      approved.map { (ExactText($0.name), $0.digest) }, uniquingKeysWith: { first, _ in first })
    let present = Set(parts.map { ExactText($0.name) })
    return parts.compactMap { part in
      switch former[ExactText(part.name)] {
      case part.digest?: nil
      case nil: "\(part.name) is new"
      default: "\(part.name) is another"
      }
    } + approved.filter { !present.contains(ExactText($0.name)) }.map { "\($0.name) is gone" }
  }
}
