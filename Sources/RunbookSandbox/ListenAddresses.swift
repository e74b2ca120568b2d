import RunbookEngine
package import RunbookModel

/// Where a sandbox's server answers besides its socket: on this machine's own addresses, and only
/// when the runbook's setting `listen_addresses` asks for it.
package struct ListenAddresses: Sendable, Hashable {
  package static let settingName = "listen_addresses"

  /// Numeric, in the order of the setting; none unless TCP is asked for.
  package let all: [String]

  /// - Throws: `invalid` for an address that other machines might reach.
  package init(of settings: [Runbook.Sandbox.Setting]) throws(StepFailure) {
    var all: [String] = []
    for setting in settings where setting.name == Self.settingName {
      for word in setting.value.text.pieces(separatedBy: ",") {
        for address in try Self.numeric(word.trimmingSpaces, setting) where !all.contains(address) {
          all.append(address)
        }
      }
    }
    self.all = all
  }

  /// As the server's setting of the same name takes it.
  package var text: String { all.joined(separator: ",") }

  /// `localhost` becomes numbers here: what a resolver makes of the name is not for us to trust.
  private static func numeric(
    _ word: Substring, _ setting: Runbook.Sandbox.Setting
  ) throws(StepFailure) -> [String] {
    switch word {
    case "localhost": return ["127.0.0.1", "::1"]
    case "127.0.0.1", "::1": return [String(word)]
    default:
      throw StepFailure(
        .invalid,
        "a sandbox answers on this machine only, not on `\(word)` (\(setting.place))",
        hint: "`\(settingName)` takes 127.0.0.1, ::1 and localhost")
    }
  }
}

extension Substring {
  fileprivate var trimmingSpaces: Substring {
    var rest = dropScalars { $0 == " " }
    while rest.lastScalar == " " { rest.unicodeScalars.removeLast() }
    return rest
  }
}
