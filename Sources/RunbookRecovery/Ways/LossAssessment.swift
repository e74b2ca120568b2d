package import RunbookModel

/// Rows lost for good, as far as numbers tell.
///
/// Keys tell which rows are gone. Two counts tell a difference alone: rows that were deleted after a
/// backup come back with it, and hide as many that are lost, so that a difference is the least that is.
package struct LossAssessment: Sendable {
  /// Of a comparison before recovery: `table`, `before`, `before_is`.
  package let before: [ValueMap]
  /// Of one after it: `table`, `now`, `now_is`, and `gone` and `new` where keys were compared.
  package let after: [ValueMap]
  /// When it was as in `before`.
  package let asOf: Timestamp?
  /// When the backup was made that rows came from.
  let backupAt: Timestamp?
  /// Of the restore: `table`, `at_backup`, `restored`, `set_aside`, `already_there`.
  let restored: [ValueMap]
  /// Of the restore: `referenced`, `rows`.
  package let orphans: [ValueMap]

  /// One map a table, in the order of `before`.
  package var tables: [ValueMap] { before.map(assess) }

  /// Whether `before` is no later than the backup: what came after it was not counted then.
  private var isBeforeOldest: Bool {
    guard let asOf, let backupAt else { return false }
    return asOf <= backupAt
  }

  private func assess(_ row: ValueMap) -> ValueMap {
    let table = row["table"] ?? ""
    let restore = restored.first { $0["table"] == table }
    let now = after.first { $0["table"] == table }
    let orphaned =
      orphans.filter { $0["referenced"] == table }
      .compactMap { $0["rows"]?.intValue }.max() ?? 0
    var result = ValueMap()
    result["table"] = table
    result["before"] = row["before"] ?? .null
    result["at_backup"] = restore?["at_backup"] ?? .null
    result["restored"] = restore?["restored"] ?? .null
    result["set_aside"] = restore?["set_aside"] ?? .null
    result["now"] = now?["now"] ?? .null
    let loss = loss(
      before: row["before"]?.intValue, isCounted: row["before_is"] == "counted",
      now: now?["now"]?.intValue, gone: now?["gone"]?.intValue, new: now?["new"]?.intValue,
      fromBackup: restore != nil && restore?["mode"] != "columns",
      orphaned: orphaned)
    result["lost"] = loss.rows.map(Value.int) ?? .null
    result["lost_is"] = .string(loss.rows == nil ? "unknown" : loss.isExact ? "counted" : "bounded")
    result["known"] = .string(loss.known)
    return result
  }

  private struct Loss {
    let rows: Int64?
    let isExact: Bool
    let known: String
  }

  private func loss(
    before: Int64?, isCounted: Bool, now: Int64?, gone: Int64?, new: Int64?, fromBackup: Bool,
    orphaned: Int64
  ) -> Loss {
    guard let before, let now else {
      return Loss(rows: nil, isExact: false, known: "it was not counted before or after")
    }
    let time = asOf.map { " at \($0)" } ?? ""
    if let gone {
      let back = new ?? 0
      return Loss(
        rows: gone, isExact: true,
        known: "counted by primary key\(time)"
          + (fromBackup && back > 0
            ? "; \(back) that were not there then came with the backup" : ""))
    }
    let missing = before > now ? before - now : 0
    let bound = max(missing, orphaned)
    let counted = isCounted ? "counted" : "estimated"
    if fromBackup, isBeforeOldest {
      return Loss(
        rows: bound > 0 ? bound : nil, isExact: false,
        known: bound > 0
          ? "at least: \(orphaned) rows of other tables refer to rows that are gone, and \(missing) of "
            + "the backup's rows could not go back"
          : "unknown: nobody counted what was written after the backup")
    }
    if fromBackup {
      return Loss(
        rows: bound, isExact: false,
        known: "at least: \(counted)\(time), less what is there now; rows deleted since the backup "
          + "came back and hide as many")
    }
    return Loss(
      rows: bound, isExact: isCounted && orphaned <= missing,
      known: "\(counted)\(time), less what is there now")
  }
}
