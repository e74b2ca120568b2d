/// How much an evaluation may do before it is given up.
enum WorkLimit {
  /// Nodes, or what takes as long as they do.
  static let most = 10_000_000
}
