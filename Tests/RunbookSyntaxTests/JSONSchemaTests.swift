import Foundation
import RunbookModel
import RunbookSyntax
import Testing

/// Whether there is a Python that checks JSON against a schema.
private let hasChecker = (try? Checker.run(["-c", "import jsonschema"]))?.status == 0

private enum Checker {
  static func run(_ arguments: [String]) throws -> (status: Int32, output: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3"] + arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: output, as: UTF8.self))
  }

  /// For each document whether it is valid, in order.
  static func validity(of documents: [Value], by schema: Value) throws -> [Bool] {
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "runbook-schema-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: "input.json")
    let input: Value = ["schema": schema, "documents": .list(documents)]
    try Data(input.json.utf8).write(to: file)
    let program = """
      import json, sys
      from jsonschema import Draft202012Validator
      given = json.load(open(sys.argv[1]))
      Draft202012Validator.check_schema(given["schema"])
      validator = Draft202012Validator(given["schema"])
      for document in given["documents"]:
          print(1 if validator.is_valid(document) else 0)
      """
    let (status, output) = try run(["-c", program, file.path])
    #expect(status == 0)
    return output.pieces(separatedBy: "\n").map { $0 == "1" }
  }
}

@Suite("JSON Schema")
struct JSONSchemaTests {
  private let schema = JSONSchema(kinds: Fixture.kinds).value

  @Test(.enabled(if: hasChecker, "python3 has no jsonschema"))
  func acceptsWhatTheReaderAccepts() throws {
    let texts = [Fixture.whole, NewRunbook.text(name: "first")]
    for text in texts {
      #expect(Fixture.reader.attempt(text: text, fileName: "r.yaml").runbook != nil)
    }
    let documents = try texts.map { try YAMLDocument.value(of: $0, file: "r.yaml") }
    #expect(try Checker.validity(of: documents, by: schema) == [true, true])
  }

  @Test(.enabled(if: hasChecker, "python3 has no jsonschema"))
  func refusesWhatTheReaderRefusesByShape() throws {
    let structural: Set<DiagnosticCode> = [
      .wrongShape, .missingKey, .unknownKey, .badChoice, .badInteger, .badBool, .kindMissing,
      .severalKinds, .unknownKind, .emptyList,
    ]
    let malformed = (Malformed.format + Malformed.steps + Malformed.values)
      .filter { structural.contains($0.code) }
    let documents = try malformed.map {
      try YAMLDocument.value(of: Marked($0.text).text, file: "r.yaml")
    }
    let validity = try Checker.validity(of: documents, by: schema)
    #expect(validity.count == malformed.count)
    let accepted = zip(malformed, validity).filter(\.1).map(\.0.name)
    #expect(accepted == [])
  }

  @Test func describesEveryKey() throws {
    let properties = try #require(schema.mapValue?["properties"]?.mapValue)
    let top = FileSpec(kinds: Fixture.kinds).top
    #expect(properties.keys.map(\.stringValue) == top.map(\.name))
    for (_, property) in properties.pairs {
      #expect(property.mapValue?["description"]?.stringValue?.isEmpty == false)
    }
  }
}
