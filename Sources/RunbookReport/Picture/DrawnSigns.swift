import RunbookDocument
import RunbookModel

/// What people and the run itself did: a shape for each sort.
struct DrawnSigns {
  /// More would lie on one another; the first ones are drawn, and the end.
  private static let maximum = 150

  private let signs: [TimelinePicture.Sign]
  private let y: Double
  private let position: (Timestamp) -> Double

  init(_ signs: [TimelinePicture.Sign], y: Double, at position: @escaping (Timestamp) -> Double) {
    self.signs =
      signs.count <= Self.maximum
      ? signs : Array(signs.prefix(Self.maximum - 1)) + signs.suffix(1)
    self.y = y
    self.position = position
  }

  var shapes: [String] {
    signs.map { sign in
      let x = position(sign.at)
      let title = "\(sign.at.clock) UTC: \(sign.text)"
      return switch sign.sort {
      case .started: SVG.path(SVG.arrow(x, y, size: 5), style: "sign", title: title)
      case .gate: SVG.path(SVG.diamond(x, y, size: 7), style: "sign open", title: title)
      case .decision: SVG.path(SVG.diamond(x, y, size: 7), style: "sign", title: title)
      case .hold: SVG.path(SVG.square(x, y, size: 5), style: "sign warning", title: title)
      case .resumption: SVG.path(SVG.arrow(x, y, size: 6), style: "sign", title: title)
      case .note: SVG.path(SVG.circle(x, y, size: 5), style: "sign open", title: title)
      case .ended: SVG.path(SVG.square(x, y, size: 5), style: "sign", title: title)
      }
    }
  }
}
