/// What a server says beside its answers.
final class ServerNotices {
  var words = ServerWords.asTheyAre
  private var messages: [String] = []
  /// What one request keeps at most; a loop that raises notices must not fill the memory.
  private let limit = 200

  func add(_ message: String) {
    if messages.count < limit { messages.append(message) }
    if messages.count == limit { messages.append("(more notices were not kept)") }
  }

  func take() -> [String] {
    defer { messages = [] }
    return messages
  }
}
