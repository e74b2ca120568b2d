private import Foundation
import RunbookModel

/// Numbers and hashes what an attempt hands over as evidence.
struct EvidenceRecorder {
  /// The run's folder.
  let runFolder: String

  func record(
    _ drafts: [EvidenceDraft], of result: Value, in evidenceFolder: String, numberedFrom count: Int,
    at time: Timestamp
  ) -> [EvidenceRecord] {
    drafts.enumerated().compactMap { offset, draft in
      guard let (content, size, digest) = contents(of: draft, result, evidenceFolder) else {
        return nil
      }
      return EvidenceRecord(
        id: "E\(count + offset + 1)", what: draft.what, source: draft.source, capturedAt: time,
        size: draft.uncutSize ?? size, digest: digest, content: content,
        isCut: draft.uncutSize.map { $0 > size } ?? false)
    }
  }

  private func contents(
    of draft: EvidenceDraft, _ result: Value, _ evidenceFolder: String
  ) -> (EvidenceRecord.Content, Int64, Digest)? {
    switch draft.content {
    case .result(let key):
      guard let value = result.mapValue?[key] else { return nil }
      let text = value.stringValue ?? value.json
      return (.result(key: key), Int64(text.utf8.count), Digest.sha256(of: text))
    case .file(let name):
      let path = evidenceFolder + "/" + name
      guard let handle = FileHandle(forReadingAtPath: path) else { return nil }
      var hasher = Digest.Hasher()
      var size: Int64 = 0
      // A read error ends the file here: the digest is of what could be read, and so is the size.
      while let piece = try? handle.read(upToCount: 1 << 20), !piece.isEmpty {
        hasher.update(piece)
        size += Int64(piece.count)
      }
      let relative =
        path.hasPrefix(runFolder + "/") ? String(path.dropFirst(runFolder.count + 1)) : path
      return (.file(path: relative), size, hasher.finalize())
    }
  }
}
