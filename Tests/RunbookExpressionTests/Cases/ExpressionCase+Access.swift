extension ExpressionCase {
  /// CEL: indexes, fields and `has()`.
  static let access = cases(
    #"""
    [1, 2, 3][0]  =>  1
    [1, 2, 3][2]  =>  3
    [1, 2, 3][1.0]  =>  2
    ⟦[1][1]⟧  =>  indexOutOfRange
    ⟦[1][-1]⟧  =>  indexOutOfRange
    ⟦[1][0.5]⟧  =>  invalid
    ⟦[1]['a']⟧  =>  invalid
    ⟦[1][true]⟧  =>  invalid
    {'a': 1}['a']  =>  1
    {'a': 1}.a  =>  1
    {'a': {'b': 2}}.a.b  =>  2
    {'a': {'b': [3]}}.a['b'][0]  =>  3
    {1: 'a'}[1]  =>  "a"
    {1: 'a'}[1.0]  =>  "a"
    {true: 'a'}[true]  =>  "a"
    ⟦{'a': 1}['b']⟧  =>  noSuchKey
    ⟦{'a': 1}.b⟧  =>  noSuchKey
    ⟦{1: 'a'}[1.5]⟧  =>  noSuchKey
    ⟦{1: 'a'}[null]⟧  =>  noSuchKey
    ⟦{1: 'a'}['1']⟧  =>  noSuchKey
    {'while': 1}.while  =>  1
    {'if': 1}.if  =>  1
    {'content-type': 'x'}.`content-type`  =>  "x"
    ⟦'abc'[0]⟧  =>  noSuchOverload
    ⟦1[0]⟧  =>  noSuchOverload
    ⟦'abc'.size⟧  =>  noSuchOverload
    ⟦null.a⟧  =>  noSuchOverload
    has({'a': 1}.a)  =>  true
    has({'a': null}.a)  =>  true
    has({'a': 1}.b)  =>  false
    has({'a': {'b': 1}}.a.b)  =>  true
    has({'a': {}}.a.b)  =>  false
    has(⟦{}.a⟧.b)  =>  noSuchKey
    has(⟦[1].a⟧)  =>  noSuchOverload
    {'a': 1, ⟦'a'⟧: 2}  =>  invalid
    {1: 1, ⟦1⟧: 2}  =>  invalid
    {⟦1.0⟧: 1}  =>  invalid
    {⟦null⟧: 1}  =>  invalid
    {⟦[1]⟧: 1}  =>  invalid
    ⟦undefined⟧  =>  undefinedName
    ⟦undefined⟧.a  =>  undefinedName
    ⟦int⟧  =>  undefinedName
    """#)
}
