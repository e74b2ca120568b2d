extension ExpressionCase {
  /// CEL's extension for strings: the examples of its own documentation, its errors, and `lines()`.
  static let strings = cases(
    #"""
    'hello'.charAt(4)  =>  "o"
    'hello'.charAt(5)  =>  ""
    ⟦'hello'.charAt(-1)⟧  =>  indexOutOfRange
    ⟦'hello'.charAt(6)⟧  =>  indexOutOfRange
    'aé😀z'.charAt(2)  =>  "😀"
    'hello mellow'.indexOf('')  =>  0
    'hello mellow'.indexOf('ello')  =>  1
    'hello mellow'.indexOf('jello')  =>  -1
    'hello mellow'.indexOf('', 2)  =>  2
    'hello mellow'.indexOf('', 20)  =>  12
    'hello mellow'.indexOf('ello', 2)  =>  7
    'hello mellow'.indexOf('ello', 20)  =>  -1
    ⟦'hello mellow'.indexOf('ello', -1)⟧  =>  indexOutOfRange
    '😀é😀'.indexOf('😀', 1)  =>  2
    'hello mellow'.lastIndexOf('')  =>  12
    'hello mellow'.lastIndexOf('ello')  =>  7
    'hello mellow'.lastIndexOf('jello')  =>  -1
    'hello mellow'.lastIndexOf('ello', 6)  =>  1
    'hello mellow'.lastIndexOf('ello', 7)  =>  7
    'hello mellow'.lastIndexOf('ello', 20)  =>  -1
    'hello mellow'.lastIndexOf('', 3)  =>  3
    'hello mellow'.lastIndexOf('', 30)  =>  12
    ⟦'hello mellow'.lastIndexOf('ello', -1)⟧  =>  indexOutOfRange
    'aaaa'.lastIndexOf('aa')  =>  2
    'a'.lastIndexOf('aa')  =>  -1
    ''.lastIndexOf('a')  =>  -1
    ''.indexOf('', 100)  =>  0
    ''.indexOf('', 0)  =>  0
    ⟦''.indexOf('', -1)⟧  =>  indexOutOfRange
    ⟦''.indexOf(' ', -1)⟧  =>  indexOutOfRange
    ''.indexOf(' ', 0)  =>  -1
    ''.lastIndexOf('', 100)  =>  0
    ⟦''.lastIndexOf('', -1)⟧  =>  indexOutOfRange
    ⟦''.lastIndexOf(' ', -1)⟧  =>  indexOutOfRange
    ['hello', 'mellow'].join()  =>  "hellomellow"
    ['hello', 'mellow'].join(' ')  =>  "hello mellow"
    [].join()  =>  ""
    [].join('/')  =>  ""
    ⟦['a', 1].join()⟧  =>  noSuchOverload
    ⟦'ab'.join()⟧  =>  noSuchOverload
    'TacoCat'.lowerAscii()  =>  "tacocat"
    'TacoCÆt Xii'.lowerAscii()  =>  "tacocÆt xii"
    'TacoCat'.upperAscii()  =>  "TACOCAT"
    'TacoCÆt Xii'.upperAscii()  =>  "TACOCÆT XII"
    '@[`{'.lowerAscii() + '@[`{'.upperAscii()  =>  "@[`{@[`{"
    strings.quote('single-quote with "double quote"')  =>  "\"single-quote with \\\"double quote\\\"\""
    strings.quote("two escape sequences \a\n")  =>  "\"two escape sequences \\a\\n\""
    strings.quote('\b\t\v\f\r\\')  =>  "\"\\b\\t\\v\\f\\r\\\\\""
    'hello hello'.replace('he', 'we')  =>  "wello wello"
    'hello hello'.replace('he', 'we', -1)  =>  "wello wello"
    'hello hello'.replace('he', 'we', 1)  =>  "wello hello"
    'hello hello'.replace('he', 'we', 0)  =>  "hello hello"
    'hello hello'.replace('', '_')  =>  "_h_e_l_l_o_ _h_e_l_l_o_"
    'é😀'.replace('', '_', 2)  =>  "_é_😀"
    'hello hello'.replace('h', '')  =>  "ello ello"
    'aaa'.replace('aa', 'b')  =>  "ba"
    'hello hello hello'.split(' ')  =>  ["hello","hello","hello"]
    'hello hello hello'.split(' ', 0)  =>  []
    'hello hello hello'.split(' ', 1)  =>  ["hello hello hello"]
    'hello hello hello'.split(' ', 2)  =>  ["hello","hello hello"]
    'hello hello hello'.split(' ', -1)  =>  ["hello","hello","hello"]
    'é😀z'.split('')  =>  ["é","😀","z"]
    'abc'.split('', 2)  =>  ["a","bc"]
    'abc'.split('', 1)  =>  ["abc"]
    'abc'.split('', 9)  =>  ["a","b","c"]
    ''.split(',')  =>  [""]
    ''.split('')  =>  []
    ',a,'.split(',')  =>  ["","a",""]
    'tacocat'.substring(4)  =>  "cat"
    'tacocat'.substring(7)  =>  ""
    'tacocat'.substring(0, 4)  =>  "taco"
    'aé😀z'.substring(1, 3)  =>  "é😀"
    ⟦'tacocat'.substring(-1)⟧  =>  indexOutOfRange
    ⟦'tacocat'.substring(8)⟧  =>  indexOutOfRange
    ⟦'tacocat'.substring(2, 1)⟧  =>  indexOutOfRange
    ⟦'tacocat'.substring(2, 8)⟧  =>  indexOutOfRange
    '  \ttrim\n    '.trim()  =>  "trim"
    '\u00a0\u2028\u3000a\u200b\u0085'.trim()  =>  "a​"
    ' \u0301 '.trim().size()  =>  1
    ' \n'.trim()  =>  ""
    'gums'.reverse()  =>  "smug"
    'John Smith'.reverse()  =>  "htimS nhoJ"
    'e\u0301a'.reverse() == 'a\u0301e'  =>  true
    'a\nb\r\n\nc'.lines()  =>  ["a","b","","c"]
    'a\n'.lines()  =>  ["a"]
    'a\r\n'.lines()  =>  ["a"]
    'a\rb'.lines()  =>  ["a\rb"]
    'a\r'.lines()  =>  ["a\r"]
    ''.lines()  =>  []
    '\n'.lines()  =>  [""]
    '\u0600\nb\u0301\n'.lines().size()  =>  2
    int(' 312\n'.trim())  =>  312
    ⟦int('312\n')⟧  =>  invalid
    ⟦'a'.charAt('b')⟧  =>  noSuchOverload
    ⟦'a'.indexOf(1)⟧  =>  noSuchOverload
    ⟦'a'.replace('a', 1)⟧  =>  noSuchOverload
    ⟦1.trim()⟧  =>  noSuchOverload
    ⟦[1].split(',')⟧  =>  noSuchOverload
    ⟦'a'.trim(1)⟧  =>  noSuchFunction
    ⟦'a'.substring()⟧  =>  noSuchFunction
    ⟦trim('a')⟧  =>  noSuchFunction
    ⟦'a'.replace('a')⟧  =>  noSuchFunction
    decimal('12345678901234567890')  =>  12345678901234567890
    decimal('0.1') == 0.1  =>  true
    decimal('12345678901234567890') == decimal('12345678901234567891')  =>  false
    decimal('12345678901234567890') > 9223372036854775807  =>  true
    decimal('9007199254740993') == 9007199254740992.0  =>  false
    decimal('9007199254740992') == 9007199254740992.0  =>  true
    decimal(5)  =>  5
    ⟦decimal('1,5')⟧  =>  invalid
    ⟦decimal(true)⟧  =>  noSuchOverload
    """#)

  /// CEL's macros with two variables.
  static let pairs = cases(
    #"""
    [1, 2, 3].all(i, j, i < j)  =>  true
    {'hello': 'world', 'taco': 'taco'}.all(k, v, k != v)  =>  false
    {'h': ['hello', 'hi'], 'j': ['joke', 'jog']}.all(k, vals, vals.all(v, v.startsWith(k)))  =>  true
    {'greeting': 'hello', 'farewell': 'goodbye'}.exists(k, v, k.startsWith('good') || v.endsWith('bye'))  =>  true
    [1, 2, 4, 8, 16].exists(i, v, v == 1024 && i == 10)  =>  false
    [1, 2, 1, 3, 1, 4].existsOne(i, v, i == 1 || v == 1)  =>  false
    [1, 1, 2, 2, 3, 3].existsOne(i, v, i == 2 && v == 2)  =>  true
    {'i': 0, 'j': 1, 'k': 2}.exists_one(i, v, i == 'l' || v == 1)  =>  true
    [1, 2, 3].transformList(i, v, (i * v) + v)  =>  [1,4,9]
    [1, 2, 3].transformList(i, v, i % 2 == 0, (i * v) + v)  =>  [1,9]
    {'greeting': 'hello', 'farewell': 'goodbye'}.transformList(k, _, k)  =>  ["greeting","farewell"]
    {'greeting': 'hello', 'farewell': 'goodbye'}.transformList(_, v, v)  =>  ["hello","goodbye"]
    [1, 2, 3].transformMap(i, v, (i * v) + v)  =>  {"0":1,"1":4,"2":9}
    [1, 2, 3].transformMap(i, v, i % 2 == 0, (i * v) + v)  =>  {"0":1,"2":9}
    {'greeting': 'hello'}.transformMap(k, v, v + '!')  =>  {"greeting":"hello!"}
    {'greeting': 'hello'}.transformMapEntry(k, v, {v: k})  =>  {"hello":"greeting"}
    [1, 2, 3].transformMapEntry(i, v, {v: i})  =>  {"1":0,"2":1,"3":2}
    [1, 2, 3].transformMapEntry(i, v, i > 0, {v: i, string(v): i})  =>  {"2":1,"2":1,"3":2,"3":2}
    {'greeting': 'aloha', 'farewell': 'aloha'}.transformMapEntry(k, v, ⟦{v: k}⟧)  =>  invalid
    [1].transformMapEntry(i, v, ⟦v⟧)  =>  noSuchOverload
    [1, 0].all(i, v, 1 / v == 2)  =>  false
    [0, 1].exists(i, v, ⟦1 / v⟧ == 2)  =>  divisionByZero
    [1].all(i, v, ⟦i⟧)  =>  noSuchOverload
    ⟦'ab'⟧.transformList(i, v, v)  =>  noSuchOverload
    [[1], [2]].transformList(i, v, v.transformList(j, w, [i, j, w]))  =>  [[[0,0,1]],[[1,0,2]]]
    [5].transformList(i, v, [7].map(v, v + i))  =>  [[7]]
    [].transformMap(i, v, v)  =>  {}
    [true].all(x, x)  =>  true
    """#)
}
