extension ExpressionCase {
  /// CEL: macros with a variable.
  static let macros = cases(
    #"""
    [1, 2, 3].all(x, x > 0)  =>  true
    [1, 2, 3].all(x, x > 1)  =>  false
    [].all(x, false)  =>  true
    [1, 0].all(x, 1 / x == 2)  =>  false
    [1, 0].all(x, ⟦1 / x⟧ == 1)  =>  divisionByZero
    [0, 1].all(x, 1 / x == 2)  =>  false
    [1, 2].all(x, ⟦'a'⟧)  =>  noSuchOverload
    [1, 2, 3].exists(x, x == 2)  =>  true
    [].exists(x, true)  =>  false
    [0, 1].exists(x, 1 / x == 1)  =>  true
    [0, 1].exists(x, ⟦1 / x⟧ == 2)  =>  divisionByZero
    [1, 2, 3].exists_one(x, x > 2)  =>  true
    [1, 2, 3].exists_one(x, x > 1)  =>  false
    [0, 1].exists_one(x, ⟦1 / x⟧ == 1)  =>  divisionByZero
    [1, 2].existsOne(x, x == 1)  =>  true
    [1, 2, 3].map(x, x * 2)  =>  [2,4,6]
    [1, 2, 3].map(x, x > 1, x * 2)  =>  [4,6]
    [1, 0].map(x, ⟦1 / x⟧)  =>  divisionByZero
    [1, 2, 3].filter(x, x % 2 == 1)  =>  [1,3]
    [1, 2].filter(x, ⟦1⟧)  =>  noSuchOverload
    {'a': 1, 'b': 2}.all(k, k < 'c')  =>  true
    {'a': 1, 'b': 2}.exists(k, k == 'b')  =>  true
    {'a': 1, 'b': 2}.exists_one(k, k == 'b')  =>  true
    {'a': 1, 'b': 2}.map(k, k + '!')  =>  ["a!","b!"]
    {'a': 1, 'b': 2}.filter(k, k == 'b')  =>  ["b"]
    [[1, 2], [3]].map(x, x.map(y, y + size(x)))  =>  [[3,4],[4]]
    [1, 2].map(x, [3].map(x, x))  =>  [[3],[3]]
    [1].map(x, x) + [2]  =>  [1,2]
    [{'a': 1}].map(m, m.a)  =>  [1]
    [1, 2].exists(x, [2, 3].exists(y, x == y))  =>  true
    [1].exists(x, ⟦.x⟧ == 1)  =>  undefinedName
    ⟦1⟧.all(x, true)  =>  noSuchOverload
    ⟦'abc'⟧.map(c, c)  =>  noSuchOverload
    ⟦null⟧.exists(x, true)  =>  noSuchOverload
    """#)
}
