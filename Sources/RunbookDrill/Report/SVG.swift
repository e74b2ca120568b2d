import RunbookModel

/// Pieces of SVG. Colours come from the page's style by class, so that they follow light and dark.
enum SVG {
  /// Text of an element or of an attribute's value in quotes.
  static func escaped(_ text: String) -> String {
    text.replacingAll("&", with: "&amp;").replacingAll("<", with: "&lt;").replacingAll(
      ">", with: "&gt;"
    )
    .replacingAll("\"", with: "&quot;").replacingAll("'", with: "&#39;")
  }

  /// A number with one digit after the point at most.
  static func number(_ value: Double) -> String {
    guard value.isFinite, abs(value) < 1e9 else { return "0" }
    let tenths = Int((value * 10).rounded())
    let whole = "\(tenths < 0 ? "-" : "")\(abs(tenths) / 10)"
    return tenths % 10 == 0 ? whole : "\(whole).\(abs(tenths) % 10)"
  }

  static func text(
    _ text: String, x: Double, y: Double, style: String, anchor: String = "start"
  ) -> String {
    """
    <text class="\(style)" x="\(number(x))" y="\(number(y))" text-anchor="\(anchor)">\
    \(escaped(text.visibleLine))</text>
    """
  }

  static func rectangle(
    x: Double, y: Double, width: Double, height: Double, style: String, title: String? = nil
  ) -> String {
    element(
      """
      rect class="\(style)" x="\(number(x))" y="\(number(y))" width="\(number(width))" \
      height="\(number(height))"
      """, title)
  }

  static func line(
    _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, style: String
  ) -> String {
    """
    <line class="\(style)" x1="\(number(x1))" y1="\(number(y1))" x2="\(number(x2))" \
    y2="\(number(y2))"/>
    """
  }

  static func circle(_ x: Double, _ y: Double, style: String, title: String) -> String {
    element("circle class=\"\(style)\" cx=\"\(number(x))\" cy=\"\(number(y))\" r=\"4.5\"", title)
  }

  /// A square that stands on its point.
  static func diamond(_ x: Double, _ y: Double, style: String, title: String) -> String {
    element(
      "path class=\"\(style)\" d=\"M\(number(x)) \(number(y - 6))l6 6l-6 6l-6 -6z\"", title)
  }

  static func square(_ x: Double, _ y: Double, style: String, title: String) -> String {
    rectangle(x: x - 4, y: y - 4, width: 8, height: 8, style: style, title: title)
  }

  static func polyline(_ points: [(x: Double, y: Double)], style: String) -> String {
    let list = points.map { "\(number($0.x)),\(number($0.y))" }.joined(separator: " ")
    return "<polyline class=\"\(style)\" points=\"\(list)\"/>"
  }

  private static func element(_ opening: String, _ title: String?) -> String {
    guard let title else { return "<\(opening)/>" }
    let name = opening.prefixOfScalars { $0 != " " }
    let shown = title.visibleLine
    let cut = shown.unicodeScalars.count > 160 ? shown.prefixOfScalars(160) + " …" : shown
    return "<\(opening)><title>\(escaped(cut))</title></\(name)>"
  }
}
