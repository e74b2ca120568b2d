import RunbookModel

extension LogEnvelope {
  /// An object a line that holds the line: of Docker, Cloud Logging, CloudWatch, Azure, journald, Fluent Bit and others.
  package static let json = LogEnvelope(name: "JSON", isPlain: false) { line, _ in
    guard line.trimmed.first == UInt8(ascii: "{"), let object = JSONLine(line) else { return nil }
    guard let content = texts.lazy.compactMap({ object.at($0)?.stringValue }).first else {
      return nil
    }
    // Docker cuts long lines, and ends whole ones with a line break.
    let isDocker = object.at("log") != nil && object.at("stream") != nil
    let isPart = isDocker && !content.ends(with: "\n")
    let names = streams.compactMap { object.at($0)?.stringValue }
    return Line(
      stream: Array(names.joined(separator: " ").utf8),
      content: Array(content.withoutFinalLineBreak.utf8), time: time(of: object), isPart: isPart,
      isCollected: isDocker || object.at("textPayload") != nil
        || object.at("__REALTIME_TIMESTAMP") != nil)
  }

  private static let texts = [
    "log", "textPayload", "MESSAGE", "message", "msg", "body", "line", "jsonPayload.message",
    "properties.message", "@message", "event.original",
  ]

  private static let streams = [
    "stream", "logStreamName", "logStream", "pod", "kubernetes.pod_name",
    "kubernetes.container_name",
    "resource.labels.pod_name", "resource.labels.database_id", "_HOSTNAME", "SYSLOG_IDENTIFIER",
    "_PID",
  ]

  private static func time(of object: JSONLine) -> String? {
    guard case .at(let time)? = object.stamp(LogZones())?.time else { return nil }
    return time.description
  }
}
