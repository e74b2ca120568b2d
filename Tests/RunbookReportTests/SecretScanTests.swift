import RunbookReport
import Testing

struct SecretScanTests {
  @Test(arguments: [
    ("key AKIAIOSFODNN7EXAMPLE end", "an AWS access key"),
    ("ghp_" + String(repeating: "aB3", count: 12), "a GitHub token"),
    ("\"xoxb-1234567890-abcdef\"", "a Slack token"),
    ("`sk_live_0123456789abcdefABCD`", "a Stripe key"),
    ("sk-proj-0123456789abcdefABCDEF", "an API key"),
    ("AIza" + String(repeating: "a1_", count: 11) + "ab", "a Google API key"),
    (
      "Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dBjftJeZ4CVPmB92K27uhbUJU1p1r",
      "a JSON web token"
    ),
    ("-----BEGIN RSA PRIVATE KEY-----", "a private key"),
    ("postgresql://me:hunter2@db/x", "a password in a URL"),
    (#"{"password": "hunter2hunter2"}"#, "a password or token"),
    ("API_KEY=abc123def456", "a password or token"),
  ])
  func findsWhatLooksLikeASecret(_ text: String, _ what: String) {
    #expect(SecretScan.findings(in: "one\n\(text)\n").map(\.what).contains(what))
    #expect(SecretScan.findings(in: "one\n\(text)\n").allSatisfy { $0.line == 2 })
  }

  @Test(arguments: [
    "CREATE TABLE session (token TEXT NOT NULL UNIQUE)", "postgresql://me@db/x",
    "postgresql://me:[redacted]@db/x", "postgresql://me:***@db/x", "password: [redacted]",
    "the token was lost", "risk-assessment-of-the-incident", "ask-me-anything-about-it-now",
    "9b74c9897bac770ffc029102a200c5de39a5c4f5d6e7f8091a2b3c4d5e6f7081",
    "https://host:8080/a@b", "token: $TOKEN12345678", "",
  ])
  func leavesOtherTextsAlone(_ text: String) { #expect(SecretScan.findings(in: text).isEmpty) }
}
