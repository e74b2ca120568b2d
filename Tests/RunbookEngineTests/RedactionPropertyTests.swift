import Foundation
import RunbookTestSupport
import Testing

@testable import RunbookEngine

/// What is held against generated texts: no encoding hides a secret, and no cut and no border between
/// pieces leaves a part of one.
struct RedactionPropertyTests {
  /// A secret of at least four bytes, without white space around it.
  private static func secret(_ generator: inout SeededGenerator) -> String {
    while true {
      var text = HostileText.text(&generator, pieces: 1...6, excluding: ["\0"])
      if generator.chance(0.5) { text += "pass-\(generator.below(1_000_000))/+\"'&<\\" }
      let trimmed = String(
        text.unicodeScalars.drop { $0.properties.isWhitespace }.reversed().drop {
          $0.properties.isWhitespace
        }.reversed().map(Character.init))
      if trimmed.utf8.count >= 4, trimmed.utf8.count < 400 { return trimmed }
    }
  }

  /// What Python's and bash's own encoders write: a line for each secret, its forms in Base64.
  private static let program = #"""
    import sys, json, base64, unicodedata, urllib.parse as u, html, html.entities, shlex, random, string, io, configparser, subprocess, binascii, quopri
    from xml.sax.saxutils import escape as xml
    random.seed(int(sys.argv[1]))
    secrets = [base64.b64decode(l).decode() for l in sys.stdin.read().split()]
    quoted = []
    for start in range(0, len(secrets), 500):
        script = 'for a; do printf "%q\\0" "$a"; printf "%s\\0" "${a@Q}"; done'
        out = subprocess.run(['bash', '-c', script, '_'] + secrets[start:start+500],
                             stdout=subprocess.PIPE, check=True).stdout.split(b'\0')
        quoted += out[:-1]
    def lower(t): return ''.join(t[i] if not (i >= 1 and t[i-1] == '%' or i >= 2 and t[i-2] == '%') else t[i].lower() for i in range(len(t)))
    def around(s, name):
        charset = random.choice(['utf-8', 'utf-8', 'utf-16-le', 'utf-16-be', 'latin-1', 'json'])
        # Of fewer characters too little is left between the edges of a code.
        if len(s) < 4 or name == 'twice' and charset != 'json' or name in lists or ' of ' in name: charset = 'utf-8'
        try: inner = json.dumps(s)[1:-1].encode() if charset == 'json' else s.encode(charset)
        except UnicodeEncodeError: inner = s.encode()
        return random.randbytes(random.randrange(6)) + inner + random.randbytes(random.randrange(6))
    def lines(t, n): return '\n'.join(t[i:i+n] for i in range(0, len(t), n))
    lists = ('0x', '0x and blanks', '0X', '0x words', '0x lines', 'quoted hex')
    def named(s): return ''.join('&%s;' % html.entities.codepoint2name[ord(c)] if ord(c) in html.entities.codepoint2name else c for c in s)
    def latin(f):
        def write(s):
            try: return f(s, s.encode('latin-1'))
            except UnicodeEncodeError: return s
        return write
    def windows(s):
        return ''.join(bytes([b]).decode('cp1252') if b not in (0x81, 0x8d, 0x8f, 0x90, 0x9d) else chr(b) for b in s.encode())
    def between(s, marks, least):
        # Of shorter ones, and of numbers, two halves meet by chance.
        if len(s) < least or s.isdigit() or any(c.isspace() or ord(c) in (0x85, 0xa0) or 0x1c <= ord(c) < 0x20 for c in s): return s
        places = set(random.randrange(1, len(s)) for _ in range(random.randrange(1, 4)))
        return ''.join((random.choice(marks) if i in places else '') + c for i, c in enumerate(s))
    wraps = ['\n', '\r\n', '\n  ', '\n\t', '\\\n', ' \\\n    ', '\n> ', '\n> > ', '\n| ', '\n# ', '   \n']
    unseen = ['\u00ad', '\u200b', '\u200c', '\u200d', '\ufeff', '\u2060', '\u200b\u00ad']
    def signs(s, f): return ''.join(f(c) if c in string.punctuation else c for c in s)
    def ini(s):
        written = s.replace('%', '%%')
        parser = configparser.ConfigParser()
        if s.isprintable() and not any(c.isspace() for c in s):
            parser.read_dict({'alembic': {'url': written}})
            assert parser['alembic']['url'] == s
            file = io.StringIO(); parser.write(file)
            return file.getvalue().split('url = ', 1)[1].rstrip('\n')
        return written
    def utf7(s):
        written = s.encode('utf-7').decode()
        # What ends a code that nothing else follows is no part of it.
        return written[:-1] if written.endswith('-') and s[-1] not in '-+' else written
    def cased(s, f):
        # Of words that are short or common others are not meant.
        if len(s.encode()) < 16 or len(set(s.encode())) < 3: return s
        return ''.join(f(c) if ord(c) < 128 else c for c in s)
    def q(s, b):
        return ''.join(chr(c) if chr(c).isalnum() and c < 128 else '=%02X' % c for c in b)
    texts = [
        ('named entities', named), ('named in json', lambda s: json.dumps(named(s))[1:-1].replace('&', '\\u0026')),
        ('json in html', lambda s: html.escape(json.dumps(s)[1:-1])), ('json in a query', lambda s: u.quote(json.dumps(s)[1:-1], safe='')),
        ('html in a query', lambda s: u.quote(named(s), safe='')), ('sql in a query', lambda s: u.quote(s.replace("'", "''"), safe='')),
        ('query in json', lambda s: json.dumps(u.quote(s, safe=''))[1:-1].replace('%', '\\u0025')),
        ('query in html', lambda s: u.quote(s, safe='').replace('%', '&#37;')),
        ('escape()', latin(lambda s, b: u.quote(b, safe='@*_+-./'))), ('latin-1 escapes', latin(lambda s, b: ''.join('\\x%02x' % c for c in b))),
        ('header Q', latin(q)),
        ('quote', lambda s: u.quote(s)), ('quote all', lambda s: u.quote(s, safe='')),
        ('quote_plus', lambda s: u.quote_plus(s)), ('lower', lambda s: lower(u.quote(s, safe=''))),
        ('encodeURIComponent', lambda s: u.quote(s, safe="-_.!~*'()")),
        ('encodeURI', lambda s: u.quote(s, safe="-_.!~*'();,/?:@&=+$#")),
        ('twice', lambda s: u.quote(u.quote(s, safe=''), safe='')),
        ('json', lambda s: json.dumps(s)[1:-1]), ('json utf8', lambda s: json.dumps(s, ensure_ascii=False)[1:-1]),
        ('json twice', lambda s: json.dumps(json.dumps(s))[3:-3]),
        ('json thrice', lambda s: json.dumps(json.dumps(json.dumps(s)))[7:-7]),
        ('json slash', lambda s: json.dumps(s)[1:-1].replace('/', '\\/')),
        ('json html', lambda s: json.dumps(s)[1:-1].replace('<', '\\u003c').replace('>', '\\u003e').replace('&', '\\u0026').replace("'", '\\u0027')),
        ('html', lambda s: html.escape(s)), ('html twice', lambda s: html.escape(html.escape(s))),
        ('html 39', lambda s: html.escape(s).replace('&#x27;', '&#39;')), ('xml', lambda s: xml(s)),
        ('entities', lambda s: ''.join('&#%d;' % ord(c) for c in s)),
        ('hex entities', lambda s: ''.join('&#x%X;' % ord(c) for c in s)),
        ('repr', lambda s: repr(s)[1:-1]), ('ascii', lambda s: ascii(s)[1:-1]), ('bytes', lambda s: repr(s.encode())[2:-1]),
        ('sql', lambda s: s.replace("'", "''")), ('sql E', lambda s: s.replace('\\', '\\\\').replace("'", "\\'")),
        ('csv in csv', lambda s: s.replace('"', '""""')), ('csv in csv in csv', lambda s: s.replace('"', '"' * 8)),
        ('nfc', lambda s: unicodedata.normalize('NFC', s)), ('nfd', lambda s: unicodedata.normalize('NFD', s)),
        ('nfd json', lambda s: json.dumps(unicodedata.normalize('NFD', s))[1:-1]),
        ('mojibake', lambda s: s.encode().decode('latin-1')), ('mojibake 1252', windows),
        ('mojibake twice', lambda s: s.encode().decode('latin-1').encode().decode('latin-1')),
        ('mojibake 1252 twice', lambda s: windows(windows(s))),
        ('mojibake 437', lambda s: s.encode().decode('cp437')), ('mojibake 850', lambda s: s.encode().decode('cp850')),
        ('wrapped', lambda s: between(s, wraps, 8)), ('unseen', lambda s: between(s, unseen, 2)),
        ('unseen in json', lambda s: json.dumps(between(s, unseen, 2))[1:-1]),
        ('mojibake of nfd', lambda s: windows(unicodedata.normalize('NFD', s))),
        ('mojibake in a query', lambda s: u.quote(windows(s), safe='')),
        ('braces', lambda s: ''.join('\\x{%x}' % ord(c) for c in s)), ('BRACES', lambda s: ''.join('\\x{%04X}' % ord(c) for c in s)),
        ('braces of what is not ASCII', lambda s: ''.join(c if ord(c) < 128 else '\\x{%x}' % ord(c) for c in s)),
        ('csv', lambda s: s.replace('"', '""')), ('crlf', lambda s: s.replace('\n', '\r\n') if '\r' not in s else s),
        ('escapes', lambda s: ''.join('\\x%02x' % b for b in s.encode())),
        ('octal', lambda s: ''.join('\\%03o' % b for b in s.encode())),
        ('unicode', lambda s: s.encode('unicode_escape').decode()),
        ('quoted-printable', lambda s: quopri.encodestring(s.encode()).decode()),
        ('plain', lambda s: s),
        # A sign twice, or behind one that escapes.
        ('ini', ini), ('systemd', lambda s: s.replace('%', '%%')), ('compose', lambda s: s.replace('$', '$$')),
        ('signs twice', lambda s: signs(s, lambda c: c + c)), ('powershell', lambda s: signs(s, lambda c: '`' + c if c in '`"$' else c)),
        ('powershell quoted', lambda s: s.replace("'", "''")), ('cmd', lambda s: signs(s, lambda c: '^' + c)),
        ('ldap name', lambda s: signs(s, lambda c: '\\' + c)), ('ini of a query', lambda s: u.quote(s, safe='').replace('%', '%%')),
        # A number, in whatever base and of whatever length.
        ('ldap filter', lambda s: ''.join(chr(b) if chr(b).isalnum() and b < 128 else '\\%02x' % b for b in s.encode())),
        ('lua', lambda s: ''.join(chr(b) if chr(b).isalnum() and b < 128 else '\\%03d' % b for b in s.encode())),
        ('css', lambda s: ''.join('\\%x ' % ord(c) for c in s)), ('CSS', lambda s: ''.join('\\%06X' % ord(c) for c in s)),
        ('css of signs', lambda s: signs(s, lambda c: '\\%X ' % ord(c))), ('octal of signs', lambda s: signs(s, lambda c: '\\%o' % ord(c))),
        ('code points', lambda s: ''.join('U+%04X' % ord(c) for c in s)), ('spaced code points', lambda s: ' '.join('U+%04X' % ord(c) for c in s)),
        ('iconv', lambda s: ''.join(c if ord(c) < 128 else '<U+%04X>' % ord(c) for c in s)),
        ('powershell 7', lambda s: ''.join('`u{%x}' % ord(c) for c in s)), ('perl', lambda s: ''.join('\\N{U+%X}' % ord(c) for c in s)),
        ('entities without ends', lambda s: ''.join('&#%d' % ord(c) for c in s)),
        # As a whole.
        ('utf-7', utf7), ('upper', lambda s: cased(s, str.upper)), ('lower case', lambda s: cased(s, str.lower)),
        ('swapped', lambda s: cased(s, str.swapcase)), ('upper in json', lambda s: json.dumps(cased(s, str.upper))[1:-1]),
    ]
    shells = [('shlex', lambda s, i: shlex.quote(s)), ('printf %q', lambda s, i: quoted[2*i].decode('utf-8', 'surrogateescape')), ('@Q', lambda s, i: quoted[2*i+1].decode('utf-8', 'surrogateescape'))]
    codes = [
        ('base64', lambda b: base64.b64encode(b).decode()), ('url-safe', lambda b: base64.urlsafe_b64encode(b).decode().rstrip('=')),
        ('76', lambda b: base64.encodebytes(b).decode()), ('64', lambda b: lines(base64.b64encode(b).decode(), 64)),
        ('lines in json', lambda b: lines(base64.b64encode(b).decode(), 20).replace('\n', '\\n')),
        ('percent', lambda b: u.quote(base64.b64encode(b).decode(), safe='')),
        ('twice', lambda b: base64.b64encode(base64.b64encode(b)).decode()),
        ('hex', lambda b: b.hex()), ('HEX', lambda b: b.hex().upper()), ('colons', lambda b: b.hex(':')), ('dashes', lambda b: b.hex('-')),
        ('commas', lambda b: b.hex(',')), ('blanks', lambda b: b.hex(' ')), ('BLANKS', lambda b: b.hex(' ').upper()),
        ('pairs', lambda b: b.hex(' ', 2)), ('COLONS', lambda b: b.hex(':').upper()), ('fours', lambda b: b.hex(':', -4)),
        ('two blanks', lambda b: b.hex(' ').replace(' ', '  ')), ('colon and blank', lambda b: b.hex(':').replace(':', ': ')), ('hex of base64', lambda b: base64.b64encode(b).hex()),
        ('base64 of hex', lambda b: base64.b64encode(b.hex().encode()).decode()),
        ('base64 of HEX', lambda b: base64.b64encode(b.hex().upper().encode()).decode()),
        ('0x', lambda b: ','.join('0x%02x' % c for c in b)), ('0x and blanks', lambda b: ' '.join('0x%02X' % c for c in b)),
        ('0X', lambda b: ', '.join('0X%02x' % c for c in b)),
        ('0x words', lambda b: ' '.join('0x' + b[i:i+2].hex() for i in range(0, len(b), 2))),
        ('0x lines', lambda b: ',\n  '.join(', '.join('0x%02x' % c for c in b[i:i+8]) for i in range(0, len(b), 8))),
        ('quoted lines', lambda b: '\n> '.join(lines(base64.b64encode(b).decode(), 20).split('\n'))),
        ('quoted hex', lambda b: '\n> '.join(lines(b.hex(), 20).split('\n'))),
    ]
    def line(kind, name, text): return kind + '\t' + name + '\t' + base64.b64encode(text.encode('utf-8', 'surrogateescape')).decode()
    for i, s in enumerate(secrets):
        out = [line('text', n, f(s)) for n, f in random.sample(texts, 3)]
        n, f = random.choice(shells); out.append(line('shell', n, f(s, i)))
        n, f = random.choice(codes); out.append(line('code', n, f(around(s, n))))
        print('\t\t'.join(out))
    """#

  @Test func noRealEncoderHidesASecret() throws {
    let property = Property()
    var secrets: [String] = []
    property.each { _, generator in secrets.append(Self.secret(&generator)) }
    let input = secrets.map { Data($0.utf8).base64EncodedString() }.joined(separator: "\n")
    let output = try Self.python([Self.program, String(property.seed)], input: input)
    let lines = output.split(separator: "\n")
    try #require(lines.count == secrets.count)
    var failures: [String] = []
    for (secret, line) in zip(secrets, lines) where failures.count < 5 {
      let redactor = Redactor(secrets: [secret])
      for form in line.components(separatedBy: "\t\t") {
        let parts = form.components(separatedBy: "\t")
        let encoded = String(
          decoding: Data(base64Encoded: parts[2]) ?? Data(), as: UTF8.self)
        let redacted = redactor.redact("z\(encoded)z")
        if !Self.isGone(parts[0], redacted) {
          failures.append("\(parts[1]): \(secret.debugDescription) as \(encoded) left \(redacted)")
        }
      }
    }
    #expect(failures.isEmpty, "seed \(property.seed): \(failures.joined(separator: "\n"))")
  }

  private static func isGone(_ kind: String, _ redacted: String) -> Bool {
    let rest = redacted.replacingOccurrences(of: Redactor.mark, with: "")
    switch kind {
    // No sign beside it, which with a secret's own may be one that was written twice.
    case "text": return redacted.utf8.elementsEqual("z[redacted]z".utf8)
    // What a shell quotes with.
    case "shell":
      return redacted.contains(Redactor.mark) && rest.allSatisfy { "z'\"$\\".contains($0) }
    // What stood beside it, of five bytes at most on each side, and their halves.
    default: return redacted.contains(Redactor.mark) && rest.utf8.count <= 64
    }
  }

  /// What Debian's own programs make of a text with a secret in it, over several lines.
  private static let dumps = #"""
    import sys, base64, subprocess, random
    random.seed(int(sys.argv[1]))
    def xxd(b): return ''.join('%08x: %-39s  %s\n' % (i, ' '.join(b[i:i+16][j:j+2].hex() for j in range(0, len(b[i:i+16]), 2)), text(b[i:i+16])) for i in range(0, len(b), 16))
    def hexdump(b): return ''.join('%08x  %-23s  %-23s  |%s|\n' % (i, b[i:i+8].hex(' '), b[i+8:i+16].hex(' '), text(b[i:i+16])) for i in range(0, len(b), 16))
    def text(b): return ''.join(chr(c) if 32 <= c < 127 else '.' for c in b)
    def od(*words):
        return lambda b: subprocess.run(['od', *words], input=b, stdout=subprocess.PIPE, check=True).stdout.decode()
    def trace(b): return '=> Send data, %d bytes\n' % len(b) + ''.join('%04x: %-48s%s\n' % (i, ''.join('%02x ' % c for c in b[i:i+16]), text(b[i:i+16])) for i in range(0, len(b), 16))
    def tcpdump(b): return ''.join('\t0x%04x:  %-39s  %s\n' % (i, ' '.join(b[i:i+16][j:j+2].hex() for j in range(0, len(b[i:i+16]), 2)), text(b[i:i+16])) for i in range(0, len(b), 16))
    def words(b):
        b += b'\0' * (len(b) % 2)
        return ''.join('%07x %s\n' % (i, ' '.join('%02x%02x' % (b[j + 1], b[j]) for j in range(i, min(i + 16, len(b)), 2))) for i in range(0, len(b), 16))
    forms = [xxd, hexdump, trace, tcpdump, od('-tx1c'), od('-tx1'), od('-tx1z'), od('-An', '-tx1'), od('-A', 'x', '-t', 'x1z', '-v'), od('-x'), od('-An', '-x'), words]
    for line in sys.stdin.read().split():
        s = base64.b64decode(line)
        f = random.choice(forms)
        b = bytes(random.choice(b'  \n.,') for _ in range(random.randrange(20))) + s + bytes(random.choice(b'  \n.,') for _ in range(random.randrange(20)))
        print(base64.b64encode(f(b).encode()).decode())
    """#

  @Test func noDumpOfSeveralLinesTellsASecret() throws {
    let property = Property(share: 0.05)
    var secrets: [String] = []
    property.each { _, generator in
      let letters = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ").map(String.init)
      secrets.append(
        (0..<Int.random(in: 6...40, using: &generator)).map { _ in generator.one(of: letters) }
          .joined())
    }
    let input = secrets.map { Data($0.utf8).base64EncodedString() }.joined(separator: "\n")
    let output = try Self.python([Self.dumps, String(property.seed)], input: input)
    let lines = output.split(separator: "\n")
    try #require(lines.count == secrets.count)
    var failures: [String] = []
    for (secret, line) in zip(secrets, lines) where failures.count < 5 {
      let dump = Array(Data(base64Encoded: String(line)) ?? Data())
      var stream = Redactor(secrets: [secret]).stream()
      let cut = min(dump.count, 37)
      let bytes =
        stream.append(Array(dump[..<cut])) + stream.append(Array(dump[cut...])) + stream.finish()
      let redacted = String(decoding: bytes, as: UTF8.self)
      let digits = redacted.filter { !" \n".contains($0) }
      let all = Array(secret.utf8)
      let told = (0...(all.count - 4)).contains { start in
        let part = all[start..<start + 4]
        return redacted.contains(String(decoding: part, as: UTF8.self))
          || digits.contains(String(decoding: part, as: UTF8.self))
          || digits.contains(part.map { String($0, radix: 16) }.joined())
      }
      if told || !redacted.contains(Redactor.mark) {
        failures.append("\(secret) in\n\(String(decoding: dump, as: UTF8.self))left\n\(redacted)")
      }
    }
    #expect(failures.isEmpty, "seed \(property.seed): \(failures.joined(separator: "\n"))")
  }

  /// A decoder that does not know a byte puts U+FFFD in its place; the rest of the secret is one.
  @Test func aLostCharacterHidesNothing() {
    let redactor = Redactor(secrets: ["grün-geheim", "äther-x"])
    #expect(redactor.redact("a gr\u{FFFD}n-geheim b") == "a [redacted] b")
    #expect(redactor.redact("a \u{FFFD}ther-x b \u{FFFD}") == "a [redacted] b \u{FFFD}")
    var stream = redactor.stream()
    let latin =
      Array("a gr".utf8) + [0xFC] + Array("n-geheim ".utf8) + [0xE4] + Array("ther-x".utf8)
    let bytes = stream.append(latin) + stream.finish()
    #expect(String(decoding: bytes, as: UTF8.self) == "a [redacted] [redacted]")
    // As a variable that is not UTF-8 is read.
    var other = Redactor(secrets: ["gr\u{FFFD}n-geheim"]).stream()
    let variable = other.append(Array(latin.prefix(13))) + other.finish()
    #expect(String(decoding: variable, as: UTF8.self) == "a [redacted]")
  }

  private static func python(_ arguments: [String], input: String) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", "-c"] + arguments
    process.environment = [
      "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin", "LC_ALL": "C.UTF-8",
      "PYTHONUTF8": "1",
    ]
    let (stdin, stdout) = (Pipe(), Pipe())
    process.standardInput = stdin
    process.standardOutput = stdout
    try process.run()
    Thread.detachNewThread {
      stdin.fileHandleForWriting.write(Data(input.utf8))
      stdin.fileHandleForWriting.closeFile()
    }
    let data = stdout.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    return String(decoding: data, as: UTF8.self)
  }

  /// Letters that stand in secrets only.
  private static let letters = Array("αβγδεζηθικλμνξοπρστυφχψω").map(String.init)

  private struct Sample {
    var secrets: [String] = []
    var text = ""
  }

  /// A text with secrets as they are, percent-encoded and escaped, also ones that overlap.
  private static func sample(_ generator: inout SeededGenerator) -> Sample {
    var sample = Sample()
    for _ in 0...generator.below(2) {
      var secret = ""
      for _ in 0..<(2 + generator.below(generator.chance(0.01) ? 100 : 8)) {
        secret += generator.one(of: letters)
        if generator.chance(0.05) {
          secret += generator.one(of: ["'", "\\", "\n", "\"", " ", "&"])
        }
      }
      sample.secrets.append(secret + generator.one(of: letters))
    }
    for _ in 0..<generator.below(6) {
      let secret = generator.one(of: sample.secrets)
      switch generator.below(7) {
      case 0: sample.text += secret
      case 1:
        sample.text +=
          secret.addingPercentEncoding(
            withAllowedCharacters: .alphanumerics.subtracting(.init(charactersIn: letters.joined()))
          ) ?? ""
      case 2: sample.text += secret.unicodeScalars.map { "&#\($0.value);" }.joined()
      case 3:
        sample.text += String(
          secret.unicodeScalars.flatMap { String(format: "\\u%04x", $0.value).unicodeScalars }.map(
            Character.init))
      case 4: sample.text += secret + secret
      default: sample.text += HostileText.text(&generator, pieces: 0...4)
      }
    }
    return sample
  }

  /// The longest run of a secret's own letters, decoded where they are encoded.
  private static func longestRun(in text: String) -> Int {
    var plain = text.removingPercentEncoding ?? text
    for letter in letters {
      let value = letter.unicodeScalars.first?.value ?? 0
      plain = plain.replacingOccurrences(of: "&#\(value);", with: letter)
      plain = plain.replacingOccurrences(of: String(format: "\\u%04x", value), with: letter)
    }
    var (longest, run) = (0, 0)
    for scalar in plain.unicodeScalars {
      run = (0x3B1...0x3C9).contains(scalar.value) ? run + 1 : 0
      longest = max(longest, run)
    }
    return longest
  }

  @Test func noPieceAndNoCutLeavesAPartOfASecret() {
    let failure = Property(share: 0.5).firstFailure { generator in
      let sample = Self.sample(&generator)
      let redactor = Redactor(secrets: sample.secrets)
      let whole = redactor.redact(sample.text, isWhole: false)
      if Self.longestRun(in: whole) >= SecretForms.shortest {
        return "whole: \(whole.debugDescription)"
      }
      let bytes = Array(sample.text.utf8)
      let isSmall = generator.chance(0.1)
      var exact = redactor.stream()
      var shown = redactor.stream(isForPeople: true)
      var (exactBytes, shownBytes) = ([UInt8](), [UInt8]())
      var start = 0
      while start < bytes.count {
        let end = min(bytes.count, start + 1 + generator.below(isSmall ? 4 : 60))
        exactBytes += exact.append(Array(bytes[start..<end]))
        shownBytes += shown.append(Array(bytes[start..<end]))
        start = end
      }
      exactBytes += exact.finish()
      shownBytes += shown.finish()
      if exactBytes != Array(whole.utf8) {
        return
          "stream: \(String(decoding: exactBytes, as: UTF8.self).debugDescription), not \(whole.debugDescription)"
      }
      let people = String(decoding: shownBytes, as: UTF8.self)
      if Self.longestRun(in: people) >= SecretForms.shortest {
        return "shown: \(people.debugDescription)"
      }
      let limit = generator.below(bytes.count + 2)
      let cuts = [
        redactor.head(sample.text, bytes: limit), redactor.tail(sample.text, bytes: limit),
        redactor.excerpt(sample.text, bytes: limit),
      ]
      for cut in cuts where Self.longestRun(in: redactor.redact(cut)) > 0 {
        return "cut at \(limit): \(redactor.redact(cut).debugDescription)"
      }
      if cuts[0].utf8.count > limit || cuts[1].utf8.count > limit { return "longer than \(limit)" }
      return nil
    }
    #expect(failure == nil)
  }

  /// Whoever writes may be stopped at any byte, of any form of a secret.
  @Test func noEndOfAStreamTellsABeginning() {
    let failure = Property(share: 0.4).firstFailure { generator in
      let secret = (0..<30).map { _ in generator.one(of: Self.letters) }.joined()
      let before = HostileText.text(&generator, pieces: 0...3)
      let forms = [
        secret, secret.unicodeScalars.map { "&#\($0.value);" }.joined(),
        secret.unicodeScalars.map { String(format: "\\u%04x", $0.value) }.joined(),
        Data(secret.utf8).base64EncodedString(), Data("me:\(secret)".utf8).base64EncodedString(),
        secret.utf8.map { String(format: "%02x", $0) }.joined(),
      ]
      let form = Array(generator.one(of: forms).utf8)
      let written = Array(before.utf8) + form[..<generator.below(form.count)]
      let redactor = Redactor(secrets: [secret])
      var stream = redactor.stream(isForPeople: generator.chance(0.5))
      let cut = generator.below(written.count + 1)
      let bytes =
        stream.append(Array(written[..<cut])) + stream.append(Array(written[cut...]))
        + stream.finish()
      // What a whole secret's code has at its start that is not the secret's, and three characters.
      let told = bytes.count - before.utf8.count
      if told > 30, bytes.suffix(Redactor.mark.utf8.count) != Array(Redactor.mark.utf8)[...] {
        return "\(String(decoding: bytes, as: UTF8.self).debugDescription) tells \(told)"
      }
      let value = String(decoding: written, as: UTF8.self)
      let isTold = Self.longestRun(in: redactor.redact(value, isWhole: false)) >= 4
      return isTold ? value.debugDescription : nil
    }
    #expect(failure == nil)
  }

  /// A line is shown when it comes, also where its end could begin a form of a secret.
  @Test func aLineIsNotHeldBack() {
    let failure = Property().firstFailure { generator in
      let redactor = Redactor(secrets: ["hunter2-\(generator.below(1000))", "another secret"])
      var stream = redactor.stream(isForPeople: true)
      let line = HostileText.text(&generator, pieces: 0...6, excluding: ["\n", "\r"]) + "\n"
      let shown = stream.append(Array(line.utf8))
      return shown == Array(line.utf8) ? nil : line.debugDescription
    }
    #expect(failure == nil)
  }
}
