import Foundation
import RunbookEngine
import RunbookModel
import RunbookTestSupport
import Testing

@testable import RunbookSteps
@testable import RunbookSystem

/// What a script visibly runs, and what of it no approval can bind.
struct ShellScanTests {
  @Test(
    arguments: [
      ("sh ./fix.sh", [], ["./fix.sh"], []),
      ("cd tools && ./x", ["tools"], ["./x"], []),
      (". ./lib.sh; source more.sh", [], ["./lib.sh", "more.sh"], []),
      ("bash -eu fix", [], ["fix"], []),
      ("sh -c 'cd sub && ./inner'", ["sub"], ["./inner"], []),
      ("if [ -f x ]; then 'bin/my tool' a; fi", [], ["bin/my tool"], []),
      ("sudo -u ops ./x", [], ["./x"], []),
      ("sudo -u root sh stepa", [], ["stepa"], []), ("stdbuf -oL sh stepa", [], ["stepa"], []),
      ("stdbuf -o L sh stepa", [], ["stepa"], []), ("flock lock sh x", [], ["x"], []),
      ("flock lock -c 'sh x'", [], ["x"], []), ("ionice -c 3 sh x", [], ["x"], []),
      ("taskset 1 sh x", [], ["x"], []), ("runuser -u ann -- sh x", [], ["x"], []),
      ("runuser ann -c 'sh x'", [], ["x"], []), ("doas -u ann sh x", [], ["x"], []),
      ("busybox sh x", [], ["x"], []), ("timeout -s KILL 5 sh x", [], ["x"], []),
      ("env -u A B=c sh x", [], ["x"], []), ("nice -n 5 sh x", [], ["x"], []),
      ("unknown-wrapper --deep 3 sh x", [], ["x"], []),
      ("su ann -c 'sh x'", [], ["x"], ["what su runs"]),
      ("for t in one two; do cat $t; done", [], [], []),
      ("for t in $(ls); do cat \"$t\"; done", [], [], ["\"$t\""]),
      ("while read f; do cat \"$f\"; done < list", [], [], ["\"$f\""]),
      ("F=$(ls sql | head -1); cd sql; cat $F", ["sql"], [], ["$F"]),
      ("D=/srv/x; cat \"$D/y\"", [], [], []),
      ("D=/srv/x; read D; cat \"$D/y\"", [], [], ["\"$D/y\""]),
      ("for s in a b; do sh \"$s\"; done", [], ["a", "b"], []),
      ("cp $(cat list) /tmp/x", [], [], ["$(…)"]),
      ("psql -c \"DELETE FROM t WHERE a = $A\" -d \"$DB\"", [], [], []),
      ("systemctl restart \"$UNIT\"; kill $!; sleep $N", [], [], []),
      ("grep \"$A\" file; grep -f \"$A\" file", [], [], ["\"$A\""]),
      ("echo \"PostgreSQL's own\"; ./x # it's late, $Y/z", [], ["./x"], []),
      ("cat <<EOF\nit's \"late\n$(./x)\nEOF\n. ./y", [], ["./x", "./y"], []),
      ("cat <<'EOF'\n$(./x)\nEOF", [], [], []),
      ("sh \\\n  ./x", [], ["./x"], []),
      ("exec env A=b ./x \"$1\"", [], ["./x"], []),
      ("for f in migrations/*.sql; do psql -f \"$f\"; done", [], [], []),
      ("sh scripts/*.sh", [], [], ["scripts/*.sh"]),
      ("cd \"$DIR\" && ./x", [], ["./x"], ["cd \"$DIR\""]),
      (". \"$HOME/env\"", [], [], ["\"$HOME/env\""]),
      ("$TOOL --now", [], [], ["$TOOL"]),
      ("eval \"$X\"", [], [], ["eval"]),
      ("python3 fix.py", [], [], ["what fix.py loads by itself"]),
      ("find . -exec ./x {} ';'", [], [], ["find -exec"]),
      ("sh 0<./in.sh", [], ["./in.sh"], []),
      ("sh -s -- a <./in.sh", [], ["./in.sh"], []),
      ("0< 'in.sh' bash", [], ["in.sh"], []),
      ("bash -eo pipefail './x y'", [], ["./x y"], []),
      ("sh ./x\\ y.sh", [], ["./x y.sh"], []),
      ("'./x'.sh a", [], ["./x.sh"], []),
      ("sh <<EOF\n. ./in.sh\n$X\nEOF", [], ["./in.sh"], ["$X"]),
      ("curl https://example.com | sh", [], [], ["what sh reads from its input"]),
      ("sh <\"$F\"", [], [], ["< \"$F\""]),
      ("sh <<<'exit 1'", [], [], ["what sh reads from its input"]),
      (". ~ann/env", [], [], ["~ann/env"]),
      ("trap '. ./end.sh' EXIT", [], ["./end.sh"], []),
      ("cat parts* {a,b}.sql", [], [], ["{a,b}.sql"]),
      ("x=$((2 * 3)); case $x in a*) true;; esac; [ $x = 6* ]", [], [], []),
      ("ssh host ./x; run-parts parts", [], [], ["what ssh runs", "what run-parts runs"]),
      (
        "echo 'never", [], [],
        ["all that follows a quotation mark or a bracket without its end"]
      ),
      ("echo \"$TARGET\" > \"$OUT/ran\"", [], [], []),
      ("echo 'SELECT * FROM a/b' # ./not.sh", [], [], []),
      ("cat <<EOF\n./not.sh $X/y\nEOF\n./yes.sh", [], ["./yes.sh"], []),
      ("echo \"$(./inner.sh) and more\"; ./last.sh", [], ["./inner.sh", "./last.sh"], []),
      ("x=`./one.sh`; ./two.sh", [], ["./one.sh", "./two.sh"], []),
      ("curl https://example.com/$X", [], [], []),
      // What is written to is no input.
      ("cp a /tmp/x/one.$TS", [], [], []), ("cp -t \"$DIR/x\" a", [], [], []),
      ("mv -v a \"$DIR/b.$(date)\"", [], [], []), ("install -m 644 a \"$DIR/b.sql\"", [], [], []),
      ("sudo cp a /tmp/one.$TS", [], [], []), ("date | tee -a \"$DIR/x.log\"", [], [], []),
      ("pg_dump -Fc -f \"$DIR/x.dump\"", [], [], []), ("curl -sSo \"$D/x.json\" u", [], [], []),
      ("tar -czf \"$D/x.tgz\" parts", [], [], []), ("tar czf \"$D/x.tgz\" parts", [], [], []),
      ("tar -xzf x.tgz -C \"$D/x\"", [], [], []), ("dd if=a of=\"$D/b.img\"", [], [], []),
      ("sort -o \"$D/b.txt\" a; psql --output=\"$D/c.txt\" -f a", [], [], []),
      // What is read is.
      ("cp \"$DIR/a.sql\" /tmp/x", [], [], ["\"$DIR/a.sql\""]),
      ("cp -t /tmp \"$DIR/a.sql\"", [], [], ["\"$DIR/a.sql\""]),
      ("tar -xf \"$D/x.tgz\"", [], [], ["\"$D/x.tgz\""]),
      ("curl -K \"$D/c.conf\"", [], [], ["\"$D/c.conf\""]),
      ("curl -Hfoo -XPOST -d \"@$F\" u", [], [], ["\"@$F\""]),
      ("tar -cT list -f x.tar", [], [], ["what list names"]),
      ("tar -c --files-from=list -f x.tar", [], [], ["what list names"]),
      ("rsync --files-from list a b:c", [], [], ["what list names"]),
      ("curl -K conf; wget -i urls", [], [], ["what conf names", "what urls names"]),
      ("xargs -a list rm", [], [], ["what list names", "xargs"]),
    ] as [(String, [String], [String], [String])])
  func readsWhatAScriptNames(
    _ script: String, _ folders: [String], _ scripts: [String], _ unknown: [String]
  ) {
    let scan = ShellScan(script)
    #expect(scan.folders == folders)
    #expect(scan.scripts == scripts)
    #expect(scan.unknown == unknown)
  }

  /// Whatever the script is, it is read to its end.
  @Test func endsOnAnything() {
    let property = Property(share: 0.2)
    let pieces = [
      "$(", ")", "`", "\"", "'", "\\", " ", "\n", "<<EOF", ">", "a/b", "*", "cd ", ". ", "#",
      "${x}", "sh -c ", ";", "[", "é",
    ]
    for number in 0..<UInt64(property.cases) {
      var generator = SeededGenerator(seed: property.seed &+ number)
      let script = (0..<generator.below(30)).map { _ in generator.one(of: pieces) }.joined()
      _ = ShellScan(script)
    }
  }
}

/// The files that an approval of a script binds.
struct ScriptSurroundingsTests {
  private let fixture: AttemptFixture

  init() throws { fixture = try AttemptFixture() }

  private func write(_ text: String, to name: String) throws {
    let path = "\(fixture.folder)/\(name)"
    try FileManager.default.createDirectory(
      atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    try text.write(toFile: path, atomically: true, encoding: .utf8)
  }

  private func surroundings(
    _ script: String, _ environment: [String: String] = [:]
  ) -> ScriptSurroundings {
    ScriptSurroundings(
      script: script, command: ["sh", "-eu", "-c", script, "step"],
      workingDirectory: fixture.folder,
      environment: ["PATH": "/usr/bin:/bin", "HOME": fixture.folder].merging(environment) { $1 },
      input: "")
  }

  /// Those in the folder, by their paths there.
  private func files(_ script: String, _ environment: [String: String] = [:]) -> Set<String> {
    let paths = surroundings(script, environment).all.compactMap(\.file)
      .map { URL(filePath: $0).standardized.path }
    let own = URL(filePath: fixture.folder).standardized.path + "/"
    return Set(paths.filter { $0.begins(with: own) }.map { String($0.dropping(prefix: own)) })
  }

  @Test(
    arguments: [
      ("sh ./fix.sh", ["fix.sh", "lib/common.sh", "lib/deep.sh", "data.sql"]),
      ("cd lib && ./common.sh", ["lib/common.sh", "lib/deep.sh"]),
      ("cd lib; . ./deep.sh", ["lib/deep.sh"]),
      ("sh plain", ["plain", "data.sql"]),
      ("echo plain", []),
      ("psql -f data.sql", ["data.sql"]),
      ("psql -fdata.sql", ["data.sql"]),
      ("psql --file='two words.sql'", ["two words.sql"]),
      ("psql <two\\ words.sql", ["two words.sql"]),
      ("cat \"two words.sql\"", ["two words.sql"]),
      (". ~/home.sh", ["home.sh", "data.sql"]),
      ("cd; ./home.sh", ["home.sh", "data.sql"]),
      ("for f in data none; do cat \"$f.sql\"; done", ["data.sql"]),
      ("for f in lib/*; do . \"$f\"; done", ["lib/common.sh", "lib/deep.sh"]),
      ("for f in lib/*; do cat \"$f\"; done", ["lib/common.sh", "lib/deep.sh"]),
      ("cat lib/*", ["lib/common.sh", "lib/deep.sh"]),
      ("F=data; cat \"$F.sql\"", ["data.sql"]),
      ("stdbuf -oL sh plain; sudo -u root sh plain", ["plain", "data.sql"]),
      ("# the file data.sql is lost\necho \"it's late\"; cat plain", ["plain"]),
      ("psql <<EOF\n\\\\i data.sql\nEOF", ["data.sql"]),
      ("run() { cat \"lib/$1.sh\"; }; run deep", ["lib/deep.sh", "lib/common.sh"]),
      ("cat \"$PWD/data.sql\"", ["data.sql"]),
      ("cat \"$(dirname \"$0\")/data.sql\"", ["data.sql"]),
      ("cat `pwd`/data.sql", ["data.sql"]),
      ("cat \"${F:-data.sql}\"", ["data.sql"]),
      ("curl -d @data.sql --data-binary=@plain http://127.0.0.1/", ["data.sql", "plain"]),
      ("cat lib/*.sh", ["lib/common.sh", "lib/deep.sh"]),
      ("cp -t /tmp/x data.sql", ["data.sql"]), ("cp data.sql plain", ["data.sql"]),
      ("cp -v plain data.sql", ["plain"]), ("mv --target-directory=lib plain", ["plain"]),
      ("tar -T plain -cf data.sql", ["plain"]), ("tar czf plain data.sql", ["data.sql"]),
      ("tar xzf plain", ["plain"]), ("rsync --files-from=plain lib/ h:x", ["plain"]),
      ("curl -K plain -o data.sql", ["plain"]), ("xargs -a plain rm", ["plain"]),
      ("curl -F 'f=@data.sql;type=text/plain' u", ["data.sql"]),
      ("curl --data-urlencode body@data.sql u", ["data.sql"]),
      ("pg_dump -f data.sql; pg_restore -L plain", ["plain"]),
      ("dd if=plain of=data.sql", ["plain"]), ("sort -odata.sql plain", ["plain"]),
    ] as [(String, [String])])
  func whatAScriptLeadsToIsBound(_ script: String, _ bound: [String]) throws {
    try write("#!/bin/sh\n. ./lib/common.sh\npsql -f data.sql\n", to: "fix.sh")
    try write("cd lib\nsource ./deep.sh\n. ./lib/deep.sh\n", to: "lib/common.sh")
    try write("true\n", to: "lib/deep.sh")
    try write("psql -f data.sql\n", to: "plain")
    try write("SELECT 1\n", to: "data.sql")
    try write("SELECT 2\n", to: "two words.sql")
    try write("cat data.sql\n", to: "home.sh")
    #expect(files(script) == Set(bound))
  }

  /// Without a dot or a slash, by a variable, by another `PATH`.
  @Test(
    arguments: [
      ("cat < cleanup", [:], ["cleanup"]),
      ("awk -f cleanup data", [:], ["cleanup"]),
      ("python3 cleanup", [:], ["cleanup"]),
      ("grep x cleanup >out", [:], ["cleanup"]),
      ("tee cleanup; touch cleanup; echo cleanup", [:], []),
      ("psql -c 'SELECT * FROM cleanup'", [:], []),
      ("cat \"$FIX\"", ["FIX": "cleanup"], ["cleanup"]),
      ("psql -f ${FIX}", ["FIX": "two words"], []),
      ("psql -f \"${FIX}\"", ["FIX": "two words"], ["two words"]),
      ("cat <\"$DIR/cleanup\"", ["DIR": "."], ["cleanup"]),
      ("sh $DIR/fix.sh", ["DIR": "bin"], ["bin/fix.sh", "cleanup"]),
      ("cd \"$DIR\" && ./fix.sh", ["DIR": "bin"], ["bin/fix.sh", "cleanup"]),
      ("echo paid >>\"$LEDGER\"", ["LEDGER": "cleanup"], []),
      ("echo paid >>cleanup; wc -l <cleanup", [:], []),
      ("PATH=bin:$PATH\nfix.sh", [:], ["bin/fix.sh", "cleanup"]),
      ("export PATH=\"$DIR:$PATH\"; fix.sh", ["DIR": "bin"], ["bin/fix.sh", "cleanup"]),
      ("true", ["BASH_ENV": "bin/fix.sh"], ["bin/fix.sh", "cleanup"]),
    ] as [(String, [String: String], [String])])
  func aFileIsBoundHoweverItIsNamed(
    _ script: String, _ environment: [String: String], _ bound: [String]
  ) throws {
    try write("x\n", to: "cleanup")
    try write("x\n", to: "two words")
    try write("#!/bin/sh\ncat < cleanup\n", to: "bin/fix.sh")
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o755], ofItemAtPath: "\(fixture.folder)/bin/fix.sh")
    #expect(files(script, environment) == Set(bound))
  }

  /// What the script sets itself is not what it is given.
  @Test(
    arguments: [
      ("FIX=other; cat \"$FIX\"", "cleanup"), ("read FIX; . \"./$FIX\"", "cleanup"),
      ("for FIX in a/b c/d; do sh \"$FIX\"; done", "cleanup"), ("sh $FIX", "clean*"),
    ])
  func aVariableThatIsSetIsNotKnown(_ script: String, _ value: String) throws {
    try write("x\n", to: "cleanup")
    #expect(!files(script, ["FIX": value]).contains("cleanup"))
  }

  @Test func aTerminalsVariableIsBoundWhereAScriptNamesIt() throws {
    try write("#!/bin/sh\ndeploy \"$SSH_TTY\"\n", to: "deploy.sh")
    try write("import os; os.environ['LESS'] + os.environ['SSH_TTY']\n", to: "fix.py")
    let environment = ["LESS": "a", "SSH_TTY": "b", "XDG_SEAT": "c", "TMUX": "d"]
    func bound(_ script: String) -> [String] {
      surroundings(script, environment).all.map(\.name)
        .filter { environment.keys.map { "environment \($0)" }.contains($0) }
    }
    #expect(bound("true").isEmpty)
    #expect(bound("./deploy.sh") == ["environment SSH_TTY"])
    #expect(bound("python3 fix.py") == ["environment LESS", "environment SSH_TTY"])
    #expect(bound("echo $TMUX") == ["environment TMUX"])
  }

  /// What only begins as a terminal's does is a program's.
  @Test(arguments: ["SSH_TARGET", "XDG_CONFIG_HOME", "RUNBOOK_TARGET", "SUDO_TARGET", "TERM_X"])
  func whatIsNoTerminalsIsBoundWhoeverReadsIt(_ name: String) {
    let bound = surroundings("./x", [name: "a"]).all.map(\.name)
    #expect(bound.contains("environment \(name)"))
  }

  @Test func whatPSQLReadsUnaskedIsBound() throws {
    try write("\\set x 1\n", to: ".psqlrc")
    #expect(files("psql -c 'SELECT 1'") == [".psqlrc"])
    #expect(files("echo SELECT 1").isEmpty)
  }

  @Test func aScriptThatReadsItselfInEnds() throws {
    try write(". ./a.sh\n. ./b.sh\n", to: "a.sh")
    try write(". ./a.sh\n", to: "b.sh")
    #expect(files("sh a.sh") == ["a.sh", "b.sh"])
  }

  @Test func whatCannotBeBoundIsSaid() throws {
    try write("for f in parts/*.sql; do psql -f \"$f\"; done\n", to: "fix.sh")
    try write("#!/usr/bin/env python3\nimport helper\n", to: "tool")
    #expect(surroundings("sh ./fix.sh").unbound.isEmpty)
    #expect(
      surroundings("cat \"$f.sql\" parts/*/*.sql").unbound == ["parts/*/*.sql", "\"$f.sql\""])
    #expect(
      surroundings("./tool").unbound == ["what a script that is no shell's loads by itself"])
    #expect(surroundings("echo fine").unbound.isEmpty)
    // What a script itself writes is another at each look, too.
    try write("x", to: "was.sql")
    try write("x", to: "new.sql")
    #expect(surroundings("cp new.sql was.sql; tee was.sql").unbound.isEmpty)
    #expect(surroundings("cp new.sql was.sql; psql -f was.sql").unbound == ["was.sql"])
    // What programs write on in is another at each look.
    for name in ["log", "server.log", "postmaster.pid"] {
      try write("one", to: name)
      let surroundings = surroundings("pg_ctl -l ./\(name) start")
      #expect(surroundings.unbound == ["./\(name)"])
      #expect(!surroundings.all.contains { $0.file?.ends(with: name) == true })
    }
    try write("\\i other.sql\nSELECT 1;\n", to: "all.sql")
    #expect(surroundings("psql -f all.sql").unbound == ["\\i other.sql in all.sql"])
    #expect(surroundings("cp -r parts /tmp/x").unbound.isEmpty)
    try write("x", to: "parts/a.sql")
    #expect(surroundings("cp -r parts /tmp/x").unbound == ["what the folder parts holds"])
    #expect(surroundings("mkdir -p parts; ls parts").unbound.isEmpty)
    try write("x", to: "conf/sub/x")
    #expect(surroundings("cp -r conf/* /tmp/x").unbound == ["what the folder conf/sub holds"])
    try write("SELECT 1; \\i inner\n", to: "mid.sql")
    try write("\\i inner\n", to: "migrate")
    for name in ["mid.sql", "migrate"] {
      #expect(surroundings("psql -qf \(name)").unbound == ["\\i inner in \(name)"])
      #expect(surroundings("cat \(name) | psql").unbound == ["\\i inner in \(name)"])
    }
    #expect(surroundings("psql -c '\\i inner'").unbound == ["\\i inner"])
    #expect(surroundings("psql <<'EOF'\n\\i inner\nEOF").unbound == ["\\i inner"])
  }

  /// What is a word of a message or a comment is no program.
  @Test func onlyWhatMayBeRunIsLookedForAmongPrograms() throws {
    let script = """
      # size of the file as it is
      echo "install date; it's true" >&2
      cat data | grep file
      """
    let files = surroundings(script).all.compactMap(\.file).map { $0.pieces(separatedBy: "/").last }
    #expect(Set(files.compactMap { $0.map(String.init) }) == ["sh", "echo", "cat", "grep"])
  }

  /// Another machine, account or mask makes another thing of it.
  @Test func whereAndAsWhomItRunsIsBound() throws {
    let names = surroundings("true").all.map(\.name)
    for start in [SealedPart.host, SealedPart.account, SealedPart.fileMode] {
      #expect(names.filter { $0.begins(with: start) }.count == 1, "\(start)")
    }
    let probe = surroundings("true").ofProbe.map(\.name)
    #expect(probe.contains { $0.begins(with: SealedPart.host) })
  }

  @Test(
    arguments: [
      ("SELECT '\\i x'; -- \\i y\n/* \\i z */ SELECT $a$ \\i q $a$", []),
      ("SELECT 1 \\g out.txt\nSELECT 2 \\g\n", ["\\g out.txt"]),
      ("SELECT 1 \\g |sh", ["\\g |sh"]),
      ("\\o | cat\n\\set x `date`", ["\\o | cat", "\\set x `date`"]),
      ("COPY t FROM stdin;\na\\ib\n\\.\n\\ir more", ["\\ir more"]),
      ("SELECT E'it\\'s'; \\include x", ["\\include x"]), ("\\pset pager off\n\\echo hm", []),
      ("\\! rm x", ["\\! rm x"]), ("SELECT 'open; \\i x", ["\\i x"]),
    ] as [(String, [String])])
  func whatATextHasPSQLRead(_ text: String, _ commands: [String]) {
    #expect(PSQLText.commands(in: text) == commands)
  }

  /// By what it holds, however its times are set.
  @Test func aLongFileIsBoundByItsBytes() throws {
    let path = "\(fixture.folder)/long"
    let zeros = Data(count: (16 << 20) + 1)
    try zeros.write(to: URL(filePath: path))
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    let before = FileContent.mark(of: path)
    var other = zeros
    other[5] = 1
    let handle = try FileHandle(forWritingTo: URL(filePath: path))
    try handle.write(contentsOf: other)
    try handle.close()
    let date = try #require(attributes[.modificationDate] as? Date)
    try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: path)
    #expect(FileContent.mark(of: path) != before)
  }
}
