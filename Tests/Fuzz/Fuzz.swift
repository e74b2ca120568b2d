import ArgumentParser
import Foundation
import Glibc
import RunbookTestSupport

/// Puts mutated inputs before the built program, and looks for crashes, hangs, and memory without bounds.
///
/// Case `n` of seed `s` is made from `s + n` alone. What is found is kept with the command that repeats it.
@main
struct Fuzz: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fuzz", abstract: "Run the program on mutated inputs of every sort that it reads.")

  @Argument(help: "The built program.")
  var program: String

  @Option(help: "How many inputs.")
  var cases = 20_000

  @Option(help: "Of the first case; each further one's is one more.")
  var seed = UInt64.random(in: 1..<1_000_000_000)

  @Option(
    help:
      "One sort of inputs alone: \(Subject.Kind.allCases.map(\.rawValue).joined(separator: ", ")).")
  var only: String?

  @Option(help: "The repository, whose files are mutated.")
  var root = "."

  @Option(help: "Where findings are kept.")
  var findings = ".runbook/fuzz"

  /// How often a sort comes, among a hundred. Those that start more than one process come less.
  private static let shares: [(Subject.Kind, Int)] = [
    (.runbook, 28), (.sql, 18), (.drill, 14), (.expression, 12), (.journal, 8), (.database, 10),
    (.template, 4), (.log, 3), (.migration, 2), (.archive, 1),
  ]
  private static let batch = 25

  func run() throws {
    _ = nice(10)
    let kind = try only.map { name in
      guard let kind = Subject.Kind(rawValue: name) else {
        throw ValidationError("no sort '\(name)'")
      }
      return kind
    }
    let folder = NSTemporaryDirectory() + "runbook-fuzz-\(UUID().uuidString.prefix(8))"
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o755])
    defer { try? FileManager.default.removeItem(atPath: folder) }
    say("fuzz --seed \(seed), \(cases) inputs")
    let subject = try prepared(folder, kind)
    var tally = Tally(findings: findings, program: self)
    let start = ContinuousClock.now
    var number = 0
    while number < cases {
      // A batch is of one sort.
      var generator = SeededGenerator(seed: seed &+ UInt64(number))
      let kind = kind ?? Self.kind(&generator)
      let count = min(Self.batch, cases - number)
      let made = try (0..<count).map { slot in
        try subject.make(kind, seed: seed &+ UInt64(number + slot), slot: slot)
      }
      try execute(made, subject, &tally)
      number += count
      if number % 1000 < count {
        say("  \(number) inputs, \(tally.count) findings, \(ContinuousClock.now - start)")
      }
    }
    say(
      "\(number) inputs, \(tally.count) findings, largest \(tally.kilobytes / 1024) MB, longest \(tally.longest)"
    )
    if tally.count > 0 { throw ExitCode.failure }
  }

  private func execute(_ made: [Subject.Case], _ subject: Subject, _ tally: inout Tally) throws {
    // What many files are checked in is one process; where it fails, each by itself says which it was.
    if made.allSatisfy({ $0.commands.count == 1 && $0.commands[0][1] == "validate" }) {
      let command =
        Array(made[0].commands[0].prefix(2)) + made.flatMap { $0.commands[0].dropFirst(2) }
      let start = ContinuousClock.now
      let execution = subject.execute(command)
      tally.note(execution, ContinuousClock.now - start)
      if execution.problem == nil, Self.steering(execution) == nil { return }
    }
    for one in made {
      for command in one.commands {
        let start = ContinuousClock.now
        let execution = subject.execute(command)
        tally.note(execution, ContinuousClock.now - start)
        let isDocument = ["report", "journal"].contains(command[1])
        guard let problem = execution.problem ?? (isDocument ? nil : Self.steering(execution))
        else { continue }
        try tally.keep(one, execution, problem, subject)
      }
    }
  }

  private static func steering(_ execution: Execution) -> String? {
    let found = TerminalReader.violations(in: execution.output)
    return found.isEmpty ? nil : "its output steers the terminal: \(found.prefix(3))"
  }

  private static func kind(_ generator: inout SeededGenerator) -> Subject.Kind {
    var number = generator.below(shares.reduce(0) { $0 + $1.1 })
    for (kind, share) in shares {
      number -= share
      if number < 0 { return kind }
    }
    return .runbook
  }

  /// A journal as text and as SQLite's file, and an archive, which the repository does not hold.
  private func prepared(_ folder: String, _ kind: Subject.Kind?) throws -> Subject {
    let path = URL(fileURLWithPath: program).path
    var corpus = Corpus(root: root)
    let server = kind == nil || kind == .archive ? TestServer.shared : nil
    if let server {
      let source = server.makeDatabase()
      server.psql(
        "CREATE TABLE session (id int PRIMARY KEY, words text); INSERT INTO session SELECT g, 'row ' || g "
          + "FROM generate_series(1, 50) g; CREATE VIEW v AS SELECT * FROM session",
        database: source)
      for format in ["custom", "tar"] {
        let file = "\(folder)/\(format).dump"
        _ = SpawnedProgram([
          "\(TestServer.programs)/pg_dump", "--format=\(format)", "--file=\(file)",
          server.url(of: source),
        ])?.text()
        if let data = FileManager.default.contents(atPath: file) {
          corpus.add(Array(data), to: .archive)
        }
      }
    }
    let subject = Subject(
      program: path, folder: folder, mutation: Mutation(corpus: corpus), journalFiles: [],
      server: server)
    return Subject(
      program: path, folder: folder, mutation: Mutation(corpus: corpus),
      journalFiles: try journalFiles(subject), server: server)
  }

  private func journalFiles(
    _ subject: Subject
  ) throws -> [(name: String, bytes: [UInt8])] {
    let runbook = "\(subject.folder)/held.yaml"
    try """
    runbook: held
    detection:
      - {id: look, effect: readOnly, shell: "echo hi", confirms: exit_code == 0}
    recovery:
      - {id: mend, shell: "true"}
    """.write(toFile: runbook, atomically: false, encoding: .utf8)
    _ = subject.execute([subject.program, "run", runbook])
    let runs = "\(subject.folder)/state/runs"
    guard let run = try FileManager.default.contentsOfDirectory(atPath: runs).first else {
      throw ValidationError("the program makes no journal")
    }
    // Where SQLite's own program is not installed, all of it is still in the write-ahead log.
    let folder = "\(runs)/\(run)"
    _ = SpawnedProgram([
      "/usr/bin/env", "sqlite3", "\(folder)/journal.db", "PRAGMA wal_checkpoint(TRUNCATE)",
    ])?.text()
    return ["journal.db", "journal.db-wal"].compactMap { name in
      let data = FileManager.default.contents(atPath: "\(folder)/\(name)") ?? Data()
      return data.isEmpty ? nil : (name: name, bytes: Array(data))
    }
  }
}

/// What was found and what was used.
struct Tally {
  let findings: String
  let program: Fuzz
  private(set) var count = 0
  private(set) var kilobytes = 0
  private(set) var longest = Duration.zero

  init(findings: String, program: Fuzz) {
    self.findings = findings
    self.program = program
  }

  mutating func note(_ execution: Execution, _ time: Duration) {
    kilobytes = max(kilobytes, execution.kilobytes)
    longest = max(longest, time)
  }

  /// Copies an input's files to the findings, with the command that makes and runs it again.
  mutating func keep(
    _ one: Subject.Case, _ execution: Execution, _ problem: String, _ subject: Subject
  ) throws {
    count += 1
    let folder = "\(findings)/\(one.kind.rawValue)-\(one.seed)"
    try FileManager.default.createDirectory(atPath: findings, withIntermediateDirectories: true)
    // From an earlier time.
    try? FileManager.default.removeItem(atPath: folder)
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let repeated =
      "fuzz PROGRAM --only \(one.kind.rawValue) --seed \(one.seed) --cases 1"
    let place = execution.command.dropFirst().first { $0.hasPrefix(subject.folder) }
    if let place {
      let parts = place.dropFirst(subject.folder.count + 1).split(separator: "/")
      let source = "\(subject.folder)/\(parts.first ?? "")"
      try FileManager.default.copyItem(atPath: source, toPath: "\(folder)/input")
    }
    let words = execution.command.map { $0.count > 300 ? "\($0.prefix(300))…" : $0 }
    try
      "\(problem)\n\(repeated)\n\(words.joined(separator: " "))\n\n\(execution.output.suffix(4000))\n"
      .write(toFile: "\(folder)/finding.txt", atomically: false, encoding: .utf8)
    say("✘ \(one.kind.rawValue) \(one.seed): \(problem); \(folder)")
  }
}

func say(_ line: String) {
  var bytes = Array((line + "\n").utf8)
  _ = write(STDOUT_FILENO, &bytes, bytes.count)
}
