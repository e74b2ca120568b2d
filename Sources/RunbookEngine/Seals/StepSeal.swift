public import RunbookModel

/// What an approval binds of a step: each part of what will be performed, hashed with the run's key.
struct StepSeal: Sendable, Hashable {
  let parts: [SealedPart]

  init(parts: [SealedPart]) { self.parts = parts }

  /// - Parameters:
  ///   - deciders: what decides besides the activity whether the step runs and what becomes of it.
  ///   - isProbe: whether it is to look at what may have changed: what the run's own session has set is not among it,
  ///     nor are files that are only read.
  ///   - redactor: parts are named without secrets, as they are stored.
  init(
    _ activity: any Activity, deciders: [Surrounding] = [], isProbe: Bool = false,
    key: RunKey?, _ redactor: Redactor
  ) async {
    var around = deciders
    if !isProbe || activity.connection == nil || activity.connectsByItself {
      around = await activity.surroundings().filter { !isProbe || !$0.isData } + deciders
    }
    self.init(activity, beside: around, key, redactor)
  }

  /// - Parameter surroundings: all that is bound besides what the activity says of itself.
  init(
    _ activity: any Activity, beside surroundings: [Surrounding], _ key: RunKey?,
    _ redactor: Redactor
  ) {
    var contents:
      [(name: ExactText, hasher: Digest.Hasher, file: String?, group: SealedPart.Group?)] =
        []
    func add(_ name: String, _ content: String, file: String? = nil, group: SealedPart.Group? = nil)
    {
      let name = ExactText(redactor.redact(name))
      var place = contents.endIndex
      if let known = contents.firstIndex(where: { $0.name == name }) { place = known }
      if place == contents.endIndex { contents.append((name, key.hasher, file, group)) }
      contents[place].hasher.update(Self.text(of: content))
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
    for one in surroundings {
      add(one.name, one.content, file: one.file, group: one.group)
    }
    parts = contents.map { name, hasher, file, group in
      var hasher = hasher
      return SealedPart(
        name: String(name.text), digest: hasher.finalize(), file: file.map { redactor.redact($0) },
        group: group.map { $0.redacted(by: redactor) })
    }
  }

  /// The parts with those of the step's probe.
  func with(probe: [SealedPart]) -> StepSeal {
    StepSeal(
      parts: parts
        + probe.map {
          SealedPart(
            name: "settle: \($0.name)", digest: $0.digest, file: $0.file, group: $0.group)
        })
  }

  private static func text(of content: String) -> String { "\(content.utf8.count) \(content)" }

  /// The digest of a part that is made of one content alone.
  static func digest(of content: String, key: RunKey?) -> Digest {
    var hasher = key.hasher
    hasher.update(text(of: content))
    return hasher.finalize()
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
  func changes(since approved: [SealedPart]) -> [String] { parts.changes(since: approved) }
}

extension [SealedPart] {
  /// What is not as it was, a few words each; empty where all is.
  func changes(since approved: [SealedPart]) -> [String] {
    let former = Dictionary(
      approved.map { (ExactText($0.name), $0) }, uniquingKeysWith: { first, _ in first })
    let present = Set(map { ExactText($0.name) })
    return compactMap { part in
      guard let was = former[ExactText(part.name)] else { return "\(part.name) is new" }
      guard was.digest != part.digest else { return nil }
      return part.group?.change(of: part.name, since: was.group) ?? "\(part.name) is another"
    } + approved.filter { !present.contains(ExactText($0.name)) }.map { "\($0.name) is gone" }
  }
}

extension GateOpened {
  /// Variables of the environment that an approval of the gate binds and that are others in another one, by name.
  ///
  /// - Parameter isBound: whether one is that the gate does not name.
  public func otherVariables(
    key: RunKey?, in environment: [String: String], isBound: (String) -> Bool
  ) -> [String] {
    var names: Set<String> = []
    for item in steps {
      // What the step, or its connection, sets itself is the same everywhere.
      let own = Set(item.work.flatMap(\.parameters).map(\.name))
      let isOwn = { (name: String) in
        own.contains(name) || item.connection != nil && ServiceVariables.isOfConnection(name)
      }
      let bound = (item.seal ?? []).filter { $0.name.begins(with: Self.variable) }
      guard !bound.isEmpty else { continue }
      let known = Set(bound.map { String($0.name.dropping(prefix: Self.variable)) })
      for part in bound {
        let name = String(part.name.dropping(prefix: Self.variable))
        let isSame = environment[name].map { StepSeal.digest(of: $0, key: key) == part.digest }
        if isSame != true, !isOwn(name) { names.insert(name) }
      }
      names.formUnion(environment.keys.filter { !known.contains($0) && !isOwn($0) && isBound($0) })
    }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  private static var variable: String { "environment " }

  /// What of the files that an approval of the gate binds is not as it was when the gate was opened; a line
  /// each. Files alone can be looked at from another terminal: its environment is another.
  ///
  /// - Parameter content: what tells a file at a path from another; nil where there is none.
  public func changedFiles(key: RunKey?, content: (String) -> String?) -> [String] {
    steps.flatMap { item in
      (item.seal ?? []).compactMap { part -> String? in
        guard let file = part.file else { return nil }
        guard let now = content(file) else { return "\(item.step): \(part.name) is gone" }
        return StepSeal.digest(of: now, key: key) == part.digest
          ? nil : "\(item.step): \(part.name) is another"
      }
    }
  }
}
