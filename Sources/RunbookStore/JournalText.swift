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

  /// What of an entry's text this program does not read, or would write otherwise: fields of a newer version's, or of
  /// nobody's. The chain proves of it that it was written, not what it means.
  ///
  /// - Returns: the fields' names, from the entry's text on, such as `event.step`; in the order of the text.
  public static func fieldsNotRead(in entry: Entry) -> [String] {
    let again: Entry
    do throws(StoreError) {
      again = try JournalCoding.entry(
        entry.event, sequence: entry.sequence, at: entry.recordedAt, by: entry.actor, after: .zero)
    } catch {
      return ["event"]
    }
    guard !again.body.isIdentical(to: entry.body) else { return [] }
    do throws(JSONError) {
      return difference(try Value(json: entry.body), try Value(json: again.body), at: "")
    } catch {
      // Nested too deep to be told apart here.
      return ["event"]
    }
  }

  private static func difference(_ stored: Value, _ known: Value, at path: String) -> [String] {
    switch (stored, known) {
    case (.map(let stored), .map(let known)):
      return stored.pairs.flatMap { key, value -> [String] in
        let name = key.stringValue ?? key.json
        let path = path.isEmpty ? name : "\(path).\(name)"
        // An absent field and one of null are the same.
        guard let other = known[key] else { return value == .null ? [] : [path] }
        return difference(value, other, at: path)
      }
    case (.list(let stored), .list(let known)) where stored.count == known.count:
      return zip(stored, known).flatMap { difference($0, $1, at: path) }
    default: return stored == known ? [] : [path]
    }
  }
}
