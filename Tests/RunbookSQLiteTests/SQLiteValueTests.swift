import Foundation
import RunbookEngine
import RunbookModel
import RunbookTestSupport
import Testing

@testable import RunbookSQLite

/// A value that goes to SQLite comes back the same, or does not go.
struct SQLiteValueTests {
  private static func memory() throws -> SQLiteHandle {
    try SQLiteHandle(
      path: nil, mayWrite: true, SQLiteWait(until: .now + .seconds(600), lockTimeout: nil) {})
  }

  private static func scalar(_ generator: inout SeededGenerator) -> Value {
    let bits = generator.next()
    switch generator.below(9) {
    case 0: return .null
    case 1: return .bool(bits & 1 == 0)
    case 2: return .int(Int64(bitPattern: bits >> UInt64(generator.below(64))))
    case 3: return .double(Double(bitPattern: bits))
    case 4: return .double(Double(Int64(bitPattern: bits) >> Int64(generator.below(63))))
    case 5:
      let text = "\(Int64(bitPattern: bits) >> Int64(generator.below(63)))"
      return ExactDecimal(text + "." + String(generator.below(1000))).map(Value.decimal) ?? .null
    case 6:
      let text = "\(bits)\(generator.below(100))e\(generator.below(80) - 40)"
      return ExactDecimal(text).map(Value.decimal) ?? .null
    case 7: return .timestamp(Timestamp.epoch)
    default: return .string(HostileText.text(&generator))
    }
  }

  /// What SQLite has of a value, by its own words.
  private static func expected(_ value: Value) -> (type: String, value: Value) {
    switch value {
    case .null: ("null", .null)
    case .bool(let truth): ("integer", .int(truth ? 1 : 0))
    case .int: ("integer", value)
    case .double: ("real", value)
    case .decimal(let number): ("real", .double(number.double))
    case .timestamp(let time): ("text", .string(time.description))
    default: ("text", value)
    }
  }

  @Test func whatGoesInComesBack() throws {
    let handle = try Self.memory()
    let property = Property()
    var refused = 0
    try property.each { number, generator in
      let value = Self.scalar(&generator)
      let wanted = Self.expected(value)
      let row: [Value]
      do throws(SQLiteValue.Refusal) {
        _ = try SQLiteValue.bound(value)
      } catch {
        refused += 1
        return
      }
      let bound = try handle.checked("SELECT :v, typeof(:v)", [value])
      #expect(bound == [[wanted.value, .string(wanted.type)]], "bound \(value), case \(number)")
      let list: String
      do throws(SQLiteValue.Refusal) {
        let literal = try SQLiteValue.literal(value)
        let read = try? handle.checked("SELECT \(literal) , typeof( \(literal) )")
        #expect(read == [[wanted.value, .string(wanted.type)]], "literal \(literal)")
        list = try SQLiteValue.literal(.list([value]))
      } catch {
        // No digits that SQLite reads as the real that it is.
        #expect(error.reason.holds("as a parameter it is exact"), "\(value)")
        return
      }
      row = try handle.checked("SELECT value, type FROM json_each( \(list) )").first ?? []
      let type = value.boolValue.map { $0 ? "true" : "false" } ?? wanted.type
      #expect(row == [wanted.value, .string(type)], "in a list: \(list), case \(number)")
    }
    #expect(refused < property.cases)
  }

  @Test(arguments: [
    Value.double(.nan), .decimal(ExactDecimal("12345678901234567890")!),
    .decimal(ExactDecimal("0.10000000000000000001")!),
    .decimal(ExactDecimal("9007199254740993.00")!),
    .decimal(ExactDecimal("1e400")!), "a\0b", .incomplete(.unreadable("it is a blob")),
    .incomplete(Incomplete(held: 1, total: 2, noun: "rows")),
  ])
  func whatSQLiteCannotHoldDoesNotGo(_ value: Value) {
    for one in [value, .list([value]), .list([1, .list([value])])] {
      #expect(throws: SQLiteValue.Refusal.self) { _ = try SQLiteValue.bound(one) }
      #expect(throws: SQLiteValue.Refusal.self) { _ = try SQLiteValue.literal(one) }
    }
  }

  @Test(arguments: [
    (Value.decimal(ExactDecimal("1.50")!), "1.5|real|4.67"),
    (.decimal(ExactDecimal("3.00")!), "3.0|real|2.33"), (2.0, "2.0|real|3.5"),
    (.double(-0.0), "-0.0|real|None"), (2, "2|integer|3.0"), (.double(1e20), "1e+20|real|0.0"),
  ])
  func aRealStaysOne(_ value: Value, _ wanted: String) async throws {
    let fixture = try await SQLiteFixture("CREATE TABLE t (v)")
    let sql = [
      "INSERT INTO t VALUES (:v)", "INSERT INTO t VALUES (:'v')",
      "INSERT INTO t SELECT value FROM json_each(:l)",
      "CREATE TABLE d (v DEFAULT :'v'); INSERT INTO d DEFAULT VALUES; INSERT INTO t SELECT v FROM d",
    ].joined(separator: ";")
    try await fixture.perform(sql, phase: .recovery, values: ["v": value, "l": .list([value])])
    let read = try fixture.sqlite("SELECT v, typeof(v), round(7 / v, 2) FROM t")
    for line in read.pieces(separatedBy: "\n") {
      // The storage of a table keeps no zero's sign.
      #expect(line == wanted || line == wanted.replacingAll("-0.0", with: "0.0"))
    }
    #expect(read.pieces(separatedBy: "\n").count == 4)
  }

  /// A text that looks like a blob's digits is another key.
  @Test func aBlobIsNoText() async throws {
    let fixture = try await SQLiteFixture(
      "CREATE TABLE t (k);; INSERT INTO t VALUES (x'00ff'), ('\\x00ff')")
    let read = try await fixture.perform(
      "SELECT k, hex(k) AS digits FROM t WHERE typeof(k) = 'blob'")
    let row = try #require(read.values["rows"]?.listValue?.first?.mapValue)
    let key = try #require(row["k"])
    await #expect(throws: StepFailure.self) {
      try await fixture.perform(
        "DELETE FROM t WHERE k = :key", phase: .recovery, values: ["key": key])
    }
    #expect(row["digits"] == "00FF")
    #expect(try fixture.sqlite("SELECT count(*) FROM t") == "2")
  }
}
