import RunbookModel
import Testing

@testable import RunbookPostgres
@testable import RunbookRecovery

struct TransactionEndTests {
  private static let head =
    "rmgr: Transaction len (rec/tot):    405/   405, tx:        752, lsn: 0/01951E90, prev "
    + "0/01951E50, desc: "

  @Test(arguments: [
    ("COMMIT 2025-10-18 22:01:13.123456 UTC", 752, true, 0),
    (
      "COMMIT 2025-10-18 22:01:13.123456 UTC; rels: base/5/16400 base/5/16403; inval msgs: 51", 752,
      true, 2
    ),
    (
      "COMMIT 2025-10-18 22:01:13.123456 UTC; rels: pg_tblspc/9/PG_15_202209061/5/16400 base/6/1",
      752, true, 1
    ),
    ("ABORT 2025-10-18 22:01:13.123456 UTC; rels: base/5/16400", 752, false, 1),
    ("COMMIT_PREPARED 749: 2025-10-18 22:01:13.123456 UTC; rels: base/5/7", 749, true, 1),
    ("ABORT_PREPARED 749: 2025-10-18 22:01:13.123456 UTC", 749, false, 0),
  ])
  func readsEnds(_ text: String, xid: Int64, isCommit: Bool, files: Int) throws {
    let end = try #require(TransactionEnd(line: Self.head[...] + text))
    #expect(end.xid == xid)
    #expect(end.isCommit == isCommit)
    #expect(end.at.description == "2025-10-18T22:01:13.123456Z")
    #expect(end.files(ofDatabase: 5).count == files)
  }

  @Test(arguments: [
    "", "desc: ", "tx: 1, desc: COMMIT", "tx: 1, desc: COMMIT 2025-10-18",
    "tx: x, desc: COMMIT a b UTC",
    "tx: 1, desc: ASSIGNMENT xtop 2: subxacts: 3", "tx: 1, desc: COMMIT 2025-10-18 22:01:13 CEST",
    "tx: 99999999999999999999, desc: COMMIT 2025-10-18 22:01:13.1 UTC", "tx: 1, desc: PREPARE gid",
  ])
  func leavesOtherLinesAlone(_ text: String) { #expect(TransactionEnd(line: text[...]) == nil) }
}
