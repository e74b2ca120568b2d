extension ExpressionCase {
  /// CEL: operators on numbers, strings and lists.
  static let arithmetic = cases(
    #"""
    1 + 2 * 3  =>  7
    (1 + 2) * 3  =>  9
    7 / 2  =>  3
    -7 / 2  =>  -3
    7 % 3  =>  1
    -7 % 3  =>  -1
    7 % -3  =>  1
    10 - 3 - 2  =>  5
    2 * 3 % 4  =>  2
    -(3)  =>  -3
    --3  =>  3
    ---3  =>  -3
    - 5  =>  -5
    1.5 + 1.5  =>  3.0
    3.0 / 2.0  =>  1.5
    1.0 / 0.0  =>  "Infinity"
    -1.0 / 0.0  =>  "-Infinity"
    0.0 / 0.0  =>  "NaN"
    1.0 - 0.5  =>  0.5
    2.0 * 0.5  =>  1.0
    -(0.0)  =>  -0.0
    'a' + 'b'  =>  "ab"
    [1] + ['a']  =>  [1,"a"]
    '' + ''  =>  ""
    9223372036854775807 + 0  =>  9223372036854775807
    -9223372036854775807 - 1  =>  -9223372036854775808
    ⟦9223372036854775807 + 1⟧  =>  overflow
    ⟦-9223372036854775808 - 1⟧  =>  overflow
    ⟦9223372036854775807 * 2⟧  =>  overflow
    ⟦-9223372036854775808 / -1⟧  =>  overflow
    ⟦-9223372036854775808 % -1⟧  =>  overflow
    ⟦-(-9223372036854775808)⟧  =>  overflow
    ⟦1 / 0⟧  =>  divisionByZero
    ⟦1 % 0⟧  =>  divisionByZero
    ⟦1.0 % 2.0⟧  =>  noSuchOverload
    ⟦1 + 1.0⟧  =>  noSuchOverload
    ⟦1 + 'a'⟧  =>  noSuchOverload
    ⟦true + true⟧  =>  noSuchOverload
    ⟦-'a'⟧  =>  noSuchOverload
    ⟦-true⟧  =>  noSuchOverload
    ⟦'a' - 'b'⟧  =>  noSuchOverload
    ⟦'a' * 2⟧  =>  noSuchOverload
    ⟦{} + {}⟧  =>  noSuchOverload
    ⟦null + null⟧  =>  noSuchOverload
    """#)
}
