import RunbookTestSupport

/// Where a round's database is, for the round itself.
protocol Host: AnyObject, Sendable {
  /// Its socket is there.
  var folder: String { get }
  /// A folder of this account's own; removed with the server.
  var workFolder: String { get }

  /// A database of the server in libpq's keywords.
  func url(of database: String) -> String
}

extension TestServer: Host {}
