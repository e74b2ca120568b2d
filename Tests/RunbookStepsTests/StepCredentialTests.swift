import RunbookEngine
import RunbookModel
import RunbookPostgres
import RunbookSteps
import RunbookTestSupport
import Testing

/// Credentials that stand in scripts and SQL, by what stands before them.
struct StepCredentialTests {
  private func fields(_ pairs: (String, FieldValue)...) -> Fields {
    let place = Place(file: "t", line: 1, column: 1)
    return Fields(
      pairs.map { Fields.Field(name: $0.0, place: place, value: $0.1) }, at: place)
  }

  private func text(_ text: String) -> FieldValue {
    .text(
      SourceText(
        text, at: Place(file: "t", line: 1, column: 1),
        layout: .block(firstLine: 1, indent: 0)))
  }

  private func values(inScript script: String, interpreter: String? = nil) -> [String] {
    let kind = ShellKind(environment: [:])
    let found =
      interpreter.map {
        kind.credentials(
          in: fields(("script", text(script)), ("interpreter", .list([text($0)]))))
      } ?? kind.credentials(in: fields(("script", text(script))))
    return found.flatMap(\.values)
  }

  private func values(inSQL sql: String) -> [String] {
    SQLKind(gateway: PostgresGateway(now: { .epoch }))
      .credentials(in: fields(("text", text(sql)))).flatMap(\.values)
  }

  @Test(arguments: [
    "mysql -phunter2-x db", "mysql --password=hunter2-x db", "mysqldump --password hunter2-x db",
    "sudo docker exec -it c mysql -phunter2-x", "PGPASSWORD=hunter2-x psql -c 'select 1'",
    "export X_TOKEN=hunter2-x", "export A=1 DB_PASSWORD='hunter2-x'",
    "curl -u me:hunter2-x http://h/",
    "curl -sSu me:hunter2-x http://h/", "curl --user=me:hunter2-x http://h/",
    "curl -H 'X-Api-Key: hunter2-x' http://h/", "curl --header=X-Api-Key:hunter2-x http://h/",
    "curl -d '{\"password\": \"hunter2-x\"}' http://h/",
    "curl -d 'a=b&password=hunter2-x' http://h/",
    "psql 'host=h password=hunter2-x user=u'", "psql \"host=h password='hunter2-x'\"",
    "psql -c \"ALTER ROLE a PASSWORD 'hunter2-x'\"", "sh -c 'mysql -phunter2-x'",
    "mysql --password=${PW:-hunter2-x}", "X=$(PASSWORD=hunter2-x tool)",
    "cat > f <<EOT\ndb_password: hunter2-x\nEOT\n", "cat > f <<'EOT'\ntoken=hunter2-x\nEOT\n",
    "bash <<EOT\nmysql -phunter2-x\nEOT\n", "psql <<EOT\nALTER ROLE a PASSWORD 'hunter2-x';\nEOT\n",
    "sshpass -p hunter2-x ssh h", "openssl enc -pass pass:hunter2-x", "redis-cli -a hunter2-x",
    "redis-cli config set requirepass hunter2-x", "echo 'h:5432:d:me:hunter2-x' > ~/.pgpass",
    "docker login -u me -p hunter2-x", "docker run -e DB_PASS=hunter2-x image",
    "kubectl create secret generic s --from-literal=password=hunter2-x",
    "helm upgrade --set a=b,auth.password=hunter2-x r c",
    "http -a me:hunter2-x h X-Api-Key:other-4711",
    "smbclient -U me%hunter2-x //h/s", "java -Ddb.password=hunter2-x -jar a.jar",
  ])
  func areFoundInScripts(_ script: String) {
    #expect(values(inScript: script).contains("hunter2-x"), "\(values(inScript: script))")
  }

  @Test(arguments: [
    "password = 'hunter2-x'", "connect(user='u', password='hunter2-x')",
    "d = {'api_key': \"hunter2-x\"}", "os.environ['TOKEN'] = 'hunter2-x'",
    "connect('host=h password=hunter2-x')",
  ])
  func areFoundInOtherLanguages(_ script: String) {
    let found = values(inScript: script, interpreter: "python3")
    #expect(found.contains("hunter2-x"), "\(found)")
  }

  @Test(arguments: [
    "mysql -p\"$PW\" db", "mysql -p$PW", "mysql --password=\"${PW}\"", "mysql --password=$(cat f)",
    "PGPASSWORD=$PW psql", "export TOKEN=`cat f`", "curl -u \"me:$PW\" http://h/",
    "curl -u me http://h/",
    "curl -H \"X-Api-Key: $KEY\" http://h/", "# mysql -phunter2-x\ntrue", "psql --password mydb",
    "mysql --password orders", "mysqldump -u me --password shop orders",
    "pg_dump --no-password mydb", "docker run -u 999:999 -p 8080:80 image", "PASS=1; FAIL=0",
    "TOKEN_FILE=/run/token tool", "echo 'Set your password: then go on'",
    "[ \"$TOKEN\" = expired ]",
    "docker login --password-stdin registry", "psql -c \"ALTER ROLE a PASSWORD '$PW'\"",
    "cat > f <<EOT\npassword: $PW\nEOT\n", "read -p 'Password: ' x", "mkdir -p /a/b; cp -p a b",
    "openssl enc -pass env:PW", "psql -v ON_ERROR_STOP=1 -p 5432 -f x.sql", "SORT_KEY=name tool",
  ])
  func isNoneInScripts(_ script: String) {
    #expect(values(inScript: script).isEmpty, "\(values(inScript: script))")
  }

  @Test(arguments: [
    "CREATE ROLE a PASSWORD 'hunter2-x'", "ALTER USER a WITH ENCRYPTED PASSWORD 'hunter2-x'",
    "ALTER ROLE a PASSWORD $x$hunter2-x$x$", "ALTER ROLE a PASSWORD E'hunter2\\x2dx'",
    "CREATE USER MAPPING FOR a SERVER s OPTIONS (user 'u', password 'hunter2-x')",
    "ALTER USER MAPPING FOR a SERVER s OPTIONS (SET password 'hunter2-x')",
    "CREATE SUBSCRIPTION s CONNECTION 'host=h password=hunter2-x' PUBLICATION p",
    "ALTER SUBSCRIPTION s CONNECTION 'host=h user=u password=''hunter2-x'''",
    "SELECT * FROM dblink('dbname=x password=hunter2-x', 'select 1') t(a int)",
    "SELECT dblink_connect('c', 'dbname=x password=hunter2-x')", "SET app.token = 'hunter2-x'",
    "SET LOCAL app.token TO 'hunter2-x'", "ALTER ROLE a SET app.api_key = 'hunter2-x'",
    "SELECT set_config('app.api_key', 'hunter2-x', false)",
    "SELECT pgp_sym_decrypt(d, 'hunter2-x') FROM t",
    "DO $$ BEGIN EXECUTE 'ALTER ROLE a PASSWORD ''hunter2-x'''; END $$",
    "INSERT INTO t VALUES ('{\"password\": \"hunter2-x\"}')",
  ])
  func areFoundInSQL(_ sql: String) {
    #expect(values(inSQL: sql).contains("hunter2-x"), "\(values(inSQL: sql))")
  }

  @Test(arguments: [
    "ALTER ROLE a PASSWORD :'pw'", "ALTER ROLE a PASSWORD NULL VALID UNTIL '2027-01-01'",
    "SELECT 1 FROM t WHERE token = 'expired'",
    "SELECT 1 FROM t WHERE name IN ('token', 'password')",
    "UPDATE t SET token = 'revoked' WHERE id = 1", "SELECT 'host=h user=u'",
    "COMMENT ON COLUMN t.password IS 'kept as a hash'", "SET application_name = 'x'",
    "SELECT * FROM information_schema.columns WHERE column_name = 'password'",
    "-- PASSWORD 'hunter2-x'\nSELECT 1", "SELECT password, 'a' FROM t",
  ])
  func isNoneInSQL(_ sql: String) {
    #expect(values(inSQL: sql).isEmpty, "\(values(inSQL: sql))")
  }
}
