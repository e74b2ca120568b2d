import RunbookModel
import Testing

@testable import RunbookEngine

struct RedactorTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let secrets: [String]
    let text: String
    let redacted: String
    var testDescription: String { "\(secrets) in \(text)" }
  }

  @Test(arguments: [
    Case(secrets: ["pw"], text: "a pw b pw", redacted: "a [redacted] b [redacted]"),
    // Each place counts, and what overlaps is one.
    Case(secrets: ["pword", "pwordpword"], text: "pwordpwordpword", redacted: "[redacted]"),
    Case(secrets: ["abcdef", "defghi"], text: "-abcdefghi-", redacted: "-[redacted]-"),
    // A secret that is part of the mark.
    Case(secrets: ["edit", "redacted"], text: "editedit", redacted: "[redacted][redacted]"),
    // A short one counts as a word of its own.
    Case(
      secrets: ["e", "12"], text: "reed e 12 120 (12) e_",
      redacted: "reed [redacted] [redacted] 120 ([redacted]) e_"),
    Case(secrets: [""], text: "nothing", redacted: "nothing"),
    Case(secrets: [], text: "nothing", redacted: "nothing"),
    Case(secrets: ["é"], text: "é e\u{301}", redacted: "[redacted] e\u{301}"),
    Case(secrets: ["line one\nline two"], text: "has line two", redacted: "has [redacted]"),
    Case(secrets: ["line one\nab"], text: "grab", redacted: "grab"),
    Case(secrets: ["hunter2\r\n"], text: "hunter2\n", redacted: "[redacted]\n"),
    Case(secrets: ["hunter2\n\n"], text: "a hunter2", redacted: "a [redacted]"),
    Case(secrets: ["  hunter2\t"], text: "hunter2", redacted: "[redacted]"),
    Case(
      secrets: ["one line\r\ntwo lines\r\n"], text: "one line\ntwo lines", redacted: "[redacted]"),
    Case(secrets: ["hunter2"], text: "hun\u{1B}[31mter\u{1B}[m2", redacted: "[redacted]"),
    Case(secrets: ["hunter2"], text: "h\0u\0n\0t\0e\0r\0\\x32", redacted: "[redacted]"),
    Case(
      secrets: ["postgres://u:p%40ss@h/d"], text: "p@ss p%40ss", redacted: "[redacted] [redacted]"),
    Case(
      secrets: ["host=h password='it\\'s me'"], text: "it's me, it\\'s me",
      redacted: "[redacted], [redacted]"),
    Case(secrets: ["long"], text: "lon", redacted: "lon"),
  ]) func takesSecretsOut(_ example: Case) {
    let redactor = Redactor(secrets: example.secrets)
    #expect(redactor.redact(example.text) == example.redacted)
    #expect(redactor.holdsSecret(.string(example.text)) == (example.text != example.redacted))
  }

  /// What other programs make of a secret.
  @Test(arguments: [
    "c2VjcmV0LXBhc3MgfiY/", "dXNlcjpzZWNyZXQtcGFzcyB+Jj8=", "eHVzZXI6c2VjcmV0LXBhc3MgfiY/",
    "eHh1c2VyOnNlY3JldC1wYXNzIH4mPzo=", "dXNlcjpzZWNyZXQtcGFzcyB-Jj8",
    "secret-pass%20~%26%3F", "secret-pass+~%26%3F", "secret-pass%20~%26%3f",
    "secret-pass%2520~%2526%253F", "7365637265742d70617373207e263f",
    "7365637265742D70617373207E263F",
    "secret-pass ~&amp;?",
  ]) func takesEncodedSecretsOut(_ form: String) {
    let redactor = Redactor(secrets: ["secret-pass ~&?"])
    let text = "header: \(form)."
    let redacted = redactor.redact(text)
    #expect(redacted.holds(Redactor.mark), "\(redacted)")
    // At most a byte or two of a code's edges stay, which are of what stands beside it too.
    #expect(redacted.utf8.count <= "header: \(Redactor.mark).".utf8.count + 14, "\(redacted)")
  }

  @Test(arguments: [
    ("a\"b\\c\nd", #"{"x": "a\"b\\c\nd"}"#, #"{"x": "[redacted]"}"#),
    ("it's", "SELECT 'it''s'", "SELECT '[redacted]'"),
  ]) func takesQuotedSecretsOut(_ secret: String, _ text: String, _ expected: String) {
    #expect(Redactor(secrets: [secret]).redact(text) == expected)
  }

  struct Variable: Sendable, CustomTestStringConvertible {
    let name: String
    let value: String
    let secrets: [String]
    var testDescription: String { "\(name)=\(value)" }
  }

  @Test(arguments: [
    // A credential by its name, whatever it looks like.
    Variable(name: "PGPASSWORD", value: "abc", secrets: ["abc"]),
    Variable(name: "PGPASSWORD", value: "1234567890", secrets: ["1234567890"]),
    Variable(name: "PGPASSWORD", value: "/slash", secrets: ["/slash"]),
    Variable(name: "DB_PASS", value: "x1", secrets: ["x1"]),
    Variable(name: "SSHPASS", value: "x1", secrets: ["x1"]),
    Variable(name: "MYSQL_PWD", value: "x1", secrets: ["x1"]),
    Variable(name: "Db_Password", value: "hunter2", secrets: ["hunter2"]),
    Variable(name: "dbPassword2", value: "hunter2", secrets: ["hunter2"]),
    Variable(name: "GH_TOKEN", value: "ghp_1", secrets: ["ghp_1"]),
    Variable(name: "NPM_TOKEN", value: "npm", secrets: ["npm"]),
    Variable(name: "AWS_SECRET_ACCESS_KEY", value: "/wJalrXUtn", secrets: ["/wJalrXUtn"]),
    Variable(name: "AWS_ACCESS_KEY_ID", value: "AKIA1", secrets: ["AKIA1"]),
    Variable(name: "STRIPE_KEY", value: "sk_1", secrets: ["sk_1"]),
    Variable(name: "SECRET_KEY_BASE", value: "k1", secrets: ["k1"]),
    Variable(name: "SENTRY_DSN", value: "https://k@h/1", secrets: ["https://k@h/1"]),
    Variable(name: "SESSION_COOKIE", value: "sid=1", secrets: ["sid=1"]),
    Variable(name: "REDISCLI_AUTH", value: "r1", secrets: ["r1"]),
    // In any variable.
    Variable(
      name: "DATABASE_URL", value: "postgresql://me:p:w@db:5432/x?a=b@c", secrets: ["p:w"]),
    Variable(name: "A", value: "mysql://u:p%2Fw@h", secrets: ["p%2Fw", "p/w"]),
    Variable(name: "A", value: "postgres://u:p/w@h/d", secrets: ["p/w"]),
    Variable(
      name: "A", value: "host=h password = 'a b\\'c' user=u", secrets: ["a b\\'c", "a b'c"]),
    Variable(name: "A", value: "host=h password=a\\ b", secrets: ["a\\ b", "a b"]),
    Variable(name: "A", value: "Server=h;Pwd=x1;Database=d", secrets: ["x1"]),
    Variable(name: "A", value: "https://h/p?access_token=t1&x=y", secrets: ["t1"]),
    Variable(name: "A", value: #"{"password": "j1", "user": "u"}"#, secrets: ["j1"]),
    Variable(name: "A", value: "Authorization: Bearer abcdefgh1", secrets: ["abcdefgh1"]),
    // What is none.
    Variable(name: "TOKEN_FILE", value: "/run/token", secrets: []),
    Variable(name: "PGPASSFILE", value: "/home/me/.pgpass", secrets: []),
    Variable(name: "SSH_AUTH_SOCK", value: "/tmp/ssh", secrets: []),
    Variable(name: "PASSWORD_MIN_LENGTH", value: "8", secrets: []),
    Variable(name: "PWD", value: "/root", secrets: []),
    Variable(name: "OLDPWD", value: "/", secrets: []),
    Variable(name: "COMPASS", value: "north", secrets: []),
    Variable(name: "KEYBOARD", value: "de", secrets: []),
    Variable(name: "URL", value: "http://host:80/a@b", secrets: []),
    Variable(name: "HOME", value: "/root", secrets: []),
    Variable(name: "TOKEN", value: "", secrets: []),
  ]) func knowsTheSecretsOfAnEnvironment(_ variable: Variable) {
    let found = EnvironmentSecrets.values(of: [variable.name: variable.value])
    #expect(Set(found) == Set(variable.secrets))
  }

  @Test func knowsThePasswordsOfFiles() {
    let files = [
      "/h/.pgpass": "# a:b:c:d:e\nh:5432:d:u:p\\:w\\\\x\nhalf:line\n",
      "/s": "[main]\nhost=h\npassword=svc1\n",
    ]
    let found = EnvironmentSecrets.values(
      inFilesOf: ["HOME": "/h", "PGSERVICEFILE": "/s"], contents: { files[$0] })
    #expect(Set(found) == ["p:w\\x", "svc1"])
  }

  @Test func goesThroughListsMapsAndKeys() {
    let redactor = Redactor(secrets: ["pw", "123456"])
    let value: Value = ["k": [["pw": "x"], "pw", 1, 123_456]]
    #expect(redactor.redact(value) == ["k": [["[redacted]": "x"], "[redacted]", 1, "[redacted]"]])
    #expect(redactor.holdsSecret(["k": [["pw": 1]]]))
    #expect(!redactor.holdsSecret(["k": [1, nil]]))
  }
}
