package import RunbookEngine
package import RunbookModel
package import RunbookSystem

/// What one stream of a script printed: its beginning for the result, its lines for people as they
/// come, and all of it in a file once it is longer than the result may hold.
package struct CapturedOutput {
  private let stream: ChildProcess.Stream
  private var capture: BoundedCapture
  private var lines: ShownLines

  package init(_ stream: ChildProcess.Stream, _ limit: Int, _ context: AttemptContext) {
    self.stream = stream
    capture = BoundedCapture(
      limit: limit, folder: context.evidenceFolder, fileName: "\(Self.name(stream)).txt",
      redactor: context.redactor)
    lines = ShownLines(
      stream == .standardOutput ? .standardOutput : .standardError, context.redactor,
      output: context.output)
  }

  private static func name(_ stream: ChildProcess.Stream) -> String {
    stream == .standardOutput ? "stdout" : "stderr"
  }

  package mutating func append(_ bytes: [UInt8]) {
    lines.append(bytes, filed: capture.append(bytes))
  }

  /// Gives out the last line when it had no line break, and closes the file.
  package mutating func finish() {
    lines.finish(filed: capture.finish())
  }

  /// Puts the text into a result.
  package func put(into result: inout StepResult) {
    result.values[Self.name(stream)] = .string(capture.text)
    capture.mark(Self.name(stream), in: &result)
  }

  package var notices: [String] { capture.notices(of: Self.name(stream)) }

  /// Secrets taken out.
  package func lastLines(_ count: Int) -> String { lines.lastLines(count) }

  package func evidence(source: String) -> [EvidenceDraft] {
    capture.evidence(
      stream == .standardOutput ? "standard output" : "standard error", key: Self.name(stream),
      source: source)
  }
}
