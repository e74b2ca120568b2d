extension ExpressionCase {
  /// CEL: numbers, strings, lists and maps as they are written.
  static let literals = cases(
    #"""
    1  =>  1
    -1  =>  -1
    0  =>  0
    0x1F  =>  31
    -0xff  =>  -255
    9223372036854775807  =>  9223372036854775807
    -9223372036854775808  =>  -9223372036854775808
    1.5  =>  1.5
    -0.25  =>  -0.25
    .5  =>  0.5
    1e3  =>  1000.0
    2.5E-1  =>  0.25
    true  =>  true
    false  =>  false
    null  =>  null
    ''  =>  ""
    "a"  =>  "a"
    'a"b'  =>  "a\"b"
    "a'b"  =>  "a'b"
    '\\ \? \" \' \` \a\b\f\n\r\t\v'  =>  "\\ ? \" ' ` \u0007\b\f\n\r\t\u000b"
    '\x41\X41\u00e9\U0001F600'  =>  "AAé😀"
    '\101\377'  =>  "Aÿ"
    r'\n\x'  =>  "\\n\\x"
    R"a\"  =>  "a\\"
    '''a'b''c'''  =>  "a'b''c"
    """a"b"""  =>  "a\"b"
    r'''\d+'''  =>  "\\d+"
    'é' == '\u00e9'  =>  true
    'e\u0301' == '\u00e9'  =>  false
    []  =>  []
    [1, 2, 3,]  =>  [1,2,3]
    {}  =>  {}
    {'a': 1, 'b': [true]}  =>  {"a":1,"b":[true]}
    {1: 'a', true: 'b', 'c': null,}  =>  {"1":"a","true":"b","c":null}
    (1)  =>  1
    1 // the rest is said, not read  =>  1
    1  +  2  =>  3
    """#)
}
