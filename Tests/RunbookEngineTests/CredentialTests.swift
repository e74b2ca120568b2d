import RunbookModel
import RunbookTestSupport
import Testing

@testable import RunbookEngine

/// What of an environment is a secret: by its name's meaning, and by every grammar that holds passwords.
struct CredentialTests {
  /// What is read of a text of many credentials grows as the text does, and what is cut of one is found in the whole.
  @Test(arguments: ["password=", "http://a:", "token: [", "password=\\\"x", "<secret>", "a://u:p@"])
  func manyCredentialsAreReadOnce(_ piece: String) {
    func size(_ count: Int) -> Int {
      let text = String(repeating: piece, count: count)
      return Credentials.values(in: text).reduce(0) { $0 + $1.utf8.count }
    }
    #expect(size(200) <= 3 * size(100))
  }

  @Test func noneOfManyIsLost() {
    let pairs = (0..<400).map { "password=pw-\($0)-of-many" }
    for separator in [" ", ";", "&", "\n", ", "] {
      let values = Set(Credentials.values(in: pairs.joined(separator: separator)))
      #expect((0..<400).allSatisfy { values.contains("pw-\($0)-of-many") }, "\(separator)")
    }
    let urls = (0..<400).map { "postgres://user1:pw\($0)x@host1/db1" }
    for separator in [" ", ",", "\n"] {
      let values = Set(Credentials.values(in: urls.joined(separator: separator)))
      #expect((0..<400).allSatisfy { values.contains("pw\($0)x") }, "\(separator)")
    }
    let text = pairs.joined(separator: ";")
    let redactor = Redactor(secrets: Credentials.values(in: text))
    #expect(!redactor.redact(String(text.prefixOfScalars(9000))).holds("of-many"))
  }

  struct Variable: Sendable, CustomTestStringConvertible {
    let name: String
    let value: String
    let secrets: [String]
    var testDescription: String { "\(name)=\(value)" }

    init(_ value: String, _ secrets: String..., name: String = "A") {
      self.name = name
      self.value = value
      self.secrets = secrets
    }
  }

  /// A credential by its name, whatever it looks like.
  @Test(arguments: [
    "PGPASSWORD", "DB_PASS", "SSHPASS", "MYSQL_PWD", "Db_Password", "dbPassword2", "GH_TOKEN",
    "NPM_TOKEN", "AWS_SECRET_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "STRIPE_KEY", "SECRET_KEY_BASE",
    "SENTRY_DSN", "SESSION_COOKIE", "REDISCLI_AUTH", "VAULT_SECRET_ID", "API_SECRET_ID",
    "API_KEY_V2",
    "SESSION_KEY_BASE64", "STRIPE_SK", "LDAP_BINDPW", "DB_PWORD", "USERPWD", "HTTP_BASIC",
    "HTTPBasic",
    "APP_SALT", "APP_PEPPER", "KUBECONFIG_DATA", "ADMIN_PASSWORT", "DB_SENHA", "MDP", "CONTRASENA",
    "BASE_CONTRASEÑA", "MOT_DE_PASSE_MOTDEPASSE", "WACHTWOORD", "password1_old", "apiKeyProd",
    "X-Api-Key", "spring.datasource.password", "SLACK_WEBHOOK_URL", "JWT_SIGNING_KEY_PRIMARY",
    "PASSWORD_HASH", "TOKEN", "NETRC_CONTENT", "PW", "DB_CRED", "PWD_DB", "PW_ADMIN", "db-pw",
    "AwsCred",
    // One word or two, one or several, and short forms.
    "APIKEYS", "PASSPHRASES", "SSH_PRIVKEY", "DB_PSWD", "PASSWDS", "DB_PWDS", "API_KEYS",
    "apiKeys", "sshPrivKey", "SSHKEY", "GPGKEY", "TLSKEY", "RSAPRIVKEYS", "PASS_PHRASE", "passWord",
    "DB_PASS_WORD", "PASSW", "DBPASWD", "PSWRD", "AUTHTOKENS", "CLIENTSECRETS", "BEARERS", "JWTS",
    "DBCREDS", "SEED_PHRASE", "awsAccessKeyId", "AWSACCESSKEYID", "CREDENTIALS", "PIN_CODE",
    "PASSKEYS", "SIGNINGKEYS", "LICENSEKEY", "SECRETS", "TOKENS",
    // Codes, seeds, halves of keys, and files' contents.
    "SECRETKEYBASE", "secretKeyBase", "secret-key-base", "BASICAUTH", "BASIC_AUTH", "basicAuth",
    "HMAC", "APP_HMAC",
    "hmacKey", "TOTP", "totp-key", "OTP_SEED", "OTPSEED", "otpSeed", "TOTP_SEED", "UNSEAL",
    "VAULT_UNSEAL",
    "VAULT_UNSEAL_KEY_1", "UNSEALKEY", "unsealKeys", "RECOVERY_CODE", "RECOVERYCODE",
    "recovery-codes",
    "UNLOCK_CODE", "UNLOCKCODE", "unlockCode", "BACKUP_CODES", "PRIVATE_PEM", "PRIVATEPEM",
    "privatePem", "KEY_PEM",
    "GPG_PRIVATE", "GPGPRIVATE", "gpgPrivate", "ssh-priv", "KEYTAB_B64", "KEYTABB64", "keytabB64",
    "KEYTAB_BASE64",
    "KEYTABBASE64", "keytab-data", "APIKEYBASE64", "TOKENHEX", "PASSWORDENC", "REDISAUTH",
    "WALLET_SEED",
    // One general word by itself, and behind others.
    "KEY", "SALT", "PEPPER", "NONCE", "OTP", "TOTP", "SIGNING_NONCE", "PASSWORD_SALT", "LOGIN_OTP",
    "MASTER_KEY", "keySecret",
    // Other languages, with marks and without, in one word and in several, the key first or last.
    "MOT_DE_PASSE", "motDePasse", "mot-de-passe", "MOTPASSE", "PASSE", "PAROLE", "PAROLA_ADMIN",
    "CONTRASENA", "contraseña_db", "contrasen\u{303}a", "KENNWORT", "DB_KENNWORT", "passwort",
    "Kennwort2", "SENHA_DB", "palavra_passe", "PALAVRA-PASSE", "HASLO", "HASŁO", "hasło_admin",
    "heslo", "JELSZÓ", "ŞİFRE", "sifre_db", "LÖSENORD", "losenord", "salasana", "passord",
    "adgangskode", "lozinka", "slaptažodis", "ПАРОЛЬ", "пароль_бд", "db密码", "パスワード", "비밀번호",
    "CLE_API", "CLÉ_SECRÈTE", "clave_privada", "CHAVE_API", "chiave_segreta", "API_SCHLÜSSEL",
    "API_SCHLUESSEL", "API_SLEUTEL",
  ]) func aNameMeansACredential(_ name: String) {
    for value in ["abc", "1234567890", "/slash", "on", "https://k@h/1", "8"]
    where !(value == "on" || value == "8") || CredentialName(name).meaning == .certain {
      let found = EnvironmentSecrets.values(of: [name: value])
      #expect(found.holdsText(value), "\(name)=\(value): \(found)")
    }
  }

  @Test(arguments: [
    ("TOKEN_FILE", "/run/token"), ("PGPASSFILE", "/home/me/.pgpass"),
    ("SSH_AUTH_SOCK", "/tmp/ssh"), ("PASSWORD_MIN_LENGTH", "8"),
    ("PWD", "/root"), ("OLDPWD", "/"), ("COMPASS", "north"),
    ("KEYBOARD", "de"), ("URL", "http://host:80/a@b"), ("HOME", "/root"),
    ("TOKEN", ""), ("SECRET_SANTA", "on"), ("PASSWORD_RESETS", "3"),
    ("COOKIE_SECURE", "true"), ("TOKEN_BUCKET", "100"),
    ("MONKEY", "george"), ("MONKEYS", "george"), ("TURKEY", "x"), ("HOCKEY", "x"),
    ("PASSENGER_COUNT", "3"), ("PASSENGERS", "ann"), ("TOKENIZER_PATH", "/x"), ("TOKENIZER", "bpe"),
    ("AUTHOR", "ann"), ("AUTHORS", "ann"), ("MAX_TOKENS", "4096"), ("TOKENS_PER_MINUTE", "60"),
    ("PUBKEY", "abc"), ("SSH_PUBKEYS", "abc"), ("SURPASS", "x"), ("BYPASSES", "x"),
    ("COMPASSES", "x"), ("KEYBOARDS", "de"), ("KEYNOTE", "x"), ("SACRED", "x"), ("HOTKEY", "x"),
    ("PASSIVE", "x"), ("PASSAGE", "x"), ("SECRETARY", "ann"), ("CLASSES", "x"), ("BYPASS", "x"),
    ("SORTKEYS", "id"), ("PASSTHROUGH", "x"), ("CRYPTO", "x"),
    ("OAUTH", "on"), ("OAUTH_ISSUER", "x"), ("KRB5_KEYTAB", "/etc/krb5.keytab"),
    ("KEYTAB", "/etc/krb5.keytab"),
    ("PYTHONHASHSEED", "0"), ("RANDOM_SEED", "42"), ("SEED", "42"), ("SEEDS", "h1,h2"),
    ("HTTP_CODE", "200"),
    ("EXIT_CODE", "1"), ("COUNTRY_CODE", "DE"), ("POSTCODE", "10115"), ("BARCODE", "x"),
    ("ERROR_CODES", "1,2"),
    ("RECOVERY_MODE", "on"), ("UNLOCK_TIMEOUT", "5s"), ("IS_PRIVATE", "true"),
    ("REPO_PRIVATE", "true"),
    ("FEED_PRIVATE", "yes"), ("PRIVATE", "yes"), ("PRIVATE_NETWORK", "10.0.0.0/8"),
    ("HMAC_DIGEST", "sha256"),
    ("HMAC_ALGORITHM", "sha256"), ("OTP_VERSION", "27"), ("OTP_RELEASE", "27"),
    ("DATABASE", "main"), ("BASE", "x"),
    ("TOTP_ISSUER", "x"), ("CERT_PEM", "/etc/x.pem"), ("CA_PEM", "x"), ("BASIC", "x"),
    ("UNSEALED", "true"),
    ("SEALED", "true"), ("DB_ENC", "UTF8"), ("KEYRING", "/x"), ("MONKEYDATA", "x"),
    ("COMPASSDATA", "x"),
    ("SECRETARYDATA", "x"), ("RECOVERY_TARGET", "x"), ("CODEBASE", "x"), ("KEYBASE", "ann"),
    ("TAB", "x"),
    // Numbers of pins, seeds of numbers at random, and public keys' own numbers.
    ("PIN", "17"), ("GPIO_PIN", "4"), ("PIN", "true"), ("SEED", "1700000000"),
    ("TEST_SEED", "abcdefg"),
    ("NUMPY_SEED", "123456789"), ("DB_SEED", "fixtures.sql"),
    ("GPG_KEY", "A035C8C19219BA821ECEA86B64E628F8D684696D"),
    (
      "GPG_KEYS",
      "A035C8C19219BA821ECEA86B64E628F8D684696D 7169605F62C751356D054A26A821E680E5FA6305"
    ),
    ("GPG_KEY", "0x64E628F8D684696D"), ("GPG_KEY_ID", "64E628F8D684696D"), ("KEY", "on"),
    ("SALT", "12"),
    // What is said of one, and what only looks like one.
    ("PUBLIC_KEY", "abc"), ("SSH_PUBLIC_KEY", "ssh-ed25519 AAAA"), ("KEY_FILE", "/etc/k"),
    ("KEY_PATH", "/etc/k"), ("SSL_KEY_FILE", "/etc/k"), ("KEY_ID", "abc"), ("API_KEY_ID", "abc"),
    ("SSH_KEY_PATH", "/root/.ssh/id"), ("PRIVATE_KEY_FILE", "/k"), ("TOKEN_NAME", "ci"),
    ("PASSWORD_HINT", "the dog"), ("KEY_FINGERPRINT", "SHA256:abc"), ("TOKEN_LABEL", "ci"),
    ("PASSWORD_CHANGED_AT", "2025-01-01"), ("KEYBOARD_LAYOUT", "de"), ("KEYMAP", "us"),
    ("KEYCLOAK", "http"), ("SEEDED", "true"), ("SEED_NODES", "h1,h2"), ("PINNED", "yes"),
    ("PINNED_VERSION", "1.2"), ("PINNED_AT", "x"), ("SPIN", "fast"), ("OPINION", "x"),
    ("SALTSTACK", "x"),
    ("ANNOUNCE", "x"), ("PRONOUNCE", "x"), ("DONKEY", "x"), ("WHISKEY", "x"), ("JOCKEY", "x"),
    ("ROUTING_KEY", "a.b"), ("GROUP_KEY", "a"), ("ORACLE_API", "http"), ("CLE_PUBLIQUE", "x"),
    ("IS_SECRET", "true"), ("USE_TOKEN", "yes"), ("REQUIRE_PASSWORD", "false"), ("NO_AUTH", "on"),
    ("HAS_KEY", "no"), ("SKIP_PASSWORD", "true"), ("EN_PASSE_DE", "on"),
    // In a text a pair of a general name says nothing, unless its value is random.
    ("TEXT3", #"{"key": "name", "value": "x"}"#), ("TEXT4", "key: users\nseed: 42\nnonce: first"),
    ("TEXT5", "SELECT 1 WHERE key = 'abc'"), ("TEXT6", "tool --key name --seed 5 --salt on"),
    ("SORT_KEY", "id"), ("KUBECONFIG", "/root/.kube/config"),
    ("GIT_ASKPASS", "/usr/bin/askpass"), ("SALT_ROUNDS", "10"),
    ("XDG_SESSION_ID", "3"), ("NEXT_PUBLIC_API_KEY", "pk_live"),
    ("IMAGE", "registry/nginx:1.25@sha256:0123"), ("PATH", "/usr/bin:/bin"),
    ("REGISTRY", "https://npm.example:4873/@scope/name"),
    ("ORIGIN", "git@github.com:owner/name.git"), ("MAIL", "mailto:me@example.com"),
    ("LS_COLORS", "rs=0:di=01;34:*.key=01;31:*.deb=01;31"),
    ("OPTIONS", "docker run -u 1000:1000 image"), ("PS1", "\\u@\\h:\\w\\$ "),
    ("DATABASE", "postgres://host:5432/base?application_name=a@b"),
    ("SITE", "https://me@bitbucket.org/x"), ("CLONE", "https://user@h/"),
    ("ARGS", "tool -u root -p 80:80"), ("PWD_MODE", "on"), ("TEXT2", "the password by far"),
    ("NOTE", "Connect a/b"), ("SPACE", "std::token::value"),
    ("TEXT", #"{"password": null, "token": true}"#),
  ]) func whatIsNoCredential(_ name: String, _ value: String) {
    #expect(EnvironmentSecrets.values(of: [name: value]).isEmpty)
  }

  /// Other readings of a value may be taken too, but no word beside it.
  @Test(arguments: [
    // URLs.
    Variable("postgresql://me:p:w@db:5432/x?a=b@c", "p:w"),
    Variable("mysql://u:p%2Fw@h", "p%2Fw", "p/w"), Variable("postgres://u:p/w@h/d", "p/w"),
    Variable("postgres://u:11/aaa@h", "11/aaa"), Variable("postgres://u:12?x#y@h/d", "12?x#y"),
    Variable("postgres://u:a@b/c@h/d", "a@b/c"), Variable("postgres://u:p w\"<>'@h/d", "p w\"<>'"),
    Variable("jdbc:postgresql://h/d?user=u&password=jj1&ssl=true", "jj1"),
    Variable("https://0123456789abcdefghij@h/1", "0123456789abcdefghij"),
    Variable("me:gg1@tcp(db:3306)/base", "gg1"),
    Variable("see postgres://u:ab@h and amqp://v:cd@h", "ab", "cd"),
    // A connection's words, as libpq reads them.
    Variable("host=h password = 'a b\\'c' user=u", "a b\\'c", "a b'c"),
    Variable("host=h password=a\\ b", "a\\ b", "a b"),
    Variable("host=h password=p;w,x&y\"z user=u", "p;w,x&y\"z"),
    Variable("host=h password=p;w", "p;w"), Variable("password=a=b;c user=u", "a=b;c"),
    // ODBC's, ADO's and JDBC's.
    Variable("Server=h;Pwd=x1;Database=d", "x1"), Variable("Pwd={a;b}}c};Server=h", "a;b}c"),
    Variable("Server=h;Password='it''s';User Id=u", "it's"),
    Variable("Server=h;Password=\"a\"\"b;c\";User Id=u", "a\"b;c"),
    Variable("Password=two words;User Id=u", "two words"),
    Variable("jdbc:sqlserver://h;user=u;password=js1;", "js1"),
    // Queries.
    Variable("https://h/p?access_token=t1&x=y", "t1"),
    // JSON, also in JSON.
    Variable(#"{"password": "j1", "user": "u"}"#, "j1"),
    Variable(#"{"passwords":["j1","j\n2"],"n":"no"}"#, "j1", "j\n2"),
    Variable(#"{"password":12345678}"#, "12345678"),
    Variable(#"{"secrets":{"db":"j1","port":{"pw":-1.5}}}"#, "j1", "-1.5"),
    Variable(#"{"a":"{\"password\":\"j\\\"1\\u00f6\"}"}"#, "j\"1ö"),
    Variable(#"[{"name":"DB_PASSWORD","value":"v1"}]"#, "v1"),
    Variable(#"{"key": "AIzaSyD4ef5gh6ij7kl8", "pin": "4711"}"#, "AIzaSyD4ef5gh6ij7kl8", "4711"),
    Variable("https://h/p?key=AIzaSyD4ef5gh6ij7kl8&x=y", "AIzaSyD4ef5gh6ij7kl8"),
    Variable(
      #"{"mot_de_passe": "mp1", "contraseña": "cc1", "пароль": "pp1"}"#, "mp1", "cc1", "pp1"),
    Variable("ab12cd34ef56", "ab12cd34ef56", name: "SEED"), Variable("4711", "4711", name: "PIN"),
    Variable("-----BEGIN PGP x", "-----BEGIN PGP x", name: "GPG_KEY"),
    // YAML, INI, XML, environment files.
    Variable("a: 1\npassword: two words # no\nb: 2", "two words # no"),
    Variable("- name: DB_PASSWORD\n  value: v1", "v1"),
    Variable("token: >-\n  ab1\n  cd2\nx: 1", "ab1", "cd2"),
    Variable("secrets:\n- ab1\n- 'cd2'\nx: no", "ab1", "cd2"),
    Variable("[db]\nuser = u\npassword = i1 ; n\n", "i1"),
    Variable("<a><password>x&amp;&lt;1</password></a>", "x&<1"),
    Variable("<password type=\"t\"><![CDATA[a<b]]></password>", "a<b"),
    Variable("<add key=\"DbPassword\" value=\"v1\" />", "v1"),
    Variable("export DB_PASSWORD='e 1'\nOTHER=2", "e 1"),
    Variable("{password: ff1, user: u}", "ff1"),
    // Command lines, netrc, SQL.
    Variable("tool --password xx1 --user me", "xx1"), Variable("tool --password=xx1", "xx1"),
    Variable("curl -u 'usr:p w' https://h", "p w"),
    Variable("mysql -u me -pSECRET1 base", "SECRET1"),
    Variable("sshpass -p xx1 ssh me@h", "xx1"), Variable("redis-cli -a xx1 ping", "xx1"),
    Variable("machine h login u password pp1", "pp1"),
    Variable("ALTER ROLE me PASSWORD 'it''s'", "it's"),
    Variable("CREATE USER me IDENTIFIED BY 'i1'", "i1"),
    Variable(#"ALTER ROLE me PASSWORD E'it\'s\x41'"#, #"it\'s\x41"#, "it'sA"),
    Variable("ALTER ROLE me ENCRYPTED PASSWORD $$dq1$$", "dq1"),
    Variable("alter role me password $pw$d$q1$pw$;", "d$q1"),
    Variable("CREATE ROLE me WITH LOGIN PASSWORD U&'u\\0041'", "u\\0041"),
    Variable("CREATE USER me IDENTIFIED BY \"or 1\"", "or 1"),
    Variable("CREATE USER me IDENTIFIED WITH caching_sha2_password BY 'cs1'", "cs1"),
    Variable("SET PASSWORD FOR 'me'@'h' = PASSWORD('sp1')", "sp1"),
    Variable("CREATE LOGIN me WITH PASSWORD = N'nn1'", "nn1"),
    Variable("curl -ume:cu1 https://h", "cu1"), Variable("curl --user=me:cu1 https://h", "cu1"),
    Variable("curl -sSu me:cu1 https://h", "cu1"), Variable("curl -fsSLume:cu1 https://h", "cu1"),
    Variable("curl -x p -U me:pu1 https://h", "pu1"),
    Variable("curl --proxy-user=me:pu1 https://h", "pu1"),
    Variable("jdbc:oracle:thin:scott/tiger@//h:1521/x", "tiger"),
    Variable("jdbc:oracle:oci:scott/ti@ger@tns", "ti@ger"),
    Variable("sqlplus -s scott/tiger@tns", "tiger"), Variable("CONNECT scott/tiger", "tiger"),
    Variable("https://abc1234567@h/1", "abc1234567"), Variable("https://sk1:@h/v1", "sk1"),
    Variable("git clone https://tok1:x-oauth-basic@github.com/a/b", "tok1"),
    Variable(#"password: "\x41\u0042\U00000043""#, "ABC"),
    Variable(#"password: "gr\xfcn1""#, "grün1"),
    // Headers.
    Variable("Authorization: Bearer abcdefgh1", "abcdefgh1"),
    Variable("Authorization: Basic bWU6cDE=", "bWU6cDE=", "me:p1", "p1"),
    Variable("Proxy-Authorization: token tok1", "tok1"),
    Variable("Authorization: ApiKey ak1", "ak1"), Variable("Authorization: Foo fo1", "fo1"),
    Variable("-H 'Authorization: GenieKey gk1' -H 'X: y'", "gk1"),
    Variable("authorization: SSWS sw1\nHost: h", "sw1"),
    Variable("Cookie: sid=abcdef1; theme=darkdark", "abcdef1", "darkdark"),
    Variable("me:hb1", "hb1", name: "HTTP_BASIC"), Variable("me:up1", "up1", name: "USERPWD"),
    Variable("dG9rZW46IGt1YmUx", "kube1", name: "KUBECONFIG_DATA"),
  ]) func takesTheSecretsOfEveryGrammar(_ variable: Variable) {
    let found = EnvironmentSecrets.values(of: [variable.name: variable.value])
    for secret in variable.secrets {
      #expect(found.holdsText(secret), "\(secret) in \(found)")
    }
    let words = [
      "u", "h", "d", "no", "me", "user", "basic", "bearer", "theme", "base", "token", "1",
    ]
    #expect(!found.contains { words.contains($0.lowercased()) }, "\(found)")
  }

  private struct Writer: Sendable {
    let name: String
    var excluded: [String] = []
    let write: @Sendable (String) -> String
  }

  private static func percent(_ text: String) -> String {
    text.utf8.map { byte in
      let isPlain = (48...57).contains(byte) || (97...122).contains(byte)
      return isPlain
        ? String(decoding: [byte], as: UTF8.self)
        : "%" + String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
    }.joined()
  }

  private static func doubling(_ quote: String, _ text: String) -> String {
    text.replacingAll(quote, with: quote + quote)
  }

  private static func escaping(_ signs: String, _ text: String) -> String {
    text.unicodeScalars.map { signs.holds($0) ? "\\\($0)" : "\($0)" }.joined()
  }

  private static let breaks = ["\n", "\r", "\u{85}", "\u{2028}", "\u{2029}", "\u{B}", "\u{C}"]

  /// Each writes a password as its language's own rule has it.
  private static let writers: [Writer] = [
    Writer(name: "URL") { "postgres://me:\(percent($0))@h:5432/d?application_name=a" },
    Writer(name: "libpq") { "host=h password='\(escaping("'\\", $0))' user=u" },
    Writer(name: "libpq, bare") { "host=h password=\(escaping(" '\\\t", $0)) user=u" },
    Writer(name: "ODBC") { "Server=h;Pwd={\(doubling("}", $0))};Database=d" },
    Writer(name: "ADO '") { "Server=h;Password='\(doubling("'", $0))';User Id=u" },
    Writer(name: "ADO \"") { "Password=\"\(doubling("\"", $0))\";User Id=u" },
    Writer(name: "query") { "https://h/p?a=b&password=\(percent($0))&c=d#e" },
    Writer(name: "JSON") { "{\"user\":\"u\",\"password\":\(Value.string($0).json),\"n\":1}" },
    Writer(name: "JSON list") { "{\"passwords\":[1,\(Value.string($0).json)]}" },
    Writer(name: "JSON in JSON") {
      Value.string("{\"password\":\(Value.string($0).json)}").json
    },
    Writer(name: "YAML") { "user: u\npassword: '\(doubling("'", $0))'\nother: 1" },
    Writer(name: "sh") { "export PASSWORD='\($0.replacingAll("'", with: "'\\''"))' OTHER=1" },
    Writer(name: "option") { "tool --password '\($0.replacingAll("'", with: "'\\''"))' --user u" },
    Writer(name: "user") { "curl -u 'me:\($0.replacingAll("'", with: "'\\''"))' https://h/" },
    Writer(name: "SQL") { "ALTER ROLE me PASSWORD '\(doubling("'", $0))' VALID UNTIL 'x'" },
    Writer(name: "XML") {
      let text = $0.replacingAll("&", with: "&amp;").replacingAll("<", with: "&lt;")
      return "<c><user>u</user><password>\(text)</password></c>"
    },
    Writer(name: "Basic") { "Authorization: Basic \(base64("me:\($0)"))" },
  ]

  private static func base64(_ text: String) -> String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var code: [UInt8] = []
    let bytes = Array(text.utf8)
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      let number = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
      for position in 0..<4 {
        code.append(
          position <= group.count ? alphabet[number >> (18 - 6 * position) & 63] : 0x3D)
      }
    }
    return String(decoding: code, as: UTF8.self)
  }

  /// Whatever the password, and whoever wrote it down: the password as it is meant is found.
  @Test func everyLanguagesOwnRuleIsRead() {
    let failure = Property().firstFailure { generator in
      let writer = generator.one(of: Self.writers)
      let password = HostileText.text(
        &generator, pieces: 1...6, excluding: ["\0", "\u{1B}"] + Self.breaks)
      guard !password.isEmpty, password.utf8.allSatisfy({ $0 >= 0x20 }) else { return nil }
      let plain = String(password.trimming { $0.isWhitespace })
      // Nothing tells a value of one quote from an empty one.
      guard !plain.isEmpty, plain.holds(where: { !"'\"`".holds($0) }) else { return nil }
      let text = writer.write(password)
      let found = EnvironmentSecrets.values(of: ["A": text])
      if found.holdsText(password) || found.holdsText(plain) { return nil }
      return "\(writer.name): \(password.debugDescription) in \(text.debugDescription): \(found)"
    }
    #expect(failure == nil)
  }

  @Test func knowsThePasswordsOfFiles() {
    let files = [
      "/h/.pgpass": "# a:b:c:d:e\nh:5432:d:u:p\\:w\\\\x\nhalf:line\n",
      "/s": "[main]\nhost=h\npassword=svc1\npassfile = /other\n", "/other": "*:*:*:u:led2\n",
      "/sys/pg_service.conf": "[all]\npassword=svc3\n",
      "/etc/postgresql-common/pg_service.conf": "[all]\npassword=svc4\n",
    ]
    func found(_ environment: [String: String]) -> Set<String> {
      Set(
        EnvironmentSecrets.values(
          inFilesOf: environment.merging(["HOME": "/h", "PGSERVICEFILE": "/s"]) { $1 },
          contents: { files[$0] }))
    }
    #expect(found([:]) == ["p:w\\x", "svc1", "led2", "svc4"])
    #expect(found(["PGSYSCONFDIR": "/sys"]) == ["p:w\\x", "svc1", "led2", "svc3"])
  }
}

extension [String] {
  /// Whether one of them has the same bytes.
  fileprivate func holdsText(_ text: String) -> Bool { contains { $0.isIdentical(to: text) } }
}
