import RunbookModel
import Testing

@Suite struct ExactNamesTests {
  /// Spellings that Swift's own `==` takes for one text.
  static let pairs = [
    ("\u{e9}", "e\u{301}"), ("\u{212b}", "\u{c5}"), ("\u{37e}", ";"),
    ("\u{1e69}", "s\u{307}\u{323}"),
    ("\u{ac00}", "\u{1100}\u{1161}"),
  ]

  @Test(arguments: pairs) func aSetTellsSpellingsApart(_ one: String, _ other: String) {
    #expect(one == other)
    var set = ExactSet([one])
    #expect(set.contains(one) && !set.contains(other))
    #expect(set.isDisjoint(with: [other]) && !set.isSuperset(of: [one, other]))
    set.formUnion([other, one])
    #expect(set.count == 2 && set.isSuperset(of: [one, other]))
    #expect(set.subtracting(ExactSet([one])) == ExactSet([other]))
    #expect(
      set.sorted().map { Array($0.utf8) } == ExactSet([other, one]).sorted().map { Array($0.utf8) })
    #expect(set.contains { $0.isIdentical(to: other) })
  }

  @Test(arguments: pairs) func aMapTellsSpellingsApart(_ one: String, _ other: String) {
    var map: ExactMap<Int> = [one: 1]
    #expect(map[one] == 1 && map[other] == nil)
    map[other, default: 5] += 1
    #expect(map[one] == 1 && map[other] == 6 && map.count == 2)
    #expect(map.mapValues { $0 * 2 }[other] == 12)
    #expect(map.inOrder.map(\.value).sorted() == [1, 6])
    map[one] = nil
    #expect(map.count == 1 && map[one] == nil)
  }

  @Test(arguments: pairs) func oneSpellingIsBeforeTheOther(_ one: String, _ other: String) {
    #expect(one.isBeforeExactly(other) != other.isBeforeExactly(one))
    #expect(!one.isBeforeExactly(one))
    #expect("a".isBeforeExactly("b") && !"b".isBeforeExactly("a"))
  }
}
