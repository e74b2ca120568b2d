private import RunbookModel
// The library's own Unicode normalization; Foundation's would be loaded at every start.
@_spi(_Unicode) private import Swift

/// The words that names of credentials are made of, without their marks: `CONTRASENA` is `contraseña`.
enum CredentialLexicon {
  // MARK: - Words of passwords, tokens and the like

  /// A name that ends in one is a credential, with whatever before it: `DBPASSWORD`.
  private static let ends = table(
    [
      // English, and how it is cut short and misspelled.
      "PASSWORD", "PASSWD", "PASSWRD", "PASSW", "PASWORD", "PASWD", "PSSWD", "PSWD", "PSWRD",
      "PWORD", "PWRD", "PASSPHRASE", "PASSFRASE", "PASSCODE", "SEEDPHRASE", "RECOVERYPHRASE",
      "PINCODE", "SECRET", "SECRETID", "TOKEN", "ACCESSKEYID", "CREDENTIAL", "PRIVATEPEM",
      "PRIVPEM", "KEYPEM", "RECOVERYCODE", "UNLOCKCODE", "BACKUPCODE", "SCRATCHCODE",
      "SECURITYCODE", "ACCESSCODE", "OTPCODE", "MFACODE", "OTPSEED", "MFASEED", "WALLETSEED",
      "MASTERSEED", "SECRETSEED",
    ],
    [
      "de": ["PASSWORT", "KENNWORT", "GEHEIMZAHL", "ZUGANGSCODE"],
      "fr": ["MOTDEPASSE", "MOTPASSE", "CODESECRET"],
      "es": ["CONTRASEÑA", "CONTRASENHA", "CLAVESECRETA", "CLAVEPRIVADA"],
      "pt": ["SENHA", "PALAVRAPASSE", "CHAVESECRETA", "CHAVEPRIVADA"],
      "it": ["PAROLADORDINE", "CHIAVESEGRETA", "CHIAVEPRIVATA"],
      "nl": ["WACHTWOORD", "WACHTZIN"], "sv": ["LÖSENORD"], "da": ["ADGANGSKODE", "KODEORD"],
      "no": ["PASSORD"], "fi": ["SALASANA"], "et": ["PAROOL", "SALASÕNA"],
      "lt": ["SLAPTAŽODIS"], "hr": ["LOZINKA", "ZAPORKA"], "id": ["KATASANDI"],
      "ru": ["ПАРОЛЬ"], "uk": ["ПАРОЛЬ"], "bg": ["ПАРОЛА"], "el": ["ΚΩΔΙΚΟΣΠΡΟΣΒΑΣΗΣ"],
      "zh": ["密码", "密碼", "口令", "密钥", "密鑰"], "ja": ["パスワード", "暗証番号"], "ko": ["비밀번호", "암호"],
      "he": ["סיסמה"], "ar": ["كلمةالمرور", "كلمةالسر"], "hi": ["पासवर्ड"], "th": ["รหัสผ่าน"],
    ])

  /// Those that are too short, or too common within other words, to be looked for at an end.
  private static let wholeWords = Set(
    table(
      [
        "CREDENTIAL", "CRED", "JWT", "PW", "MNEMONIC", "COOKIE", "BEARER", "PSW", "PSK",
        "AUTHORIZATION",
      ],
      [
        "de": ["GEHEIM", "GEHEIMNIS"], "fr": ["MDP", "PASSE"], "es": ["CLAVE"],
        "it": ["PAROLA", "PAROLE"], "ro": ["PAROLĂ"], "pl": ["HASŁO"], "cs": ["HESLO"],
        "hu": ["JELSZÓ"], "tr": ["ŞİFRE", "PAROLA"], "lv": ["PAROLE"], "sl": ["GESLO"],
        "ru": ["PAROL"],
        // Where what a key is for stands behind it.
        "fr, es, pt, it": ["CLE", "CLEF", "CLAVE", "LLAVE", "CHAVE", "CHIAVE"].flatMap { key in
          [
            "API", "SECRETE", "PRIVEE", "ACCES", "SECRETA", "PRIVADA", "ACCESO", "ACESSO",
            "SEGRETA",
            "PRIVATA",
          ].map { key + $0 }
        },
      ]))

  /// Words that make a credential at a name's end, where another stands before them.
  static let lastWords = Set(
    table(
      [
        "KEY", "KEYS", "PWD", "PW", "DSNS", "OTPS", "DSN", "AUTH", "OTP", "PAT", "SIG",
        "SIGNATURE", "SK", "SAS", "BASIC", "SALT", "PEPPER", "NONCE", "HMAC", "TOTP", "HOTP",
        "UNSEAL",
      ],
      [
        "de": ["SCHLÜSSEL", "SCHLUESSEL"], "fr": ["CLÉ", "CLEF"], "es": ["LLAVE"],
        "pt": ["CHAVE"], "it": ["CHIAVE"], "nl": ["SLEUTEL"], "sv": ["NYCKEL"], "da": ["NØGLE"],
        "no": ["NØKKEL"], "pl": ["KLUCZ"], "ru": ["КЛЮЧ"],
      ]))
  static let alone: Set = ["DSN", "AUTH", "HMAC", "TOTP", "HOTP", "UNSEAL"]

  /// A variable of such a name and nothing more is perhaps one. In a text a pair of it is only where its value is
  /// random: `key: name` says nothing secret.
  static let general: Set = ["KEY", "OTP", "SALT", "PEPPER", "NONCE", "SEED", "PAT"]

  /// One or several, and with its form: `APIKEYS` are what `APIKEY` is, and so is `APIKEYBASE`.
  static func isCredential(_ word: String) -> Bool {
    isOne(word)
      || (word.utf8.last == UInt8(ascii: "S") && isOne(String(word.dropLastScalars())))
      || several.isEnd(of: word)
      || formEnds.isEnd(of: word)
        && joinedForms.contains { form in
          guard word.ends(with: form) else { return false }
          let rest = String(word.dropping(suffix: form))
          return isOne(rest) || files.contains(rest)
        }
  }

  private static func isOne(_ word: String) -> Bool {
    wholeWords.contains(word) || endings.isEnd(of: word)
      || (pass.isEnd(of: word) && !passes.isEnd(of: word))
      // Such as `BINDPW` and `USERPWD`; `PWD` is a folder.
      || (word.utf8.count > 3 && passwordEnds.isEnd(of: word) && word != "OLDPWD")
      || (auth.isEnd(of: word) && auths.contains(String(word.dropping(suffix: "AUTH"))))
  }

  private static let endings = WordEnds(ends + secretKeys.map { $0 + "KEY" })
  private static let pass = WordEnds(["PASS"])
  private static let passwordEnds = WordEnds(["PW", "PWD"])
  private static let auth = WordEnds(["AUTH"])
  private static let several = WordEnds(["CREDS", "PWDS"])
  private static let formEnds = WordEnds(joinedForms)

  /// What ends in `PASS` and opens nothing.
  private static let passes = WordEnds([
    "BYPASS", "COMPASS", "TRESPASS", "SURPASS", "OVERPASS", "UNDERPASS",
  ])

  /// What a key that is one word with it opens or signs: `SSHPRIVKEY` and `APIKEY`, not `MONKEY` and `PUBKEY`.
  private static let secretKeys = [
    "API", "ACCESS", "PRIVATE", "PRIV", "SECRET", "MASTER", "SIGNING", "ENCRYPTION", "CRYPT",
    "CRYPTO", "SESSION", "ACCOUNT", "AUTH", "SSH", "GPG", "PGP", "RSA", "ECDSA", "TLS", "SSL",
    "HMAC", "AES", "JWT", "LICENSE", "LICENCE", "DEPLOY", "STORAGE", "SHARED", "CLIENT", "SERVER",
    "CERT", "APP", "SERVICE", "WALLET", "ROOT", "ADMIN", "TOKEN", "WEBHOOK", "CONSUMER", "PASS",
    "UNSEAL", "RECOVERY", "UNLOCK", "TOTP",
  ]

  /// What one signs in to by an `AUTH` that is one word with it: `BASICAUTH`, not `OAUTH`.
  private static let auths: Set = [
    "BASIC", "HTTP", "HTTPBASIC", "PROXY", "DIGEST", "REDIS", "REDISCLI", "REGISTRY", "DOCKER",
    "NPM", "SMTP", "API", "DB",
  ]

  /// `GPG_PRIVATE`, `sshPriv`: a pair of keys has one half that is nobody else's.
  static func isPrivateHalf(_ word: String, after other: String) -> Bool {
    ["PRIVATE", "PRIV"].contains { half in
      word == half
        ? keyPairs.contains(other)
        : word.ends(with: half) && keyPairs.contains(String(word.dropping(suffix: half)))
    }
  }

  /// What keys come in pairs for.
  private static let keyPairs: Set = [
    "GPG", "PGP", "SSH", "RSA", "DSA", "ECDSA", "ED", "EC", "TLS", "SSL", "JWT", "JWK", "AGE",
    "SIGNING", "KEY", "CERT", "WIREGUARD", "WG", "DKIM", "SAML", "WALLET",
  ]

  // MARK: - Words that say that it is none

  /// Words of what everybody may see.
  static let open: Set = ["PUBLIC", "PUB", "PUBLIQUE", "PUBLICA", "PUBBLICA", "OEFFENTLICH"]

  /// A name that begins with one asks or says whether something is so.
  static let questions: Set = [
    "IS", "HAS", "USE", "USES", "NO", "ENABLE", "DISABLE", "REQUIRE", "REQUIRES", "ALLOW", "DENY",
    "SKIP", "WITH", "WITHOUT", "SHOW", "HIDE", "FORCE", "NEED", "NEEDS", "MASK", "ACCEPT",
    "SUPPORTS",
  ]

  /// Beside several, these tell how many there are: `MAX_TOKENS`.
  static let counting: Set = ["MAX", "MIN", "NUM", "NUMBER", "TOTAL", "COUNT", "PER"]

  /// What a key can be that opens nothing.
  static let otherKeys: Set = [
    "PRIMARY", "FOREIGN", "SORT", "PARTITION", "UNIQUE", "CACHE", "HOT", "ROUTING", "LOOKUP",
    "JOIN",
    "GROUP", "ROW", "INDEX", "SHARD", "TRANSLATION", "COMPOSITE", "NATURAL", "SURROGATE", "ARROW",
    "FUNCTION", "OBJECT",
  ]

  /// Words that say something of a credential which is not it.
  static let describing: Set = [
    "FILE", "FILES", "PATH", "PATHS", "DIR", "DIRECTORY", "FOLDER", "URL", "URI", "HOST",
    "HOSTNAME", "DOMAIN", "SAMESITE", "SECURE", "HTTPONLY",
    "PORT", "USER", "USERNAME", "NAME", "NAMES", "ID", "IDS", "TYPE", "ENABLED", "DISABLED",
    "REQUIRED", "LENGTH",
    "MIN", "MAX", "TTL", "EXPIRY", "EXPIRES", "EXPIRATION", "AGE", "COUNT", "LIMIT", "POLICY",
    "ALGORITHM", "METHOD", "MODE", "FORMAT", "VERSION", "ISSUER", "AUDIENCE", "SCOPE", "SCOPES",
    "ENDPOINT", "PROVIDER", "STORE", "HELPER", "COMMAND", "CMD", "PROMPT", "REGION", "SIZE", "BITS",
    "DAYS", "HOURS", "MINUTES", "SECONDS", "TIMEOUT", "SOCK", "SOCKET", "LOCATION", "ROTATION",
    "ENCRYPTION", "ATTEMPTS", "RETRIES", "ROUNDS", "ITERATIONS", "ASKPASS", "BUCKET", "LEEWAY",
    "FINGERPRINT", "HINT", "STRENGTH", "LABEL", "PREFIX", "SUFFIX", "FIELD", "COLUMN", "REALM",
    "AT",
    "DATE", "TIME", "LIFETIME", "LAYOUT", "CURVE", "SERVERS", "STATUS", "ALG",
  ]

  /// Words for a credential's form and version.
  static let forms: Set = [
    "V", "BASE", "B", "HEX", "ENC", "ENCODED", "DATA", "VALUE", "STRING", "RAW", "CONTENT",
    "CONTENTS",
    "JSON", "YAML", "PLAIN", "PLAINTEXT", "OLD", "NEW", "PREVIOUS", "CURRENT", "NEXT", "BACKUP",
    "PRIMARY", "SECONDARY", "PROD", "PRODUCTION", "STAGING", "TEST", "DEV", "LIVE", "INLINE",
  ]
  /// Those that are written as one word with a credential's.
  private static let joinedForms = [
    "BASE", "B", "HEX", "ENC", "ENCODED", "DATA", "VALUE", "STRING", "RAW", "CONTENT", "CONTENTS",
    "JSON", "PLAIN", "PLAINTEXT",
  ]
  /// Files that hold credentials. A variable of such a name tells where one is, unless it tells a form.
  static let files: Set = [
    "KUBECONFIG", "NETRC", "PGPASS", "PEM", "KEYSTORE", "KEYTAB", "KEYRING", "HTPASSWD", "PFX",
    "JKS", "KDBX", "DOCKERCONFIG", "DOCKERCFG", "NPMRC", "PYPIRC",
  ]

  // MARK: - Values that say that it is none

  /// What values of a word are that is a credential's otherwise.
  enum Excuse: Sendable {
    /// Of `PIN`: a number of less than four digits, as pins of chips have, and switches.
    case pinNumber
    /// Of `SEED`: what numbers at random begin with.
    case seedNumber
    /// Of `GPG_KEY`: the number of a public key, by which images of containers name who signed them.
    case fingerprint

    func covers(_ value: String) -> Bool {
      switch self {
      case .pinNumber:
        (value.utf8.count < 4 && value.utf8.allSatisfy { (48...57).contains($0) })
          || (CredentialPairs.isSwitch(value) && !value.utf8.allSatisfy { (48...57).contains($0) })
      case .seedNumber: CredentialPairs.isSwitch(value) || CredentialLexicon.isNumber(value, 10)
      case .fingerprint: CredentialLexicon.isFingerprint(value) || CredentialPairs.isSwitch(value)
      }
    }
  }

  static func excuse(of word: String, after before: String) -> Excuse? {
    switch word {
    case "PIN": .pinNumber
    case "SEED": before.isEmpty ? .seedNumber : nil
    case "KEY", "KEYS": signers.contains(before) ? .fingerprint : nil
    case "GPGKEY", "PGPKEY", "GPGKEYS", "PGPKEYS": .fingerprint
    default: nil
    }
  }

  /// What a seed is of that opens something. Others are of random numbers, tests and databases.
  static let ownSeeds: Set = [
    "SECRET", "MASTER", "WALLET", "OTP", "TOTP", "MFA", "KEY", "HD", "BIP", "RECOVERY", "BACKUP",
    "SIGNING", "ENCRYPTION", "ROOT", "APP", "AUTH", "LEDGER", "VALIDATOR",
  ]
  private static let signers: Set = ["GPG", "PGP", "OPENPGP"]

  /// Numbers of public keys, with blanks or commas between: https://www.rfc-editor.org/rfc/rfc4880#section-12.2
  private static func isFingerprint(_ value: String) -> Bool {
    let numbers = value.pieces { $0 == "," || $0 == ";" || $0.isNewline }
    return !numbers.isEmpty
      && numbers.allSatisfy { number in
        let digits = number.utf8.filter { $0 != 0x20 && $0 != UInt8(ascii: ":") }
        let bare = digits.starts(with: "0x".utf8) ? Array(digits.dropFirst(2)) : digits
        // Several keys' numbers may stand beside one another.
        return !bare.isEmpty && bare.allSatisfy(SecretNumbers.isHexDigit)
          && (bare.count == 8 || bare.count == 16 || bare.count % 40 == 0)
      }
  }

  private static func isNumber(_ value: String, _ most: Int) -> Bool {
    !value.isEmpty && value.utf8.count <= most
      && value.utf8.allSatisfy { (48...57).contains($0) }
  }

  /// Whether a value looks as if nobody had thought it up: one long word, of letters and digits in turn.
  static func isRandom(_ value: String) -> Bool {
    let bytes = Array(value.utf8)
    let isDigit = { (byte: UInt8) in (48...57).contains(byte) }
    guard bytes.count >= 16,
      bytes.allSatisfy({
        isDigit($0) || (97...122).contains($0 | 0x20) || "+/=_-.".utf8.contains($0)
      })
    else { return false }
    return zip(bytes, bytes.dropFirst()).count { isDigit($0) != isDigit($1) } >= 4
  }

  // MARK: - Letters

  private static func table(_ words: [String], _ byLanguage: KeyValuePairs<String, [String]>)
    -> [String]
  { (words + byLanguage.flatMap(\.value)).map(folded) }

  private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .spacingMark, .enclosingMark: true
    default: false
    }
  }

  /// In capitals and without marks: `Ł`, which has none by itself, is `L`.
  static func folded(_ word: some StringProtocol) -> String {
    var result = String.UnicodeScalarView()
    let upper = word.uppercased()
    guard upper.utf8.contains(where: { $0 >= 0x80 }) else { return upper }
    for scalar in upper._nfd {
      switch scalar {
      case "Ł": result.append("L")
      case "Ø": result.append("O")
      case "İ", "ı": result.append("I")
      case _ where isMark(scalar): break
      default: result.append(scalar)
      }
    }
    return String(result)
  }
}
