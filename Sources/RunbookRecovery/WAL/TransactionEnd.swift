package import RunbookModel

/// How a transaction ended, as a line of `pg_waldump --rmgr=Transaction` tells.
package struct TransactionEnd: Sendable, Hashable {
  package let xid: Int64
  package let isCommit: Bool
  /// By the server's clock.
  package let at: Timestamp
  /// Relations' files that a commit removed (or, of an abort, that the transaction had made): paths
  /// such as `base/5/16400`.
  package let files: [String]
  /// Its own number, and those of its subtransactions.
  package let all: [Int64]

  /// - Returns: nil for a line about something else.
  package init?(line: Substring) {
    guard let words = line.range(ofFirst: "desc: ").map({ line[$0.upperBound...] }),
      let xid = line.range(ofFirst: "tx:").flatMap({ Self.number(after: line[$0.upperBound...]) })
    else { return nil }
    let parts = words.pieces(separatedBy: ";", omittingEmptySubsequences: true)
    guard let head = parts.first else { return nil }
    let fields = head.pieces(separatedBy: " ")
    guard fields.count >= 4 else { return nil }
    switch fields[0] {
    case "COMMIT", "COMMIT_PREPARED": isCommit = true
    case "ABORT", "ABORT_PREPARED": isCommit = false
    default: return nil
    }
    // A prepared transaction's own number stands between: `COMMIT_PREPARED 752: 2025-10-18 …`.
    let isPrepared = fields[1].lastScalar == ":"
    let start = isPrepared ? 2 : 1
    guard fields.count >= start + 3, fields[start + 2].prefixOfScalars(3) == "UTC",
      let at = Timestamp(rfc3339: "\(fields[start])T\(fields[start + 1])Z")
    else { return nil }
    self.xid = isPrepared ? Self.number(after: fields[1]) ?? xid : xid
    self.at = at
    let inner = parts.map { $0.dropScalars { $0 == " " } }.first { $0.begins(with: "subxacts: ") }
    all =
      [self.xid]
      + (inner?.dropFirstScalars(10).pieces(separatedBy: " ").compactMap { Int64($0) } ?? [])
    files =
      parts.map { $0.dropScalars { $0 == " " } }.first { $0.begins(with: "rels: ") }
      .map { $0.dropFirstScalars(6).pieces(separatedBy: " ").map(String.init) } ?? []
  }

  private static func number(after text: Substring) -> Int64? {
    Int64(text.dropScalars { $0 == " " }.prefixOfScalars { $0.isASCII && $0.isNumber })
  }

  /// The files of one database.
  package func files(ofDatabase oid: Int64) -> [String] {
    files.filter { path in
      // A tablespace's are under pg_tblspc/SPACE/VERSION/DATABASE/FILE.
      path.pieces(separatedBy: "/").dropLast().last.map(String.init) == String(oid)
    }
  }
}
