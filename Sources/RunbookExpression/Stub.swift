public import RunbookModel

public protocol EvaluationScope {
  func value(of name: String) -> Value?
}

public struct EvaluationError: Error, Sendable {
  public let message: String
  public let place: Place
}

public struct Template: Sendable {
  let source: SourceText
  public init(parsing source: SourceText) throws(Diagnostics) { self.source = source }
  public func render(in scope: some EvaluationScope) throws(EvaluationError) -> String {
    source.text
  }
}
