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
    Case(
      secrets: ["é"], text: "é e\u{301} e\u{300} e", redacted: "[redacted] [redacted] e\u{300} e"),
    // Lines count by themselves unless they are short, or words that stand in every text.
    Case(secrets: ["line one\nline 2 two"], text: "has line 2 two", redacted: "has [redacted]"),
    Case(secrets: ["line one\nab"], text: "grab", redacted: "grab"),
    Case(
      secrets: [
        "bypass\na\nadministrator\n[default]\nhost: me\n12\n4711\n-----------------\nx9-secret-y"
      ],
      text: "a bypass of the administrator, [default] host: me 12 4711 -----------------",
      redacted: "a bypass of the administrator, [default] host: me 12 4711 -----------------"),
    Case(
      secrets: ["hunter2\np@ssword\n12345678\nMIIEvQIBADANBgkqhkiG\ncorrect horse battery"],
      text: "hunter2 p@ssword 12345678 MIIEvQIBADANBgkqhkiG correct horse battery hunter2",
      redacted: "[redacted] [redacted]"),
    Case(
      secrets: ["a\nhunter2\np@ssword\n12345678"], text: "hunter2, p@ssword, 12345678, a",
      redacted: "[redacted], [redacted], [redacted], a"),
    // Wrapped, and with what nobody sees within.
    Case(
      secrets: ["hunter2-Secret"],
      text: "hunter2-\n  Secret h\\\nunter2-Secret\n> hunter2-S\n> ecret hunter2-Secre\r\n> > t",
      redacted: "[redacted] [redacted]\n> [redacted] [redacted]"),
    Case(
      secrets: ["two words>x"], text: "two\n> words>x, two words\n>x",
      redacted: "[redacted], [redacted]"),
    Case(secrets: ["hunter2"], text: "hunt\ner2", redacted: "hunt\ner2"),
    Case(secrets: ["12345678"], text: "1234\n5678", redacted: "1234\n5678"),
    Case(
      secrets: ["hunter2"],
      text: "hu\u{AD}nter2 h\u{200B}u\u{FEFF}nter2 hun&shy;ter2 hun\\u200dter2",
      redacted: "[redacted] [redacted] [redacted] [redacted]"),
    // With the sign of hexadecimal at each number, and as two bytes of a word.
    Case(
      secrets: ["password"],
      text:
        "0x70 0x61 0x73 0x73 0x77 0x6f 0x72 0x64; 0x7061 0x7373 0X776F 0x7264; 6170 7373 6f77 6472",
      redacted: "[redacted]; 0x[redacted]; [redacted]"),
    // Twice encoded, and as a console has it.
    Case(
      secrets: ["grün-geheim"], text: "grÃƒÂ¼n-geheim gr├╝n-geheim grÃ\u{83}Â¼n-geheim",
      redacted: "[redacted] [redacted] [redacted]"),
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
    Case(secrets: ["grün-x1"], text: "U&'gr\\00fcn-x1'", redacted: "U&'[redacted]'"),
    Case(
      secrets: ["a\u{1F600}bcd"], text: "a\\+01F600bcd a\\D83D\\DE00bcd",
      redacted: "[redacted] [redacted]"),
    Case(
      secrets: ["hunter"], text: "[104, 117, 110, 116, 101, 114] 104 117\n 110 116 101 114",
      redacted: "[[redacted]] [redacted]"),
    Case(
      secrets: ["gründe"],
      text: "[103, 114, -61, -68, 110, 100, 101],[103,114,195,188,110,100,101]",
      redacted: "[[redacted]],[[redacted]]"),
    Case(secrets: ["hunter"], text: "104117110116101114", redacted: "104117110116101114"),
    Case(secrets: ["hunt"], text: "[104, 117, 110, 116]", redacted: "[104, 117, 110, 116]"),
    // In capitals only what no text has by chance.
    Case(
      secrets: ["hunter2-Secret", "Correct horse battery", "Tür-4711x"],
      text: "HUNTER2-SECRET hunter2-secret CORRECT HORSE BATTERY TÜR-4711X",
      redacted: "[redacted] [redacted] [redacted] [redacted]"),
    Case(
      secrets: ["Admin", "Correct-Horse", "ab1"], text: "ADMIN admin correct-horse AB1 Admin",
      redacted: "ADMIN admin correct-horse AB1 [redacted]"),
    // A sign twice, after one that escapes, and by its number.
    Case(
      secrets: ["a+b%c$d`e,f"], text: "a+b%%c$$d``e,f a+b%c`$d``e`,f a\\2Bb\\25 c\\036d\\`e\\,f",
      redacted: "[redacted] [redacted] [redacted]"),
    Case(
      secrets: ["ab--cd"], text: "ab-cd ab----cd ---------- ab -- cd",
      redacted: "ab-cd [redacted] ---------- ab -- cd"),
    // Of what a secret holds.
    Case(
      secrets: ["\u{FEFF}hunter2\n", "\"quoted\"", "me:swordfish"],
      text: "hunter2 quoted swordfish me", redacted: "[redacted] [redacted] [redacted] me"),
    Case(secrets: ["db.example:5432"], text: "port 5432", redacted: "port 5432"),
    Case(
      secrets: [#"{"auths": {"r.io": {"auth": "bWU6c3dvcmRmaXNo"}}}"#],
      text: "r.io said bWU6c3dvcmRmaXNo swordfish me",
      redacted: "r.io said [redacted] [redacted] me"),
    Case(
      secrets: ["postgres://u:first@second@host/d"], text: "name \"second@host\" first@second",
      redacted: "name \"[redacted]@host\" [redacted]"),
  ]) func takesSecretsOut(_ example: Case) {
    let redactor = Redactor(secrets: example.secrets)
    #expect(redactor.redact(example.text) == example.redacted)
    #expect(redactor.holdsSecret(.string(example.text)) == (example.text != example.redacted))
  }

  /// Who wrote it was stopped, or cut it: its end may be the middle of a secret.
  @Test(arguments: [
    ("said hunter", "said [redacted]"), ("said hunt", "said [redacted]"), ("said hun", "said hun"),
    ("said hunter2-", "said [redacted]"), ("hunt\n", "hunt\n"), ("hunt er", "hunt er"),
    ("hunter2-x hunter2-xhunter2", "[redacted] [redacted][redacted]"),
    ("hun%74er%3", "[redacted]"), ("aHVudGVyM", "[redacted]"), ("aHVud", "aHVud"),
    ("68756e746572", "[redacted]"), ("on\u{1B}[31mhunt\u{1B}[", "on\u{1B}[31m[redacted]"),
  ]) func takesABeginningOutOfAnEnd(_ text: String, _ redacted: String) {
    let redactor = Redactor(secrets: ["hunter2-x"])
    #expect(redactor.redact(text, isWhole: false) == redacted)
    #expect(redactor.holdsSecret(text, isWhole: false) == (redacted != text))
    var stream = redactor.stream()
    let bytes = stream.append(Array(text.utf8)) + stream.finish()
    #expect(String(decoding: bytes, as: UTF8.self) == redacted)
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

  /// What a program wrote in another set of characters, one byte each, is not UTF-8.
  @Test(arguments: [
    // Code pages 437 and 850, Latin-1, Macintosh.
    [0x81 as UInt8], [0xFC], [0x9F],
  ]) func takesSecretsOutOfOtherSets(_ letter: [UInt8]) {
    var stream = Redactor(secrets: ["grün-geheim"]).stream()
    let text = Array("a gr".utf8) + letter + Array("n-geheim b".utf8)
    let cut = stream.append(Array(text[..<5])) + stream.append(Array(text[5...])) + stream.finish()
    #expect(String(decoding: cut, as: UTF8.self) == "a [redacted] b")
  }

  /// Raw UTF-16 and UTF-32 in both orders, whatever letters a secret has.
  @Test(arguments: ["пароль-Мой9секрет", "密码是这个", "ключ", "naïve-Ł€", "a\u{1F511}b\u{1F511}"])
  func takesWideCharactersOut(_ secret: String) {
    let redactor = Redactor(secrets: [secret])
    let wide = [
      secret.utf16.map { UInt32($0) }.map { [$0 & 0xFF, $0 >> 8] },
      secret.unicodeScalars.map { [$0.value & 0xFF, $0.value >> 8 & 0xFF, $0.value >> 16, 0] },
    ].map { $0.map { $0.map { UInt8($0) } } }
    for units in wide {
      for bytes in [units.flatMap { $0 }, units.flatMap { $0.reversed() }] {
        for cut in 0...bytes.count {
          var stream = redactor.stream()
          let shown =
            stream.append(Array("a ".utf8) + bytes[..<cut])
            + stream.append(bytes[cut...] + Array(" b".utf8)) + stream.finish()
          let text = String(decoding: shown.filter { $0 != 0 }, as: UTF8.self)
          #expect(text == "a [redacted] b", "\(secret) cut at \(cut)")
        }
      }
    }
  }

  @Test func goesThroughListsMapsAndKeys() {
    let redactor = Redactor(secrets: ["pw", "123456"])
    let value: Value = ["k": [["pw": "x"], "pw", 1, 123_456]]
    #expect(redactor.redact(value) == ["k": [["[redacted]": "x"], "[redacted]", 1, "[redacted]"]])
    #expect(redactor.holdsSecret(["k": [["pw": 1]]]))
    #expect(!redactor.holdsSecret(["k": [1, nil]]))
  }

  /// A secret's number counts however it is written; others stay.
  @Test func takesNumbersByWhatTheyAre() {
    let redactor = Redactor(secrets: ["77665544", "12345678901234567890.50", "000123"])
    let mark = Value.string(Redactor.mark)
    #expect(redactor.redact(.double(77_665_544)) == mark)
    #expect(redactor.redact(.int(-77_665_544)) == mark)
    #expect(redactor.redact(Value.number("77665544.000000000000000000000001") ?? .null) != mark)
    #expect(redactor.redact(Value.number("12345678901234567890.5") ?? .null) == mark)
    #expect(redactor.redact(.double(12345678901234567890.5)) == mark)
    #expect(redactor.holdsSecret(.double(77_665_544)))
    #expect(
      redactor.redact([.int(123), .int(77_665_545), .double(123)]) == [123, 77_665_545, 123.0])
    #expect(!Redactor.none.mayHoldNumbers)
    #expect(!Redactor(secrets: ["a word"]).mayHoldNumbers)
  }
}
