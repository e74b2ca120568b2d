import RunbookModel

/// The name of a migration of Flyway's: `V2.1__Add_users.sql`, `U2.1__Add_users.sql`, `R__Views.sql`.
///
/// https://documentation.red-gate.com/flyway/flyway-concepts/migrations
package struct FlywayName: Sendable {
  package enum Kind: Sendable {
    case versioned, undo, repeatable, baseline
  }

  package let kind: Kind
  /// Empty for one that is repeated.
  package let version: [UInt64]
  /// With points, as Flyway shows it.
  package let versionText: String
  package let description: String

  /// - Parameter path: only its last part counts.
  package init?(_ path: String) {
    let name = path.pieces(separatedBy: "/").last ?? ""
    guard name.ends(with: ".sql"), let first = name.firstScalar,
      let separator = name.range(ofFirst: "__")
    else { return nil }
    let version = name[name.startIndex..<separator.lowerBound].dropFirstScalars()
    switch first {
    case "V": kind = .versioned
    case "U": kind = .undo
    case "R": kind = .repeatable
    case "B": kind = .baseline
    default: return nil
    }
    let parts = version.pieces(omittingEmptySubsequences: false) { $0 == "." || $0 == "_" }
    let numbers = parts.compactMap { UInt64($0) }
    guard kind == .repeatable ? version.isEmpty : numbers.count == parts.count else { return nil }
    self.version = numbers
    versionText = parts.joined(separator: ".")
    description = String(name[separator.upperBound...].dropLastScalars(4)).replacingAll(
      "_", with: " ")
  }

  /// Whether a file of any language is named as a migration of Flyway's.
  package static func isVersioned(_ name: String) -> Bool {
    let stem = name.halves(at: ".").map { String($0.before) } ?? name
    return FlywayName(stem + ".sql") != nil
      || FlywayName(
        name.dropping(suffix: name.pieces(separatedBy: ".").last.map(String.init) ?? "") + "sql")
        != nil
  }

  /// What Flyway runs on an occasion: `afterMigrate.sql`, `beforeEachMigrate__Roles.sql`.
  /// https://documentation.red-gate.com/flyway/flyway-concepts/callbacks
  package static func isCallback(_ path: String) -> Bool {
    let name = path.pieces(separatedBy: "/").last.map(String.init) ?? path
    guard name.ends(with: ".sql") else { return false }
    let event = name.dropLastScalars(4)
    let occasion = event.halves(at: "__").map { String($0.before) } ?? String(event)
    return occasions.contains(occasion)
  }

  private static let occasions: Set<String> = {
    var names: Set<String> = ["createSchema"]
    for time in ["before", "after"] {
      for event in [
        "Migrate", "EachMigrate", "EachMigrateStatement", "Versioned", "Repeatables",
        "Connect", "Baseline", "Validate", "Repair", "Info", "Clean", "Undo", "EachUndo",
      ] {
        names.insert(time + event)
        for ending in ["Applied", "Error", "OperationFinish"] {
          names.insert(time + event + ending)
        }
      }
    }
    return names
  }()

  /// Versions by their numbers, one that is missing being 0; what is repeated comes after all, by its
  /// description.
  package static func < (left: FlywayName, right: FlywayName) -> Bool {
    if left.kind == .repeatable || right.kind == .repeatable {
      return left.kind == right.kind
        ? left.description < right.description : right.kind == .repeatable
    }
    for index in 0..<max(left.version.count, right.version.count) {
      let one = index < left.version.count ? left.version[index] : 0
      let other = index < right.version.count ? right.version[index] : 0
      if one != other { return one < other }
    }
    return false
  }
}
