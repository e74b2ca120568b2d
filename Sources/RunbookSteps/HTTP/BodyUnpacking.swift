import RunbookModel
import RunbookSystem

/// Unpacks an answer's body as its head says, and knows whether what is packed in it came to its end: libcurl's own
/// unpacking takes a beginning for all of it.
///
/// Codings: <https://www.rfc-editor.org/rfc/rfc9110#section-8.4.1>.
final class BodyUnpacking {
  enum Problem: Error, Hashable {
    case packing(Unpacker.Problem)
    case unknown(String)

    /// One line for people.
    var message: String {
      switch self {
      case .packing(let problem): problem.message
      case .unknown(let coding): "it is packed by '\(coding)', which is not read"
      }
    }
  }

  /// A coding as `Content-Encoding` and `Accept-Encoding` name it.
  private enum Coding: String, CaseIterable {
    case deflate, gzip, br, zstd

    var form: PackedForm {
      switch self {
      case .deflate: .zlib
      case .gzip: .gzip
      case .br: .brotli
      case .zstd: .zstd
      }
    }
  }

  /// What a request asks for where its author asks for nothing else: all that can be unpacked on this machine.
  static var accepted: String {
    let known = Coding.allCases.filter(\.form.isKnownHere).map(\.rawValue)
    return known.isEmpty ? "identity" : known.joined(separator: ", ")
  }

  /// The outermost first.
  private let stages: [Stage]

  /// - Parameters:
  ///   - codings: of the content, in the order in which they were applied.
  ///   - transfer: of the way alone. None but chunks are asked for.
  init(codings: String, transfer: String) throws(Problem) {
    if let other = Self.names(transfer).first(where: { $0 != "chunked" }) { throw .unknown(other) }
    var stages: [Stage] = []
    for name in Self.names(codings).reversed() {
      guard let coding = Coding(rawValue: name == "x-gzip" ? "gzip" : name), stages.count < 5 else {
        throw .unknown(name)
      }
      stages.append(Stage(coding == .deflate ? nil : coding.form))
    }
    self.stages = stages
  }

  private static func names(_ list: String) -> [String] {
    list.lowercased().pieces(separatedBy: ",").map { String($0.trimming { $0.isWhitespace }) }
      .filter { !$0.isEmpty && $0 != "identity" }
  }

  /// Whether anything is packed at all.
  var isPacked: Bool { !stages.isEmpty }

  /// - Parameter receive: is given what came out, piece by piece; false ends it.
  /// - Returns: whether it is to go on.
  func append(_ bytes: [UInt8], _ receive: ([UInt8]) -> Bool) throws(Problem) -> Bool {
    try append(bytes[...], to: stages[...], receive)
  }

  /// Says that the body is all there.
  func finish() throws(Problem) {
    for stage in stages { try Self.named { () throws(Unpacker.Problem) in try stage.finish() } }
  }

  private func append(
    _ bytes: ArraySlice<UInt8>, to stages: ArraySlice<Stage>, _ receive: ([UInt8]) -> Bool
  ) throws(Problem) -> Bool {
    guard let stage = stages.first else { return receive(Array(bytes)) }
    guard let unpacker = try Self.named({ () throws(Unpacker.Problem) in try stage.take(bytes) })
    else { return true }
    while true {
      let piece = try Self.named { () throws(Unpacker.Problem) in try stage.piece(of: unpacker) }
      if piece.isEmpty { return true }
      guard try append(piece[...], to: stages.dropFirst(), receive) else { return false }
    }
  }

  private static func named<Result>(
    _ body: () throws(Unpacker.Problem) -> Result
  ) throws(Problem) -> Result {
    do throws(Unpacker.Problem) {
      return try body()
    } catch {
      throw .packing(error)
    }
  }

  /// One coding.
  private final class Stage {
    /// Nil where only the first bytes tell.
    private let form: PackedForm?
    private var unpacker: Unpacker?
    private var waiting: [UInt8] = []

    init(_ form: PackedForm?) { self.form = form }

    /// - Returns: what unpacks it; nil as long as that cannot be told.
    func take(_ bytes: ArraySlice<UInt8>) throws(Unpacker.Problem) -> Unpacker? {
      waiting += bytes
      if let unpacker { return unpacker }
      guard form != nil || waiting.count >= 2 else { return nil }
      let unpacker = try Unpacker(form ?? Self.deflate(waiting))
      self.unpacker = unpacker
      return unpacker
    }

    /// Many a server leaves out the header that `deflate` has by its definition.
    /// Its form: https://www.rfc-editor.org/rfc/rfc1950#section-2.2
    private static func deflate(_ start: [UInt8]) -> PackedForm {
      start[0] & 0xF == 8 && (Int(start[0]) << 8 | Int(start[1])) % 31 == 0 ? .zlib : .deflate
    }

    /// The next piece of what is unpacked; empty where all that came is.
    func piece(of unpacker: Unpacker) throws(Unpacker.Problem) -> [UInt8] {
      var output = [UInt8](repeating: 0, count: 1 << 16)
      while true {
        if unpacker.wantsInput {
          guard !waiting.isEmpty else { return [] }
          let given = unpacker.fill { room in
            let part = waiting.prefix(room.count)
            room.copyBytes(from: part)
            return part.count
          }
          waiting.removeFirst(given)
        }
        let outcome = output.withUnsafeMutableBytes { room in
          Result { () throws(Unpacker.Problem) in try unpacker.next(into: room) }
        }
        let made = try outcome.get()
        if made > 0 { return made == output.count ? output : Array(output[..<made]) }
      }
    }

    func finish() throws(Unpacker.Problem) {
      guard let unpacker else { throw .cutShort }
      try unpacker.finish()
    }
  }
}
