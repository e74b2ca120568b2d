import RunbookEngine
import Testing

/// Where the search for credentials ends, what lies behind is searched in its turn, or taken whole.
struct CredentialBoundTests {
  private static let filler = String(repeating: "plain words here\n", count: 70_000)

  @Test(arguments: [
    "password=behind-4711", "{\"token\": \"behind-4711\"}", "http://me:behind-4711@h/x",
    "mysql -pbehind-4711",
  ]) func aTextBeyondAMebibyteIsSearched(_ credential: String) {
    #expect(Credentials.values(in: Self.filler + credential + "\n").contains("behind-4711"))
  }

  /// Across the places where its parts meet.
  @Test(arguments: [-20, -11, -3, 0, 5]) func aCredentialIsFoundWhereverItStands(_ shift: Int) {
    let step = 1 << 20
    for place in [step + shift, step - 2 * 16_384 + shift] {
      let text = String(repeating: "a\n", count: place / 2) + "password=behind-4711\n"
      #expect(Credentials.values(in: text).contains("behind-4711"), "\(place)")
    }
  }

  /// The whole is a secret, and so each line of it.
  @Test(arguments: ["\"", "'"]) func aValueThatIsNotReadToItsEndIsTakenWithTheText(_ quote: String) {
    let value = String(repeating: "k9-x", count: 6_000)
    let text = "password=\(quote)\(value)\(quote)"
    #expect(Credentials.values(in: text).contains(text))
  }
}
