import RunbookModel

/// Columns of text for people.
struct Table {
  private var rows: [[StyledText]]

  init(_ header: [String]) { rows = [header.map { StyledText($0) }] }

  /// Each cell is one line, whatever it holds.
  mutating func append(_ row: [String]) { rows.append(row.map { StyledText($0) }) }

  var text: StyledText {
    let columns = rows.map(\.count).max() ?? 0
    let widths = (0..<columns).map { column in
      rows.compactMap { column < $0.count ? $0[column].width : nil }.max() ?? 0
    }
    return rows.map { row in
      // The last cell that has something ends the line.
      let cells = row.prefix((row.lastIndex { !$0.isEmpty } ?? -1) + 1)
      return zip(cells.indices, cells).map { column, cell in
        guard column + 1 < cells.count else { return cell }
        return cell + StyledText(String(repeating: " ", count: max(0, widths[column] - cell.width)))
      }.joined(separator: "  ")
    }
    .joined(separator: "\n")
  }
}
