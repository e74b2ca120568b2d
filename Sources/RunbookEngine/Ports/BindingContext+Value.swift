import RunbookExpression
public import RunbookModel

extension BindingContext {
  /// The value of a template that is nothing but one `${{ }}`, else its text.
  public func renderValue(_ template: SourceText) throws(StepFailure) -> Value {
    do {
      return try Template(parsing: template).renderValue(in: scope)
    } catch let error as EvaluationError {
      throw StepFailure(error)
    } catch {
      throw StepFailure(.invalid, "a template is not well formed (\(template.place))")
    }
  }
}
