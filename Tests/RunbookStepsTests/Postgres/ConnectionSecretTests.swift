import RunbookEngine
import RunbookModel
import RunbookTestSupport
import Testing

@testable import RunbookPostgres

/// What libpq takes for a password in a variable is taken for a secret.
@Suite(.enabled(if: LibPQ.isInstalled))
struct ConnectionSecretTests {
  private static let pieces = [
    "password", "host", "user", "application_name", "=", "=", " ", " ", "'", "\\", "\\'", "\\\\",
    ";", ",",
    "&", "\"", "{", "}", "p", "q4", "word", "%40", "ö", "\t", ":", "@", "/", "?", "#",
  ]

  @Test func everyPasswordThatLibpqReads() {
    let failure = Property().firstFailure { generator in
      var value = ""
      for _ in 0..<generator.below(9) { value += generator.one(of: Self.pieces) }
      let text =
        switch generator.below(4) {
        case 0: "postgresql://me:\(value)@h/d"
        case 1: "host=h password='\(value)' user=u"
        case 2: "password=\(value) host=h"
        default: "host=h \(value)"
        }
      let password = ConnectionString.options(of: text)?.last { $0.keyword == "password" }?.value
      guard let password, !password.trimming(where: { $0.isWhitespace }).isEmpty else { return nil }
      let found = EnvironmentSecrets.values(of: ["A": text])
      let wanted = password.trimming { $0.isWhitespace }
      return found.contains { $0.trimming { $0.isWhitespace }.isIdentical(to: wanted) }
        ? nil : "\(password.debugDescription) of \(text.debugDescription): \(found)"
    }
    #expect(failure == nil)
  }
}
