extension ExpressionCase {
  /// CEL: equality, order and `in`.
  static let comparison = cases(
    #"""
    1 == 1  =>  true
    1 == 1.0  =>  true
    1.0 == 1  =>  true
    1 == 2  =>  false
    1 != 1.0  =>  false
    0.0 == -0.0  =>  true
    0.0/0.0 == 0.0/0.0  =>  false
    0.0/0.0 != 0.0/0.0  =>  true
    1 == 'a'  =>  false
    null == null  =>  true
    null == false  =>  false
    0 == false  =>  false
    'a' == 'a'  =>  true
    'a' == 'A'  =>  false
    [1, 2] == [1.0, 2.0]  =>  true
    [1, 2] == [2, 1]  =>  false
    [] == {}  =>  false
    [0.0/0.0] == [0.0/0.0]  =>  false
    {'a': 1} == {'a': 1.0}  =>  true
    {'a': 1, 'b': 2} == {'b': 2, 'a': 1}  =>  true
    {1: 'a'} == {1: 'b'}  =>  false
    {'a': 1} == {'b': 1}  =>  false
    [[1], {'a': [null]}] == [[1.0], {'a': [null]}]  =>  true
    1 < 2  =>  true
    1 < 1  =>  false
    1 <= 1  =>  true
    2 > 1  =>  true
    2 >= 3  =>  false
    1 < 1.5  =>  true
    1.5 > 1  =>  true
    2 <= 2.0  =>  true
    9223372036854775807 < 1e19  =>  true
    9007199254740993 == 9007199254740992.0  =>  false
    9007199254740993 > 9007199254740992.0  =>  true
    9007199254740992.0 < 9007199254740993  =>  true
    9007199254740993 in [9007199254740992.0]  =>  false
    9223372036854775807 < 9223372036854775808.0  =>  true
    9223372036854775807 == 9223372036854775808.0  =>  false
    9223372036854775807 == 9223372036854775807.0  =>  true
    -9223372036854775808 == -9223372036854775808.0  =>  true
    -9223372036854775808 > -1e19  =>  true
    -1 > -1.5  =>  true
    -2 < -1.5  =>  true
    0 == -0.0  =>  true
    1152921504606846976 == double(1152921504606846976)  =>  true
    1.0 < 0.0/0.0  =>  false
    1.0 >= 0.0/0.0  =>  false
    'a' < 'b'  =>  true
    'Z' < 'a'  =>  true
    'a' < 'aa'  =>  true
    'é' > 'z'  =>  true
    '\uFFFD' < '\U0001F600'  =>  true
    false < true  =>  true
    true <= true  =>  true
    ⟦null < null⟧  =>  noSuchOverload
    ⟦1 < 'a'⟧  =>  noSuchOverload
    ⟦[1] < [2]⟧  =>  noSuchOverload
    ⟦{} < {}⟧  =>  noSuchOverload
    ⟦true < 1⟧  =>  noSuchOverload
    1 in [1, 2]  =>  true
    1.0 in [1, 2]  =>  true
    3 in [1, 2]  =>  false
    'a' in ['a']  =>  true
    'a' in []  =>  false
    'a' in {'a': 1}  =>  true
    1 in {1: 'a'}  =>  true
    1.0 in {1: 'a'}  =>  true
    'b' in {'a': 1}  =>  false
    null in [null]  =>  true
    [1] in [[1]]  =>  true
    ⟦1 in 1⟧  =>  noSuchOverload
    ⟦'a' in 'abc'⟧  =>  noSuchOverload
    1 == 1 == true  =>  true
    1 < 2 == true  =>  true
    """#)
}
