extension ExpressionCase {
  /// CEL: `&&`, `||`, `!` and `? :`.
  static let logic = cases(
    #"""
    true && true  =>  true
    true && false  =>  false
    false || true  =>  true
    false || false  =>  false
    !true  =>  false
    !!true  =>  true
    !!!true  =>  false
    true || 1 / 0 == 1  =>  true
    1 / 0 == 1 || true  =>  true
    false && 1 / 0 == 1  =>  false
    1 / 0 == 1 && false  =>  false
    ⟦1 / 0⟧ == 1 || false  =>  divisionByZero
    true && ⟦1 / 0⟧ == 1  =>  divisionByZero
    1 || true  =>  true
    true || 'a'  =>  true
    ⟦'a'⟧ || false  =>  noSuchOverload
    false && 1  =>  false
    ⟦1⟧ && true  =>  noSuchOverload
    undefined || true  =>  true
    true || undefined  =>  true
    false && undefined.field  =>  false
    ⟦undefined⟧ || false  =>  undefinedName
    unknown(1) || true  =>  true
    ⟦unknown(1)⟧  =>  noSuchFunction
    ⟦!1⟧  =>  noSuchOverload
    ⟦!null⟧  =>  noSuchOverload
    true ? 1 : 2  =>  1
    false ? 1 : 2  =>  2
    true ? 1 : 1 / 0  =>  1
    false ? 1 / 0 : 2  =>  2
    ⟦1⟧ ? 2 : 3  =>  noSuchOverload
    ⟦1 / 0⟧ == 1 ? 1 : 2  =>  divisionByZero
    true ? false ⟦?⟧ 1 : 2 : 3  =>  expected `:` of the conditional, found `?`
    false ? 1 : false ? 2 : 3  =>  3
    true || false ? 1 : 2  =>  1
    true ? 1 : 'a'  =>  1
    """#)
}
