import RunbookEngine
import RunbookModel
import Testing

@testable import RunbookSQLite

/// Where a URL leads.
struct SQLiteTargetTests {
  @Test(arguments: [
    ("sqlite:////srv/app.db", "/srv/app.db"), ("sqlite:///app.db", "/books/one/app.db"),
    ("sqlite+pysqlite:////srv/app.db", "/srv/app.db"), (" sqlite:////srv/app.db\n", "/srv/app.db"),
    ("SQLite:////srv/a%20b.db", "/srv/a b.db"),
    ("sqlite:////srv/it's%25%3F%23.db", "/srv/it's%?#.db"),
    ("sqlite:///%2Fsrv%2Fapp.db", "/srv/app.db"), ("sqlite:////srv/n%C3%AF.db", "/srv/nï.db"),
  ])
  func readsSQLAlchemysForm(_ url: String, _ path: String) throws {
    let place = try SQLiteConnections(SQLiteGateway()).target(of: url, in: "/books/one")
    #expect(place.display == path)
    // What the gateway is given leads to the same place, wherever it is read.
    #expect(try SQLiteTarget(url: place.url, in: "/").path == path)
    #expect(place.secrets.isEmpty)
  }

  @Test(arguments: [
    "", "app.db", "/srv/app.db", "sqlite:", "sqlite://", "sqlite:///", "sqlite:///:memory:",
    "sqlite://host/app.db", "postgresql:///app", "file:///srv/app.db",
    "sqlite:////srv/app.db?mode=rw",
    "sqlite:////srv/app.db#x", "sqlite:////srv/%FF.db", "sqlite:////srv/%0", "sqlite:////srv/a%00b",
    "sqlite:///file:app.db", "sqlite+a+b:////srv/app.db",
  ])
  func refusesWhatIsNotAFile(_ url: String) {
    let failure = #expect(throws: StepFailure.self) {
      _ = try SQLiteTarget(url: url, in: "/books/one")
    }
    #expect(failure?.record.cause == .invalid)
    #expect(failure?.record.hint != nil)
  }
}
