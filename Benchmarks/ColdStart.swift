import CSQLite
import Foundation

// ColdStart FOLDER COMMITS: the floor of a run's start. A Swift program that uses Foundation and makes as many
// commits as a one-step run makes, with entries of a like size, to a new SQLite file (WAL, FULL) in a folder of
// its own.

struct Line: Codable {
  let sequence: Int
  let text: String
}

let arguments = CommandLine.arguments
guard arguments.count == 3, let commits = Int(arguments[2]) else { exit(64) }

let folder = arguments[1] + "/" + UUID().uuidString
try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
var database: OpaquePointer?
guard sqlite3_open(folder + "/journal.db", &database) == SQLITE_OK else { exit(1) }

func run(_ sql: String) {
  guard sqlite3_exec(database, sql, nil, nil, nil) == SQLITE_OK else { exit(1) }
}

run("PRAGMA journal_mode = WAL")
run("PRAGMA synchronous = FULL")
let encoder = JSONEncoder()
for sequence in 1...max(commits, 1) {
  if sequence == 1 {
    run("CREATE TABLE entry (sequence INTEGER PRIMARY KEY, body TEXT NOT NULL)")
    continue
  }
  let line = Line(sequence: sequence, text: String(repeating: "x", count: 1000))
  let body = String(decoding: try encoder.encode(line), as: UTF8.self)
  run("INSERT INTO entry VALUES (\(sequence), '\(body)')")
}
sqlite3_close(database)
