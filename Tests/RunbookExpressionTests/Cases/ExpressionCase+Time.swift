extension ExpressionCase {
  /// CEL: timestamps and durations.
  static let time = cases(
    #"""
    timestamp('2009-02-13T23:31:30Z')  =>  "2009-02-13T23:31:30Z"
    timestamp('2009-02-13T23:31:30.5Z')  =>  "2009-02-13T23:31:30.500Z"
    timestamp('2009-02-13T23:31:30+02:00')  =>  "2009-02-13T21:31:30Z"
    timestamp(timestamp('2009-02-13T23:31:30Z'))  =>  "2009-02-13T23:31:30Z"
    timestamp(1234567890)  =>  "2009-02-13T23:31:30Z"
    ⟦timestamp('0000-01-01T00:00:00Z')⟧  =>  invalid
    ⟦timestamp('10000-01-01T00:00:00Z')⟧  =>  invalid
    ⟦timestamp('2009-02-30T00:00:00Z')⟧  =>  invalid
    ⟦timestamp('2009-02-13')⟧  =>  invalid
    ⟦timestamp(true)⟧  =>  noSuchOverload
    ⟦timestamp('0001-01-01T00:00:00Z') - duration('1ns')⟧  =>  overflow
    ⟦timestamp('9999-12-31T23:59:59.999999999Z') + duration('1ns')⟧  =>  overflow
    ⟦timestamp('9999-12-31T23:59:59Z') - timestamp('0001-01-01T00:00:00Z')⟧  =>  overflow
    timestamp('2009-02-13T23:00:00Z') + duration('90s')  =>  "2009-02-13T23:01:30Z"
    duration('90s') + timestamp('2009-02-13T23:00:00Z')  =>  "2009-02-13T23:01:30Z"
    timestamp('2009-02-13T23:00:00Z') - duration('1h')  =>  "2009-02-13T22:00:00Z"
    timestamp('2009-02-13T23:00:00Z') - timestamp('2009-02-13T22:59:00Z')  =>  "60s"
    ⟦timestamp('2009-02-13T23:00:00Z') + timestamp('2009-02-13T22:59:00Z')⟧  =>  noSuchOverload
    ⟦duration('1h') - timestamp('2009-02-13T22:59:00Z')⟧  =>  noSuchOverload
    timestamp('2009-02-13T23:00:00Z') < timestamp('2009-02-13T23:00:01Z')  =>  true
    timestamp('2009-02-13T23:00:00Z') == timestamp('2009-02-14T00:00:00+01:00')  =>  true
    ⟦timestamp('2009-02-13T23:00:00Z') < duration('1s')⟧  =>  noSuchOverload
    timestamp('2009-02-13T23:31:30.123Z').getFullYear()  =>  2009
    timestamp('2009-02-13T23:31:30.123Z').getMonth()  =>  1
    timestamp('2009-02-13T23:31:30.123Z').getDate()  =>  13
    timestamp('2009-02-13T23:31:30.123Z').getDayOfMonth()  =>  12
    timestamp('2009-02-13T23:31:30.123Z').getDayOfWeek()  =>  5
    timestamp('2009-02-13T23:31:30.123Z').getDayOfYear()  =>  43
    timestamp('2009-02-13T23:31:30.123Z').getHours()  =>  23
    timestamp('2009-02-13T23:31:30.123Z').getMinutes()  =>  31
    timestamp('2009-02-13T23:31:30.123Z').getSeconds()  =>  30
    timestamp('2009-02-13T23:31:30.123Z').getMilliseconds()  =>  123
    timestamp('2009-02-13T23:31:30Z').getDate('Australia/Sydney')  =>  14
    timestamp('2009-02-13T23:31:30Z').getDate('+11:00')  =>  14
    timestamp('2009-02-13T02:00:00Z').getDayOfMonth('-02:30')  =>  11
    timestamp('2009-02-13T23:31:30Z').getHours('02:00')  =>  1
    timestamp('2009-02-13T23:31:30Z').getMinutes('Asia/Kathmandu')  =>  16
    timestamp('2009-07-13T12:00:00Z').getHours('Europe/Paris')  =>  14
    timestamp('2009-02-13T23:31:30Z').getHours('UTC')  =>  23
    ⟦timestamp('2009-02-13T23:31:30Z').getHours('Nowhere/Town')⟧  =>  invalid
    ⟦timestamp('2009-02-13T23:31:30Z').getHours(1)⟧  =>  noSuchOverload
    duration('90s')  =>  "90s"
    duration('1h30m')  =>  "5400s"
    duration('-1.5h')  =>  "-5400s"
    duration('1ms')  =>  "0.001s"
    duration('1us1ns')  =>  "0.000001001s"
    duration('1.5ns')  =>  "0.000000001s"
    duration('0')  =>  "0s"
    ⟦duration('')⟧  =>  invalid
    ⟦duration('1')⟧  =>  invalid
    ⟦duration('1d')⟧  =>  invalid
    ⟦duration('s')⟧  =>  invalid
    ⟦duration('1h 1m')⟧  =>  invalid
    duration('9223372036s')  =>  "9223372036s"
    ⟦duration('9223372037s')⟧  =>  overflow
    ⟦duration('-320000000000s')⟧  =>  overflow
    duration(duration('1s'))  =>  "1s"
    ⟦duration('9000000000s') + duration('9000000000s')⟧  =>  overflow
    ⟦duration('-9000000000s') - duration('9000000000s')⟧  =>  overflow
    duration('1h') + duration('30m')  =>  "5400s"
    duration('1h') - duration('90m')  =>  "-1800s"
    duration('1h') == duration('60m')  =>  true
    duration('1h') > duration('59m')  =>  true
    ⟦duration('1h') * 2⟧  =>  noSuchOverload
    ⟦-duration('1h')⟧  =>  noSuchOverload
    duration('10000s').getHours()  =>  2
    duration('3730s').getMinutes()  =>  62
    duration('3730.5s').getSeconds()  =>  3730
    duration('123.321456789s').getMilliseconds()  =>  321
    ⟦duration('1h').getFullYear()⟧  =>  noSuchOverload
    ⟦duration('1h').getHours('UTC')⟧  =>  noSuchOverload
    """#)
}
