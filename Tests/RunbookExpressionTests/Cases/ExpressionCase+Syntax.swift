extension ExpressionCase {
  /// CEL: what is not an expression, with the message.
  static let syntax = cases(
    #"""
    1 +⟦⟧  =>  expected a value, found the end
    (1⟦⟧  =>  expected `)`, found the end
    [1⟦⟧  =>  expected `,` or `]`, found the end
    {'a'⟦}⟧  =>  expected `:` after the key, found `}`
    {'a': ⟦}⟧  =>  expected a value, found `}`
    1 ⟦2⟧  =>  expected an operator or the end, found `2`
    a ⟦b⟧  =>  expected an operator or the end, found `b`
    .1.⟦⟧  =>  expected a field's name after `.`, found the end
    ⟦'⟧abc  =>  the string has no closing quote
    ⟦"⟧abc  =>  the string has no closing quote
    ⟦'⟧a  =>  the string has no closing quote
    ⟦b⟧'  =>  the string has no closing quote
    1 ⟦=⟧ 1  =>  `=` does not belong in an expression
    1 ⟦&⟧ 1  =>  `&` does not belong in an expression
    a ⟦|⟧ b  =>  `|` does not belong in an expression
    '⟦\q⟧'  =>  `\q` is not an escape
    '⟦\ud800⟧'  =>  `\ud800` is not an escape
    '⟦\U00110000⟧'  =>  `\U00110000` is not an escape
    '⟦\4⟧00'  =>  `\4` is not an escape
    ⟦9223372036854775808⟧  =>  the number is out of range
    ⟦-9223372036854775809⟧  =>  the number is out of range
    ⟦0xFFFFFFFFFFFFFFFFF⟧  =>  the number is out of range
    ⟦1e999⟧  =>  the number is out of range
    ⟦if⟧  =>  `if` is a reserved word and cannot be a name
    a.⟦in⟧  =>  expected a field's name after `.`, found `in`
    true.a.⟦null⟧  =>  expected a field's name after `.`, found `null`
    ⟦as⟧ + 1  =>  `as` is a reserved word and cannot be a name
    x.⟦while⟧(1)  =>  there is no function `while`
    ⟦1u⟧  =>  runbooks have no unsigned integers in expressions
    ⟦0x1u⟧  =>  runbooks have no unsigned integers in expressions
    ⟦b'abc'⟧  =>  runbooks have no bytes in expressions
    ⟦rb'abc'⟧  =>  runbooks have no bytes in expressions
    ⟦uint⟧(1)  =>  runbooks have no unsigned integers in expressions
    ⟦bytes⟧('a')  =>  runbooks have no bytes in expressions
    ⟦type⟧(1)  =>  runbooks have no type values in expressions
    ⟦Foo{⟧}  =>  runbooks have no messages in expressions
    ⟦a.b.Foo{⟧x: 1}  =>  runbooks have no messages in expressions
    ⟦has(a)⟧  =>  `has()` takes one field, as in `has(inputs.backup)`
    ⟦has(a[0])⟧  =>  `has()` takes one field, as in `has(inputs.backup)`
    ⟦has()⟧  =>  `has()` takes one field, as in `has(inputs.backup)`
    [1].map(⟦1⟧, 2)  =>  the first argument of `map` is a variable's name
    [1].all(⟦x⟧)  =>  the first argument of `all` is a variable's name
    [1].⟦all⟧(x, true, true)  =>  `all` does not take 3 arguments
    [1].⟦map⟧(x, 1, 2, 3)  =>  `map` does not take 4 arguments
    [1].map(⟦x⟧.y, 1)  =>  the first argument of `map` is a variable's name
    a.⟦?⟧b  =>  expected a field's name after `.`, found `?`
    a ?⟦?⟧ b  =>  expected a value, found `?`
    ⟦#⟧  =>  `#` does not belong in an expression
    f(1,⟦)⟧  =>  expected a value, found `)`
    [1,⟦,⟧2]  =>  expected a value, found `,`
    [⟦,⟧]  =>  expected a value, found `,`
    !-⟦x⟧  =>  expected a number, found `x`
    -⟦!⟧true  =>  expected a value, found `!`
    a⟦.1⟧  =>  expected an operator or the end, found `.1`
    ⟦in⟧  =>  expected a value, found `in`
    'a' ⟦'b'⟧  =>  expected an operator or the end, found `'b'`
    """#)
}
