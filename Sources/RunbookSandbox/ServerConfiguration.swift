import RunbookEngine
package import RunbookModel

/// What is added to a sandbox's `postgresql.conf`.
///
/// The file's syntax: <https://www.postgresql.org/docs/current/config-setting.html>.
package struct ServerConfiguration: Sendable, Hashable {
  package let text: String
  package let listenAddresses: ListenAddresses

  /// Settings on which the sandbox itself rests.
  private static let reserved: Set<String> = [
    "config_file", "data_directory", "external_pid_file", "hba_file", "ident_file", "include",
    "include_dir", "include_if_exists", "log_destination", "log_line_prefix", "log_timezone",
    "logging_collector", "port", "unix_socket_directories",
    "unix_socket_group", "unix_socket_permissions",
  ]

  /// - Throws: `invalid` for a name that is none, or that is the sandbox's own to set.
  package init(folder: SandboxFolder, settings: [Runbook.Sandbox.Setting]) throws(StepFailure) {
    listenAddresses = try ListenAddresses(of: settings)
    var lines = Self.own(folder, listenAddresses).map { "\($0.0) = \(Self.quoted($0.1))" }
    for setting in settings {
      try Self.check(setting)
      // Written above, in numbers.
      if setting.name == ListenAddresses.settingName { continue }
      lines.append("\(setting.name) = \(Self.quoted(setting.value.text))")
    }
    text = lines.joined(separator: "\n") + "\n"
  }

  /// Nobody reaches the server but through its socket, unless TCP is asked for; nothing needs to
  /// outlive a power cut.
  private static func own(
    _ folder: SandboxFolder, _ listenAddresses: ListenAddresses
  ) -> [(String, String)] {
    [
      (ListenAddresses.settingName, listenAddresses.text),
      ("unix_socket_directories", folder.socket),
      ("unix_socket_permissions", "0700"),
      ("fsync", "off"),
      ("full_page_writes", "off"),
      ("cluster_name", "runbook sandbox"),
      ("timezone", "UTC"),
      ("log_timezone", "UTC"),
      ("log_line_prefix", "%m [%p] "),
    ]
  }

  private static func check(_ setting: Runbook.Sandbox.Setting) throws(StepFailure) {
    let isName =
      setting.name.utf8.first.map { UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 } == true
      && setting.name.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".")
        }
      }
    guard isName else {
      throw StepFailure(
        .invalid, "`\(setting.name)` is not the name of a server setting (\(setting.place))",
        hint: "a name is of lower-case letters, digits, `_` and `.`")
    }
    guard !reserved.contains(setting.name) else {
      throw StepFailure(
        .invalid, "the sandbox sets `\(setting.name)` itself (\(setting.place))",
        hint: "remove it from the sandbox's settings")
    }
    guard !setting.value.text.utf8.contains(where: { $0 < 0x20 }) else {
      throw StepFailure(
        .invalid, "the setting `\(setting.name)` has more than one line (\(setting.place))")
    }
  }

  private static func quoted(_ value: String) -> String {
    var result = "'"
    for scalar in value.unicodeScalars {
      if scalar == "'" || scalar == "\\" { result.unicodeScalars.append(scalar) }
      result.unicodeScalars.append(scalar)
    }
    return result + "'"
  }
}
