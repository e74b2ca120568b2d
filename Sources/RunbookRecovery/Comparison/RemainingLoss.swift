import RunbookModel

/// What is still lost after a recovery: what the way that was taken could bring back, and what it never could.
///
/// Only what was lost before the recovery can be beyond the way: whatever was lost since has come of something else, and
/// nothing excuses it.
struct RemainingLoss {
  private let comparison: CatalogComparison
  private let way: RecoveryWay?
  private let missing: Set<CatalogObject.Key>
  private let goneTables: ExactSet
  private let emptied: ExactSet
  private let properties: ExactSet

  /// - Parameters:
  ///   - way: nil where nobody says which was taken: nothing is beyond it.
  ///   - damage: what was found lost before.
  init(_ comparison: CatalogComparison, way: RecoveryWay?, damage: CatalogDamage?) {
    self.comparison = comparison
    self.way = damage == nil ? nil : way
    missing = Set((damage?.missing ?? []).map(\.key))
    goneTables = ExactSet(damage?.goneTables ?? [])
    emptied = ExactSet(damage?.emptied ?? [])
    properties = ExactSet(damage?.properties ?? [])
  }

  private var damage: [CatalogFinding] { comparison.findings.filter(\.fate.isDamage) }

  /// What the way could bring back, and what nobody knows to be otherwise.
  var recoverable: [CatalogFinding] { damage.filter { !isBeyond($0) } }

  var beyond: [CatalogFinding] { damage.filter(isBeyond) }

  /// Of what is beyond the way, what is no rows: these are counted by `assess`.
  var lostForGood: [String] {
    let count = beyond.count { ![.emptied, .rowsLost].contains($0.fate) }
    guard count > 0 else { return [] }
    return [
      count == 1
        ? "1 object of the catalogue, or property of a table"
        : "\(count) objects of the catalogue, or properties of tables"
    ]
  }

  private func isBeyond(_ finding: CatalogFinding) -> Bool {
    guard let way, wasLost(finding) else { return false }
    switch way.name {
    case .none, .rename: return false
    case .archive: return isNewerThanArchive(finding, way)
    case .downgrade, .runbook:
      // Tables and columns they make; no row, and not all that hangs on a table.
      switch finding.fate {
      case .emptied, .rowsLost, .propertyLost, .dependentLost: return true
      case .dropped, .renamed, .columnLost, .changed, .undetermined, .intact: return false
      }
    }
  }

  private func wasLost(_ finding: CatalogFinding) -> Bool {
    let object = finding.object
    switch finding.fate {
    case .emptied, .rowsLost:
      return goneTables.contains(object.identity) || emptied.contains(object.identity)
    case .propertyLost:
      return goneTables.contains(object.identity)
        || finding.cure.map(properties.contains) ?? false
    default: return missing.contains(object.key)
    }
  }

  /// Whether a table has all the rows that the archive has of it: what it lacks was written later.
  private func isNewerThanArchive(_ finding: CatalogFinding, _ way: RecoveryWay) -> Bool {
    guard [.emptied, .rowsLost].contains(finding.fate),
      let now = comparison.actual.rows[finding.object.identity]?.count
    else { return false }
    let loads = way.loads.filter {
      $0.mode != .columns && $0.table.isIdentical(to: finding.object.identity)
    }
    return now >= loads.map(\.rows).max() ?? 0
  }
}
