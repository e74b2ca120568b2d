import Foundation
import RunbookExpression
import RunbookModel
import RunbookTestSupport
import Testing

@testable import RunbookPostgres
@testable import RunbookSteps

/// A value stays within the part of a URL that it stands in, as those read it who are given the URL.
struct URLTemplateTests {
  private static func render(_ template: String, _ values: [String: String]) throws -> String {
    let scope = ValueMap(values.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })
    let source = SourceText(template, at: Place(file: "t", line: 1, column: 1), layout: .opaque)
    return try Template(parsing: source).renderURL(in: scope)
  }

  @Test(arguments: [
    ("${{ a }}", "postgres://u:p@w@h/d?x=y z", "postgres://u:p@w@h/d?x=y z"),
    ("${{ a }}/api?x=1", "https://h:8080/base", "https://h:8080/base/api?x=1"),
    ("postgres://me:${{ a }}@h/d", "p@w/x?y#z:%20", "postgres://me:p%40w%2Fx%3Fy%23z%3A%2520@h/d"),
    ("https://h/${{ a }}/x", "../a?b", "https://h/..%2Fa%3Fb/x"),
    ("https://h/?q=${{ a }}&r=1", "a&b=c d+", "https://h/?q=a%26b%3Dc%20d%2B&r=1"),
    ("https://h/#${{ a }}", "a b", "https://h/#a%20b"),
    ("https://${{ a }}/x", "db.example:8443", "https://db.example:8443/x"),
    ("https://${{ a }}", "[::1]:80", "https://[::1]:80"),
    ("https://u@${{ a }}/x", "h:80", "https://u@h:80/x"),
    ("https://${{ a }}:8443/x", "[::1]", "https://[::1]:8443/x"),
    ("https://[${{ a }}]/x", "fe80::1", "https://[fe80::1]/x"),
    ("https://db-${{ a }}.example/x", "eu-1", "https://db-eu-1.example/x"),
    ("https://h:${{ a }}/x", "8443", "https://h:8443/x"),
    ("postgres://${{ a }},g:${{ b }}/d", "h:5432", "postgres://h:5432,g:1/d"),
    ("https://h/@scope/${{ a }}", "n@1", "https://h/@scope/n%401"),
    ("${{ 'https' }}://${{ a }}/x", "h", "https://h/x"),
    ("host=h password=${{ a }} user=u", "it's \\ ", "host=h password=it\\'s\\ \\\\\\  user=u"),
    ("host=h password='${{ a }}' user=u", "it's", "host=h password='it\\'s' user=u"),
    ("host=h password=${{ a }} user=u", "", "host=h password='' user=u"),
    ("host=h password='${{ a }}' user=u", "", "host=h password='' user=u"),
  ]) func aValueIsWrittenForItsPlace(_ template: String, _ value: String, _ url: String) throws {
    #expect(try Self.render(template, ["a": value, "b": "1"]) == url)
  }

  @Test(arguments: [
    ("https://${{ a }}/x", "me:secret@h"), ("https://${{ a }}/x", "h/secret"),
    ("https://u@${{ a }}/x", "v:secret@h"), ("postgres://${{ a }}", "u:secret@h/d"),
    ("http${{ a }}://h/", "s://secret@h"), ("https://h:${{ a }}/", "80/secret"),
    ("https://127.0.0.1${{ a }}/", ":21481"), ("https://${{ a }}.example/x", "h:80"),
    ("https://${{ a }}:8443/x", "h:80"), ("https://h${{ a }}/x", ",g"),
    ("https://h${{ a }}${{ a }}/x", ":80"), ("https://h:80${{ a }}/x", ",g:81"),
    ("https://[::1${{ a }}]/x", "]:80"), ("https://[::1]${{ a }}/x", ":80"),
    ("https://u@h${{ a }}/x", ":80"), ("https://h:${{ a }}/x", "a"),
  ]) func aValueThatCannotStandThereIsRefused(_ template: String, _ value: String) throws {
    let error = #expect(throws: EvaluationError.self) {
      _ = try Self.render(template, ["a": value])
    }
    #expect(error?.message.holds("${{ password }}@") == true)
    #expect(error?.message.holds("secret") == false)
  }

  @Test(arguments: [".", ".."]) func aValueDoesNotLeadOutOfAPath(_ value: String) throws {
    #expect(throws: EvaluationError.self) {
      _ = try Self.render("https://h/a/${{ a }}/b", ["a": value])
    }
    #expect(try Self.render("https://h/a/x${{ a }}", ["a": value]) == "https://h/a/x\(value)")
  }

  private static func value(_ generator: inout SeededGenerator) -> String {
    HostileText.text(&generator, pieces: 1...5, excluding: ["\0"])
  }

  /// libpq reads what was put in, and nothing else.
  @Test(.enabled(if: LibPQ.isInstalled)) func libpqReadsTheValues() throws {
    let failure = try Property().firstFailure { generator in
      let values = [
        "user": Self.value(&generator), "password": Self.value(&generator),
        "dbname": Self.value(&generator) + "x", "application_name": Self.value(&generator),
      ]
      let template = generator.one(of: [
        "postgresql://${{ user }}:${{ password }}@h:5432/${{ dbname }}?application_name=${{ application_name }}",
        "host=h port=5432 user=${{ user }} password='${{ password }}' dbname=${{ dbname }} "
          + "application_name=${{ application_name }}",
      ])
      let text = try Self.render(template, values)
      var wanted = values
      (wanted["host"], wanted["port"]) = ("h", "5432")
      let read = ConnectionString.options(of: text) ?? []
      for (keyword, value) in wanted {
        let got = read.last { $0.keyword == keyword }?.value ?? ""
        guard got.isIdentical(to: value) else {
          return "\(keyword): \(got.debugDescription), not \(value.debugDescription), in \(text)"
        }
      }
      return nil
    }
    #expect(failure == nil)
  }

  private static func decoded(_ text: String?) -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = Array((text ?? "").utf8)[...]
    while let first = rest.popFirst() {
      guard first == UInt8(ascii: "%") else {
        bytes.append(first)
        continue
      }
      bytes.append(UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) ?? 0)
      rest = rest.dropFirst(2)
    }
    return bytes
  }

  /// libcurl asks the host that the author named, and each value is one part.
  @Test func libcurlReadsTheValues() throws {
    let failure = try Property().firstFailure { generator in
      let (path, asked) = (Self.value(&generator) + "x", Self.value(&generator))
      let text = try Self.render(
        "https://h.example:8443/a/${{ path }}/b?q=${{ query }}&r=1#end",
        ["path": path, "query": asked])
      let read = URLComponents(string: try HTTPURL(text).text)
      let query = read?.percentEncodedQueryItems ?? []
      guard read?.host == "h.example", read?.port == 8443, read?.fragment == "end",
        Self.decoded(read?.percentEncodedPath) == Array("/a/\(path)/b".utf8), query.count == 2,
        Self.decoded(query.first?.value) == Array(asked.utf8)
      else { return text }
      return nil
    }
    #expect(failure == nil)
  }
}
