import RunbookModel

/// Numbers as a line of blocks, the oldest first.
enum Sparkline {
  private static let blocks = Array("▁▂▃▄▅▆▇█")

  /// The least is the lowest block, the greatest the highest; all alike are in the middle.
  static func text(of values: [Int64]) -> String {
    guard let least = values.min(), let greatest = values.max() else { return "" }
    return String(
      values.map { value in
        guard greatest > least else { return blocks[3] }
        let share = Double(value - least) / Double(greatest - least)
        return blocks[Int((share * Double(blocks.count - 1)).rounded())]
      })
  }
}
