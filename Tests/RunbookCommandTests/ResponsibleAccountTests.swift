import Testing

@testable import RunbookStore
@testable import runbook

/// Whose word is recorded where somebody acts as root.
struct ResponsibleAccountTests {
  private static let names: [UInt32: String] = [0: "root", 1001: "ann", 1002: "bob"]

  @Test(
    arguments: [
      // real, effective, login, sudo, account, via
      (1001, 1001, nil, nil, "ann", nil),
      // Who is not root is not somebody else by saying so.
      (1001, 1001, nil, "1002", "ann", nil),
      (1001, 0, 1002, "1002", "root", nil),
      (0, 0, nil, nil, "root", nil),
      (0, 0, nil, "0", "root", nil),
      (0, 0, 0, nil, "root", nil),
      (0, 0, nil, "1002", "bob", "by sudo as root"),
      (0, 0, 1001, "1001", "ann", "by sudo as root"),
      // The kernel's word goes before a variable.
      (0, 0, 1001, "1002", "ann", "by sudo as root"),
      (0, 0, 1001, nil, "ann", "as root"),
      (0, 0, nil, "bob", "root", nil),
      (0, 0, nil, "4242", "uid 4242", "by sudo as root"),
    ] as [(UInt32, UInt32, UInt32?, String?, String, String?)])
  func isTheAccountOfThePerson(
    _ real: UInt32, _ effective: UInt32, _ login: UInt32?, _ sudo: String?, _ account: String,
    _ via: String?
  ) {
    let found = ResponsibleAccount.of(
      real: real, effective: effective, login: login, sudo: sudo, name: { Self.names[$0] })
    #expect(found == ResponsibleAccount(name: account, via: via))
  }

  /// In a user namespace of its own a process is root by its own word.
  @Test func nobodyIsBelievedInANamespaceOfItsOwn() {
    let found = ResponsibleAccount.of(
      real: 0, effective: 0, login: 1001, sudo: "1002", isNested: true, name: { Self.names[$0] })
    #expect(found.name == "root" && found.via == nil && !found.isKnownToOthers)
    #expect(ResponsibleAccount.current([:]).isKnownToOthers == TrustedPath.isInWholeNamespace)
  }

  @Test(
    arguments: [
      (nil, true), ("         0          0 4294967295\n", true), ("0 1000 1\n", false), ("", false),
      ("0 1000 1\n1 100000 65536\n", false), ("0 0 65536\n", false),
    ] as [(String?, Bool)])
  func tellsAWholeNamespace(_ map: String?, _ isWhole: Bool) {
    #expect(TrustedPath.isWhole(map) == isWhole)
  }

  @Test(
    arguments: [
      ("/home/ann/.local/state/runbook", "/home/ann/.local/state/runbook"),
      ("/my state", "'/my state'"), ("/ann's", #"'/ann'\''s'"#), ("", "''"), ("$HOME", "'$HOME'"),
    ])
  func aFolderIsOneWordOfACommand(_ folder: String, _ word: String) {
    #expect(folder.shellWord == word)
  }
}
