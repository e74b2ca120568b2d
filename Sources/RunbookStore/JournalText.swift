public import RunbookEngine
public import RunbookModel

/// A journal as text, for the repository and for other tools: a line for each entry, its hash, a space
/// and its JSON.
public enum JournalText {
  public static func text(of entries: [Entry]) -> String {
    entries.map { "\($0.hash) \($0.body)\n" }.joined()
  }

  /// - Throws: `damaged` with the first entry that does not fit the chain, `cannotRead` where the text is
  ///   something else.
  public static func parse(_ text: String, from subject: String) throws(StoreError) -> [Entry] {
    var entries: [Entry] = []
    var previous = Digest.zero
    guard text.isEmpty || isJournal(text) else {
      throw StoreError(
        .cannotRead, subject: subject,
        "\(subject) is no journal as text, which has a line for each entry: its hash, a space and its JSON"
      )
    }
    // By bytes: to look for characters in a journal of a long run takes a sixth of its reading.
    for line in text.utf8.split(separator: UInt8(ascii: "\n")) {
      let sequence = Int64(entries.count + 1)
      let parts = line.split(separator: UInt8(ascii: " "), maxSplits: 1)
      guard parts.count == 2, let hash = parts.first, let body = parts.last else {
        throw StoreError(
          .damaged(sequence: sequence), subject: subject,
          "line \(sequence) is not a hash, a space and an entry")
      }
      let entry = try JournalCoding.entry(
        body: String(Substring(body)), hash: String(Substring(hash)), sequence: sequence,
        after: previous, in: subject)
      entries.append(entry)
      previous = entry.hash
    }
    return entries
  }

  /// Whether a text begins as a journal does: with a hash.
  private static func isJournal(_ text: String) -> Bool {
    Digest(hex: String(Substring(text.utf8.prefix(Digest.zero.hex.utf8.count)))) != nil
  }
}
