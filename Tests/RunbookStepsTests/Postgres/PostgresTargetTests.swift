import Foundation
import RunbookEngine
import RunbookModel
import Testing

@testable import RunbookPostgres

struct PostgresTargetTests {
  @Test(arguments: [
    "postgres://me:s%40cret@db:5433/app?sslmode=disable",
    "postgresql://me:s%40cret@db:5433/app?sslmode=disable",
    "postgresql+psycopg://me:s%40cret@db:5433/app?sslmode=disable",
    "postgresql+psycopg2://me:s%40cret@db:5433/app?sslmode=disable",
    "postgresql+asyncpg://me:s%40cret@db:5433/app?sslmode=disable",
    " host=db port=5433 dbname=app user=me password=s@cret sslmode=disable\n",
  ])
  func readsAllForms(url: String) throws {
    let target = try PostgresTarget(url: url)
    #expect(target.display == "me@db:5433/app")
    #expect(target.secrets.contains("s@cret"))
    #expect(
      target.environment == [
        "PGHOST": "db", "PGPORT": "5433", "PGDATABASE": "app", "PGUSER": "me",
        "PGPASSWORD": "s@cret", "PGSSLMODE": "disable",
      ])
  }

  @Test func keepsThePasswordAsWrittenSecretToo() throws {
    #expect(try PostgresTarget(url: "postgres://a:x%21y@h/d").secrets == ["x!y", "x%21y"])
    #expect(try PostgresTarget(url: "postgres:///d?host=/run/pg").secrets.isEmpty)
  }

  @Test(arguments: [
    ("host=db user=me:hunter2 dbname=app", "me:***@db/app"),
    ("host=db dbname=postgres://me:hunter2@h/app", "db/postgres://me:***@h/app"),
    ("postgres://db/app?user=me:hunter2", "me:***@db/app"),
  ])
  func showsNoPasswordThatStandsInANamesPlace(_ url: String, _ display: String) throws {
    let target = try PostgresTarget(url: url)
    #expect(target.display == display)
    #expect(target.secrets.contains("hunter2"))
  }

  @Test func takesThePasswordsOfTheFileThatItNames() throws {
    let fixture = try AttemptFixture()
    let path = "\(fixture.folder)/passwords"
    try "h:5432:d:u:led2\n".write(toFile: path, atomically: true, encoding: .utf8)
    let read = try PostgresTargetReader().read(url: "host=h passfile=\(path)")
    #expect(read.secrets == ["led2"])
    #expect(try PostgresTargetReader().read(url: "host=h passfile=/dev/zero").secrets.isEmpty)
  }

  @Test func readsSignsWhereTheyBelong() throws {
    #expect(try PostgresTarget(url: "postgres://a:x@h:1,i:2/d@e").display == "a@h,i:1,2/d@e")
    #expect(try PostgresTarget(url: "postgres://h/d?user=a@b").display == "a@b@h/d")
    #expect(try PostgresTarget(url: "host=h dbname=a@b").display == "h/a@b")
  }

  @Test(arguments: [
    "", "mysql://me:hunter2@db/app", "postgres://me:hunter2@[db/app", "hunter2",
    "postgres://me:hunter2@db/app?what=hunter2", "postgres://me:hunter2%zz@db/app",
    "password='hunter2", "postgresql+a+b://me:hunter2@db/app",
    // With a `/` in the password libpq reads its beginning as a port, and its end as a database's name.
    "postgres://me:hunter2/x@db:5433/app", "postgres://me:1234/hunter2@db:5433/app",
    "port=hunter2 host=db",
    // Other programs end the password at the last `@`, libpq at the first.
    "postgres://me:@hunter2@db/app", "postgres://me:un@hunter2@db:5433/app",
    "postgresql+psycopg://me:x@hunter2@db?sslmode=disable",
  ])
  func refusesOtherFormsWithoutTellingThePassword(url: String) {
    let failure = #expect(throws: StepFailure.self) { try PostgresTarget(url: url) }
    #expect(failure?.record.cause == .invalid)
    let text = [failure?.record.message, failure?.record.hint, failure?.record.detail]
      .compactMap { $0 }.joined()
    #expect(!text.holds("hunter2"))
  }
}
