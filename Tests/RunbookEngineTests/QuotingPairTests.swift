import RunbookModel
import RunbookTestSupport
import Testing

@testable import RunbookEngine

/// Any two quotings in one another hide no secret: a row in an array, JSON in CSV, a shell's word in SQL.
struct QuotingPairTests {
  /// How a language quotes a text, between what stands around it.
  private enum Quoting: CaseIterable {
    case csv, json, sql, escapeString, array, row, shell, shlex, backslashes, html, url

    func content(of text: String) -> String {
      var result = String.UnicodeScalarView()
      for scalar in text.unicodeScalars {
        result.append(contentsOf: written(scalar).unicodeScalars)
      }
      return String(result)
    }

    var marks: (before: String, after: String) {
      switch self {
      case .csv, .json: ("\"", "\"")
      case .sql, .shell, .shlex: ("'", "'")
      case .escapeString: ("E'", "'")
      case .array: ("{\"", "\"}")
      case .row: ("(\"", "\",1)")
      case .backslashes, .html, .url: ("", "")
      }
    }

    private func written(_ scalar: Unicode.Scalar) -> String {
      let plain = String(scalar)
      let isQuote = scalar == "\"" || scalar == "\\"
      switch self {
      case .csv: return scalar == "\"" ? "\"\"" : plain
      case .json, .array: return isQuote ? "\\" + plain : plain
      case .sql: return scalar == "'" ? "''" : plain
      case .escapeString: return scalar == "'" || scalar == "\\" ? plain + plain : plain
      case .row: return isQuote ? plain + plain : plain
      case .shell: return scalar == "'" ? "'\\''" : plain
      case .shlex: return scalar == "'" ? "'\"'\"'" : plain
      case .backslashes:
        return scalar.value < 0x80 && !scalar.isASCIILetter && !scalar.isASCIIDigit
          ? "\\" + plain : plain
      case .html:
        switch scalar {
        case "&": return "&amp;"
        case "<": return "&lt;"
        case ">": return "&gt;"
        case "\"": return "&quot;"
        case "'": return "&#x27;"
        default: return plain
        }
      case .url:
        guard !scalar.isASCIILetter, !scalar.isASCIIDigit else { return plain }
        return plain.utf8.map {
          "%" + ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true)
        }.joined()
      }
    }
  }

  /// Letters that stand in secrets only.
  private static let letters = Array("αβγδεζηθικλμνξοπ").map(String.init)
  private static let signs = Array("\"\"''\\\\$&%<>=;,{}()!+# /").map(String.init)

  private static func secret(_ generator: inout SeededGenerator) -> String {
    var text = generator.one(of: letters)
    for _ in 0..<(3 + generator.below(8)) {
      text += generator.chance(0.4) ? generator.one(of: signs) : generator.one(of: letters)
    }
    return text + generator.one(of: generator.chance(0.3) ? ["\"", "'", "\\"] : letters)
  }

  @Test func noTwoQuotingsHideASecret() {
    let failure = Property(share: 0.3).firstFailure { generator in
      let secret = Self.secret(&generator)
      let redactor = Redactor(secrets: [secret])
      let (inner, outer) = (
        generator.one(of: Quoting.allCases), generator.one(of: Quoting.allCases)
      )
      let bare = outer.content(of: inner.content(of: secret))
      let redacted = redactor.redact("z\(bare)z")
      guard redacted.utf8.elementsEqual("z[redacted]z".utf8) else {
        return "\(inner) in \(outer): \(secret.debugDescription) as \(bare) left \(redacted)"
      }
      let quoted =
        outer.marks.before
        + outer.content(of: inner.marks.before + inner.content(of: secret) + inner.marks.after)
        + outer.marks.after
      let rest = redactor.redact(quoted)
      // Percent-encoded, a letter is `%CE` or `%CF`, and another byte.
      let isLeft = rest.unicodeScalars.contains { (0x3B1...0x3C9).contains($0.value) }
      guard rest.holds(Redactor.mark), !isLeft, !rest.holds("%CE"), !rest.holds("%CF")
      else {
        return "\(inner) in \(outer): \(secret.debugDescription) as \(quoted) left \(rest)"
      }
      return nil
    }
    #expect(failure == nil)
  }

  /// What PostgreSQL, Python and shells wrote.
  @Test(arguments: [
    #"{"(\"ab\"\"cdef\"\"ghijk\",1)"}"#, #""{""pw"": ""ab\""cdef\""ghijk""}""#,
    #"("{""ab\\""cdef\\""ghijk""}")"#, #"("{""p"" : ""ab\\""cdef\\""ghijk""}")"#,
  ])
  func whatWasSeen(_ text: String) {
    let redacted = Redactor(secrets: [#"ab"cdef"ghijk"#]).redact(text)
    #expect(redacted.holds(Redactor.mark) as Bool)
    for part in ["ab", "cdef", "ghijk"] { #expect(!redacted.holds(part) as Bool, "\(redacted)") }
  }
}
