import RunbookModel

/// Numbers and hashes what an attempt hands over as evidence.
struct EvidenceRecorder {
  /// The run's folder.
  let runFolder: String
  /// How a file of evidence is opened.
  var open: (_ path: String) throws(EvidenceFile.Problem) -> EvidenceFile = {
    path throws(EvidenceFile.Problem) in try EvidenceFile(path: path)
  }

  /// Files are durable before the entry that holds their hash; one that no entry tells of goes.
  ///
  /// - Returns: the records, and a notice of each file that could not be read to its end: its digest
  ///   and its size are of what could be read. One that cannot be opened is no evidence.
  func record(
    _ drafts: [EvidenceDraft], of result: StoredResult, in evidenceFolder: String,
    numberedFrom count: Int,
    at time: Timestamp
  ) -> (records: [EvidenceRecord], notices: [String]) {
    var records: [EvidenceRecord] = []
    var notices: [String] = []
    for draft in drafts {
      let (contents, notice) = contents(of: draft, result, evidenceFolder)
      if let notice { notices.append(notice) }
      guard let contents else { continue }
      let cut = result.cut(of: draft)
      let size = max(draft.uncutSize ?? 0, cut?.size ?? 0, contents.size)
      records.append(
        EvidenceRecord(
          id: "E\(count + records.count + 1)",
          what: cut.map { "\(draft.what), the first \($0.mark)" } ?? draft.what,
          source: draft.source,
          capturedAt: time, size: size, digest: contents.digest, content: contents.content,
          isCut: notice != nil || cut != nil || draft.isCut || size > contents.size))
    }
    return (records, notices + settle(records, in: EvidenceFolder(path: evidenceFolder)))
  }

  /// - Returns: what is not as it should be.
  private func settle(_ records: [EvidenceRecord], in folder: EvidenceFolder) -> [String] {
    guard folder.path.begins(with: "\(runFolder)/evidence/") else { return [] }
    var kept: Set<String> = []
    for record in records {
      if case .file(let path) = record.content, let name = path.pieces(separatedBy: "/").last {
        kept.insert(String(name))
      }
    }
    let left = folder.sweep(keeping: kept).map { "the file \($0) in \(folder.path) is no evidence" }
    guard !kept.isEmpty, !folder.force(upTo: runFolder) else { return left }
    return left + ["the folder of the evidence could not be made durable"]
  }

  private struct Contents {
    let content: EvidenceRecord.Content
    let size: Int64
    let digest: Digest
  }

  private func contents(
    of draft: EvidenceDraft, _ result: StoredResult, _ evidenceFolder: String
  ) -> (Contents?, notice: String?) {
    switch draft.content {
    case .result(let key):
      guard let value = result.values[key] else { return (nil, nil) }
      let text = value.stringValue ?? value.json
      let contents = Contents(
        content: .result(key: key), size: Int64(text.utf8.count), digest: Digest.sha256(of: text))
      return (contents, nil)
    case .file(let name):
      return contents(ofFile: "\(evidenceFolder)/\(name)", named: name)
    }
  }

  private func contents(
    ofFile path: String, named name: String
  ) -> (Contents?, notice: String?) {
    var hasher = Digest.Hasher()
    var size: Int64 = 0
    var (isOpen, isRead) = (false, false)
    var notice: String?
    do throws(EvidenceFile.Problem) {
      let file = try open(path)
      isOpen = true
      var piece = try file.next()
      if piece.count > 100_000 { hasher = Digest.Hasher(isForMuch: true) }
      while !piece.isEmpty {
        hasher.update(piece)
        size += Int64(piece.count)
        piece = try file.next()
      }
      isRead = true
      try file.force()
    } catch  where isRead {
      notice = "evidence file \(name) could not be made durable: \(error.message)"
    } catch {
      notice = "evidence file \(name) could be read only to byte \(size): \(error.message)"
    }
    guard isOpen else { return (nil, notice) }
    let relative =
      path.begins(with: runFolder + "/")
      ? String(path.dropFirstScalars(runFolder.unicodeScalars.count + 1)) : path
    return (Contents(content: .file(path: relative), size: size, digest: hasher.finalize()), notice)
  }
}
