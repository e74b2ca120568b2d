import Foundation
import RunbookExpression
import RunbookModel
import Testing

/// The page about expressions says what is so: each of its lines `expression  =>  value` is evaluated.
@Suite struct DocumentationTests {
  private static let examples: [ExpressionCase] = {
    let page = URL(filePath: #filePath).appending(path: "../../../docs/expressions.md")
    // Without the page there are no examples, which the test counts.
    let text = (try? String(contentsOf: page.standardized, encoding: .utf8)) ?? ""
    return ExpressionCase.cases(
      text.pieces(separatedBy: "\n").filter { $0.begins(with: "    ") }.map {
        $0.dropFirstScalars(4)
      }
      .joined(separator: "\n"))
  }()

  @Test func thePageHasExamples() {
    #expect(Self.examples.count >= 30)
  }

  @Test(arguments: examples)
  func anExampleIsSo(_ example: ExpressionCase) throws {
    let expression = try Expression(parsing: example.source)
    do throws(EvaluationError) {
      let json = try expression.evaluate(in: ValueMap()).json
      #expect(json == example.expected)
    } catch {
      #expect("error: " + error.message == example.expected)
    }
  }
}
