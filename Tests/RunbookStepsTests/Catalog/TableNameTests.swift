import Testing

@testable import RunbookPostgres
@testable import RunbookRecovery

struct TableNameTests {
  @Test(arguments: [
    ("public.session", "public", "session"), (#"public."user""#, "public", "user"),
    (#""my.schema"."a ""quoted"" one""#, "my.schema", #"a "quoted" one"#),
    ("alone", "public", "alone"),
  ])
  func readsWhatPostgreSQLWrites(_ identity: String, _ schema: String, _ name: String) {
    #expect(TableName(identity: identity) == TableName(schema: schema, name: name))
  }

  @Test func isMeantByItsNameAlone() {
    let name = TableName(schema: "auth", name: "user")
    #expect(name.isMeant(by: "user") && name.isMeant(by: "auth.user"))
    #expect(!name.isMeant(by: "public.user") && name.shown == "auth.user")
  }
}
