private import RunbookModel

/// Whether a variable or a word is a credential by what its name means.
struct CredentialName {
  enum Meaning: Sendable { case none, perhaps, certain }

  private let words: [String]

  /// - Parameter name: such as `GITHUB_TOKEN`, `dbPassword`, `HTTPBasic` or `api-key`.
  init(_ name: String) {
    var words: [String] = []
    var word = String.UnicodeScalarView()
    let scalars = Array(name.unicodeScalars)
    for (index, scalar) in scalars.enumerated() {
      let next = index + 1 < scalars.count ? scalars[index + 1] : "_"
      let before = word.last ?? "_"
      let beginsWord =
        Self.isUpper(scalar)
        && (Self.isLower(before) || (Self.isUpper(before) && Self.isLower(next)))
      if "_-. /:".unicodeScalars.contains(scalar) || beginsWord {
        words.append(String(word))
        word = String.UnicodeScalarView()
      }
      if scalar.isLetter || scalar.isASCIIDigit { word.append(scalar) }
    }
    self.words = (words + [String(word)]).map { word in
      String(word.uppercased().trimming { $0.isASCIIDigit })
    }.filter { !$0.isEmpty }
  }

  private static func isUpper(_ scalar: Unicode.Scalar) -> Bool { ("A"..."Z").contains(scalar) }
  private static func isLower(_ scalar: Unicode.Scalar) -> Bool { ("a"..."z").contains(scalar) }

  /// The name is of what its last word says: `TOKEN_FILE` is a file. What only tells the form or the
  /// version is no such word: `API_KEY_V2`, `SESSION_KEY_BASE64`.
  ///
  /// A credential's word followed by one that is not known is perhaps one: `SECRET_SANTA`.
  var meaning: Meaning {
    let hasForm = words.last.map(Self.forms.contains) ?? false
    let kept =
      words.count > 1 ? Array(words.reversed().drop(while: Self.forms.contains).reversed()) : words
    guard let last = kept.last else { return .none }
    if kept.contains("WEBHOOK") { return .certain }
    if kept.suffix(2) == ["SECRET", "ID"] || kept.suffix(3) == ["ACCESS", "KEY", "ID"] {
      return .certain
    }
    if Self.describing.contains(last) || kept.contains("PUBLIC") || kept.contains("PUB")
      || (last.ends(with: "S") && kept.contains(where: Self.counting.contains))
    {
      return .none
    }
    if hasForm, Self.files.contains(last) { return .certain }
    if Self.isCredentialWord(last) || Self.isCredentialWord(kept.suffix(2).joined())
      || Self.isPrivateHalf(last, after: kept.dropLast().last ?? "")
    {
      return .certain
    }
    if Self.lastWords.contains(last), kept.count > 1 || Self.alone.contains(last) {
      let before = kept.count > 1 ? kept[kept.count - 2] : ""
      return Self.otherKeys.contains(before) || kept == ["OLD", "PWD"] ? .none : .certain
    }
    let isPerhaps = kept.contains { Self.isCredentialWord($0) || ["PWD", "PW"].contains($0) }
    return isPerhaps && kept != ["PWD"] && kept != ["OLD", "PWD"] ? .perhaps : .none
  }

  /// One or several, and with its form: `APIKEYS` are what `APIKEY` is, and so is `APIKEYBASE`.
  private static func isCredentialWord(_ word: String) -> Bool {
    isOne(word) || (word.ends(with: "S") && isOne(String(word.dropLastScalars())))
      || ["CREDS", "PWDS"].contains { word.ends(with: $0) }
      || joinedForms.contains { form in
        guard word.ends(with: form) else { return false }
        let rest = String(word.dropping(suffix: form))
        return isOne(rest) || files.contains(rest)
      }
  }

  /// `GPG_PRIVATE`, `sshPriv`: a pair of keys has one half that is nobody else's.
  private static func isPrivateHalf(_ word: String, after other: String) -> Bool {
    ["PRIVATE", "PRIV"].contains { half in
      word == half
        ? keyPairs.contains(other)
        : word.ends(with: half) && keyPairs.contains(String(word.dropping(suffix: half)))
    }
  }

  /// What keys come in pairs for.
  private static let keyPairs: Set = [
    "GPG", "PGP", "SSH", "RSA", "DSA", "ECDSA", "ED", "EC", "TLS", "SSL", "JWT", "JWK", "AGE",
    "SIGNING", "KEY",
    "CERT", "WIREGUARD", "WG", "DKIM", "SAML", "WALLET",
  ]

  private static func isOne(_ word: String) -> Bool {
    wholeWords.contains(word) || ends.contains { word.ends(with: $0) }
      || (word.ends(with: "PASS") && !passes.contains { word.ends(with: $0) })
      // Such as `BINDPW` and `USERPWD`; `PWD` is a folder.
      || (word.utf8.count > 3 && (word.ends(with: "PW") || word.ends(with: "PWD"))
        && word != "OLDPWD")
      || (word.ends(with: "KEY")
        && secretKeys.contains { word.dropping(suffix: "KEY").ends(with: $0) })
      || (word.ends(with: "AUTH") && auths.contains(String(word.dropping(suffix: "AUTH"))))
  }

  /// What ends in `PASS` and opens nothing.
  private static let passes = ["BYPASS", "COMPASS", "TRESPASS", "SURPASS", "OVERPASS", "UNDERPASS"]

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
    "NPM", "SMTP", "API",
    "DB",
  ]

  /// Beside several, these tell how many there are: `MAX_TOKENS`.
  private static let counting: Set = ["MAX", "MIN", "NUM", "NUMBER", "TOTAL", "COUNT", "PER"]

  private static let wholeWords: Set = [
    "CREDENTIAL", "CRED", "JWT", "PW", "MNEMONIC", "COOKIE", "BEARER", "PSW", "PSK",
    "AUTHORIZATION",
    // In other languages.
    "MDP", "CLAVE", "HASLO", "HASŁO", "HESLO", "JELSZO", "JELSZÓ", "PAROL", "PAROLA", "PAROLĂ",
    "SIFRE", "ŞIFRE", "GEHEIM", "GEHEIMNIS",
  ]
  private static let ends = [
    "PASSWORD", "PASSWD", "PASSWRD", "PASSW", "PASWORD", "PASWD", "PSSWD", "PSWD", "PSWRD", "PWORD",
    "PWRD", "PASSPHRASE", "PASSFRASE", "PASSCODE", "SEEDPHRASE", "RECOVERYPHRASE", "PINCODE",
    "SECRET", "SECRETID", "TOKEN", "ACCESSKEYID", "CREDENTIAL", "PRIVATEPEM", "PRIVPEM", "KEYPEM",
    "RECOVERYCODE", "UNLOCKCODE", "BACKUPCODE", "SCRATCHCODE", "SECURITYCODE", "ACCESSCODE",
    "OTPCODE", "MFACODE",
    "OTPSEED", "MFASEED", "WALLETSEED", "MASTERSEED", "SECRETSEED",
    // In other languages.
    "PASSWORT", "KENNWORT", "CONTRASENA", "CONTRASEÑA", "SENHA", "MOTDEPASSE", "WACHTWOORD",
    "LOSENORD", "LÖSENORD", "SALASANA", "PASSORD", "ADGANGSKODE",
  ]
  /// Words that make a credential at a name's end, where another stands before them.
  private static let lastWords: Set = [
    "KEY", "KEYS", "PWD", "PW", "DSNS", "OTPS", "DSN", "AUTH", "PIN", "OTP", "PAT", "SIG",
    "SIGNATURE", "SK", "SAS",
    "BASIC", "SALT", "PEPPER", "HMAC", "TOTP", "HOTP", "UNSEAL",
  ]
  private static let alone: Set = ["DSN", "AUTH", "HMAC", "TOTP", "HOTP", "UNSEAL"]
  /// What a key can be that opens nothing.
  private static let otherKeys: Set = [
    "PRIMARY", "FOREIGN", "SORT", "PARTITION", "UNIQUE", "CACHE", "HOT",
  ]
  /// Words for a credential's form and version.
  private static let forms: Set = [
    "V", "BASE", "B", "HEX", "ENC", "ENCODED", "DATA", "VALUE", "STRING", "RAW", "CONTENT",
    "CONTENTS",
    "JSON", "YAML", "PLAIN", "PLAINTEXT", "OLD", "NEW", "PREVIOUS", "CURRENT", "NEXT", "BACKUP",
    "PRIMARY", "SECONDARY", "PROD", "PRODUCTION", "STAGING", "TEST", "DEV", "LIVE", "INLINE",
  ]
  /// Those that are written as one word with a credential's.
  private static let joinedForms = [
    "BASE", "B", "HEX", "ENC", "ENCODED", "DATA", "VALUE", "STRING", "RAW", "CONTENT", "CONTENTS",
    "JSON", "PLAIN",
    "PLAINTEXT",
  ]
  /// Files that hold credentials. A variable of such a name tells where one is, unless it tells a form.
  private static let files: Set = [
    "KUBECONFIG", "NETRC", "PGPASS", "PEM", "KEYSTORE", "KEYTAB", "KEYRING", "HTPASSWD", "PFX",
    "JKS", "KDBX",
    "DOCKERCONFIG", "DOCKERCFG", "NPMRC", "PYPIRC",
  ]
  /// Words that say something of a credential which is not it.
  private static let describing: Set = [
    "FILE", "FILES", "PATH", "PATHS", "DIR", "DIRECTORY", "FOLDER", "URL", "URI", "HOST",
    "HOSTNAME", "DOMAIN", "SAMESITE", "SECURE", "HTTPONLY",
    "PORT", "USER", "USERNAME", "NAME", "ID", "TYPE", "ENABLED", "DISABLED", "REQUIRED", "LENGTH",
    "MIN", "MAX", "TTL", "EXPIRY", "EXPIRES", "EXPIRATION", "AGE", "COUNT", "LIMIT", "POLICY",
    "ALGORITHM", "METHOD", "MODE", "FORMAT", "VERSION", "ISSUER", "AUDIENCE", "SCOPE", "SCOPES",
    "ENDPOINT", "PROVIDER", "STORE", "HELPER", "COMMAND", "CMD", "PROMPT", "REGION", "SIZE", "BITS",
    "DAYS", "HOURS", "MINUTES", "SECONDS", "TIMEOUT", "SOCK", "SOCKET", "LOCATION", "ROTATION",
    "ENCRYPTION", "ATTEMPTS", "RETRIES", "ROUNDS", "ITERATIONS", "ASKPASS", "BUCKET", "LEEWAY",
  ]
}
