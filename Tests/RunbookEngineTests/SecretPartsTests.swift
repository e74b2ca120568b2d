import RunbookModel
import RunbookTestSupport
import Testing

@testable import RunbookEngine

/// What was cut before this program had it.
struct SecretPartsTests {
  private static let secret = "correct-horse-battery-staple-and-Nine-more-Words-0123456789"

  @Test(arguments: [0, 7, 20], [16, 17, 31])
  func findsAPartAnywhere(start: Int, length: Int) {
    let redactor = Redactor(secrets: [Self.secret])
    let part = Self.secret.dropFirstScalars(start).prefixOfScalars(length)
    for (before, after) in [("", ""), ("says ...", "... and"), ("xcorrect-hor", "staple")] {
      let text = before + part + after
      #expect(!redactor.redact(text).holds(String(part)), "\(text)")
      #expect(redactor.holdsSecret(.string(text)))
    }
    let short = "a \(Self.secret.dropFirstScalars(start).prefixOfScalars(15)) b"
    #expect(redactor.redact(short) == short)
  }

  /// Of an address or a document only what is secret in it is looked for.
  @Test func leavesWhatIsNoSecretOfIt() {
    let redactor = Redactor(secrets: [
      "postgres://application:correct-horse-battery-staple@database.internal:5432/warehouse"
    ])
    let text = "cannot reach database.internal:5432/warehouse"
    #expect(redactor.redact(text) == text)
    #expect(redactor.redact("says rect-horse-battery-st") == "says [redacted]")
  }

  /// A name has 63 bytes at most, and a statement in the server's statistics 1,023.
  @Test(arguments: [(60, true), (63, true), (64, false), (59, false), (1021, true), (1030, false)])
  func takesABeginningOutOfWhatAServerCut(size: Int, isTaken: Bool) {
    let redactor = Redactor(secrets: [Self.secret])
    let text = String(repeating: "x", count: size - 9) + "correct-h"
    let value = Value.string(text)
    #expect((redactor.redact(value) != value) == isTaken)
    #expect(redactor.holdsSecret(value) == isTaken)
  }

  @Test(arguments: [
    ("invalid input \"corr\" here", "invalid input \"[redacted]\" here"),
    ("at or near 'Hors'", "at or near '[redacted]'"), ("(1, attery)", "(1, [redacted])"),
    ("...taple", "...[redacted]"), ("orse…", "[redacted]…"), ("« taple »", "« taple »"),
    ("«taple»", "«[redacted]»"), ("the horse is", "the horse is"),
    ("the HORSE-BATTERY is", "the [redacted] is"), ("ends in hors", "ends in [redacted]"),
    ("relation \"session\" is", "relation \"session\" is"), ("\"cor\"", "\"cor\""),
    ("[redacted] \"[redacted]\"", "[redacted] \"[redacted]\""), ("äcorrect-ö", "ä[redacted]ö"),
  ]) func takesPartsOutOfAQuotation(_ text: String, _ redacted: String) {
    #expect(QuotedSecrets(Redactor(secrets: [Self.secret])).redact(text) == redacted)
  }

  /// However a text comes in pieces, no part of so many bytes is left, and it is what it is in one.
  @Test func noPieceLeavesAPart() {
    let letters = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-").map(
      String.init)
    let failure = Property(share: 0.3).firstFailure { generator in
      let secrets = (0..<2).map { _ in
        (0..<Int.random(in: 17...60, using: &generator)).map { _ in generator.one(of: letters) }
          .joined()
      }
      var text = ""
      for _ in 0..<generator.below(4) {
        let secret = generator.one(of: secrets)
        let start = generator.below(secret.utf8.count)
        text += HostileText.text(&generator, pieces: 0...2)
        text += secret.dropFirstScalars(start).prefixOfScalars(1 + generator.below(50))
        text += generator.one(of: ["", "x", "\n", "..."])
      }
      let redactor = Redactor(secrets: secrets)
      let whole = redactor.redact(text, isWhole: false)
      if let part = Self.part(of: secrets, in: whole) {
        return "\(part) in \(whole.debugDescription)"
      }
      for isForPeople in [false, true] {
        var stream = redactor.stream(isForPeople: isForPeople)
        var output: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
          let piece = rest.prefix(1 + generator.below(20))
          rest = rest.dropFirst(piece.count)
          output += stream.append(Array(piece))
        }
        output += stream.finish()
        let streamed = String(decoding: output, as: UTF8.self)
        if let part = Self.part(of: secrets, in: streamed) {
          return "\(part) in pieces, \(isForPeople): \(streamed.debugDescription)"
        }
        if !isForPeople, !streamed.utf8.elementsEqual(whole.utf8) {
          return "\(streamed.debugDescription) is not \(whole.debugDescription)"
        }
      }
      return nil
    }
    #expect(failure == nil)
  }

  private static func part(of secrets: [String], in text: String) -> String? {
    for secret in secrets {
      let bytes = Array(secret.utf8)
      for start in 0...(bytes.count - SecretParts.shortest) {
        let part = String(decoding: bytes[start..<start + SecretParts.shortest], as: UTF8.self)
        if text.holds(part) { return part }
      }
    }
    return nil
  }
}
