import RunbookEngine
import Testing

/// Where the search for credentials ends, what lies behind is searched in its turn, or taken whole.
struct CredentialBoundTests {
  @Test func aTextBeyondAMebibyteIsSearched() {
    let text = String(repeating: String(repeating: "a", count: 150) + "\n", count: 7_000)
    #expect(Credentials.values(in: text + "password=behind-4711\n").contains("behind-4711"))
  }

  /// The whole is a secret, and so each line of it.
  @Test(arguments: ["\"", "'"]) func aValueThatIsNotReadToItsEndIsTakenWithTheText(_ quote: String)
  {
    let value = String(repeating: "k9-x", count: 6_000)
    let text = "password=\(quote)\(value)\(quote)"
    #expect(Credentials.values(in: text).contains(text))
  }
}
