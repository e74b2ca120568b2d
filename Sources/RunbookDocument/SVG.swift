/// Pieces of SVG inside of HTML. Colours come from the page's style by class, so that they follow light
/// and dark.
package enum SVG {
  /// A number with one digit after the point at most.
  package static func number(_ value: Double) -> String {
    guard value.isFinite, abs(value) < 1e9 else { return "0" }
    let tenths = Int((value * 10).rounded())
    let whole = "\(tenths < 0 ? "-" : "")\(abs(tenths) / 10)"
    return tenths % 10 == 0 ? whole : "\(whole).\(abs(tenths) % 10)"
  }

  package static func text(
    _ text: String, x: Double, y: Double, style: String, anchor: String = "start"
  ) -> String {
    """
    <text class="\(style)" x="\(number(x))" y="\(number(y))" text-anchor="\(anchor)">\
    \(HTMLText.plain(text))</text>
    """
  }

  package static func rectangle(
    x: Double, y: Double, width: Double, height: Double, style: String, title: String? = nil
  ) -> String {
    element(
      """
      rect class="\(style)" x="\(number(x))" y="\(number(y))" width="\(number(width))" \
      height="\(number(height))"
      """, title)
  }

  package static func line(
    _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, style: String
  ) -> String {
    """
    <line class="\(style)" x1="\(number(x1))" y1="\(number(y1))" x2="\(number(x2))" \
    y2="\(number(y2))"/>
    """
  }

  package static func circle(_ x: Double, _ y: Double, style: String, title: String) -> String {
    element("circle class=\"\(style)\" cx=\"\(number(x))\" cy=\"\(number(y))\" r=\"4.5\"", title)
  }

  /// A square that stands on its point.
  package static func diamond(_ x: Double, _ y: Double, style: String, title: String) -> String {
    element(
      "path class=\"\(style)\" d=\"M\(number(x)) \(number(y - 6))l6 6l-6 6l-6 -6z\"", title)
  }

  package static func square(_ x: Double, _ y: Double, style: String, title: String) -> String {
    rectangle(x: x - 4, y: y - 4, width: 8, height: 8, style: style, title: title)
  }

  package static func polyline(_ points: [(x: Double, y: Double)], style: String) -> String {
    let list = points.map { "\(number($0.x)),\(number($0.y))" }.joined(separator: " ")
    return "<polyline class=\"\(style)\" points=\"\(list)\"/>"
  }

  package static func path(_ data: String, style: String, title: String? = nil) -> String {
    element("path class=\"\(style)\" d=\"\(data)\"", title)
  }

  /// Sits on `y`, its point up.
  package static func triangle(_ x: Double, _ y: Double, size: Double) -> String {
    "M\(number(x)) \(number(y - size))l\(number(size * 0.6)) \(number(size))h-\(number(size * 1.2))z"
  }

  package static func diamond(_ x: Double, _ y: Double, size: Double) -> String {
    let s = number(size)
    return "M\(number(x)) \(number(y - size))l\(s) \(s)l-\(s) \(s)l-\(s) -\(s)z"
  }

  package static func square(_ x: Double, _ y: Double, size: Double) -> String {
    "M\(number(x - size)) \(number(y - size))h\(number(size * 2))v\(number(size * 2))h-\(number(size * 2))z"
  }

  /// Points to the right.
  package static func arrow(_ x: Double, _ y: Double, size: Double) -> String {
    "M\(number(x - size)) \(number(y - size))l\(number(size * 2)) \(number(size))l-\(number(size * 2)) \(number(size))z"
  }

  package static func circle(_ x: Double, _ y: Double, size: Double) -> String {
    let r = number(size)
    return
      "M\(number(x - size)) \(number(y))a\(r) \(r) 0 1 0 \(number(size * 2)) 0a\(r) \(r) 0 1 0 -\(number(size * 2)) 0z"
  }

  private static func element(_ opening: String, _ title: String?) -> String {
    guard let title else { return "<\(opening)/>" }
    let name = opening.utf8.prefix { $0 != 0x20 }
    let text = HTMLText.escaped(title.onOneLine(limit: 160))
    return "<\(opening)><title>\(text)</title></\(Substring(name))>"
  }
}
