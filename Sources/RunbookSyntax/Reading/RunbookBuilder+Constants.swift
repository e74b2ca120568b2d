import RunbookModel

extension RunbookBuilder {
  mutating func constants() -> [Runbook.Constant] {
    (fields["constants"]?.fields?.all ?? []).compactMap { field in
      reader.claim(field, .constant)
      guard let written = field.value.data else { return nil }
      guard let source = DataSource(written) else {
        return Runbook.Constant(name: field.name, place: field.place, value: written)
      }
      return value(of: source, for: field).map {
        Runbook.Constant(name: field.name, place: field.place, value: $0)
      }
    }
  }

  /// The part of a file beside the runbook that a constant is.
  private mutating func value(of source: DataSource, for field: Fields.Field) -> Value? {
    let whole = dataFiles[source.file] ?? document(source.file, for: field)
    dataFiles[source.file] = .some(whole)
    return whole.flatMap { part(of: $0, source, for: field) }
  }

  private mutating func document(_ file: String, for field: Fields.Field) -> Value? {
    do throws(FileFailure) {
      let text = try reader.folder.contents(of: file).text
      do throws(Diagnostics) {
        return try YAMLDocument.value(of: text, file: file)
      } catch {
        reader.diagnostics += error
      }
    } catch {
      reader.diagnostics.append(error.diagnostic(at: error.place ?? field.place))
    }
    return nil
  }

  private mutating func part(
    of whole: Value, _ source: DataSource, for field: Fields.Field
  ) -> Value? {
    var value = whole
    for key in source.path {
      guard let next = value.mapValue?[key] else {
        let known = value.mapValue?.keys.compactMap(\.stringValue) ?? []
        let nearest = NearestName.of(key, among: known).map { "did you mean `\($0)`?" }
        reader.report(
          .missingKey, "`\(source.file)` has no `\(key)` where `\(field.name)` looks for it",
          field.place,
          hint: nearest
            ?? (known.isEmpty ? nil : "the keys there are \(NameList.text(of: known))"))
        return nil
      }
      value = next
    }
    return value
  }
}

/// A constant that is read from a YAML file: `{file: owners.yaml, at: [owners, backend]}`.
private struct DataSource {
  let file: String
  let path: [String]

  /// - Returns: nil for a mapping that is no such thing, but a value of its own.
  init?(_ value: Value) {
    guard let map = value.mapValue, let file = map["file"]?.stringValue,
      map.keys.allSatisfy({ $0 == "file" || $0 == "at" })
    else { return nil }
    let path = map["at"].map { at in at.listValue ?? [at] } ?? []
    guard path.allSatisfy({ $0.stringValue != nil }) else { return nil }
    self.file = file
    self.path = path.compactMap(\.stringValue)
  }
}
