public import RunbookModel

/// What an expression can see by name.
public protocol EvaluationScope {
  /// The value of a name, or nil when it is undefined.
  ///
  /// For `a.b.c` the names `a.b.c` and `a.b` are asked for before `a`, as CEL takes the longest name
  /// that is defined.
  func value(of name: String) -> Value?
}

extension ValueMap: EvaluationScope {
  public func value(of name: String) -> Value? { self[name] }
}
