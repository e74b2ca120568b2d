import Foundation
import RunbookEngine
import RunbookModel
import Testing

@testable import RunbookStore

/// The numbered laws of `Journal`, on the SQLite journal.
@Suite struct JournalLawTests {
  private let fixture = StoreFixture()

  @Test func law1EveryCommitIsForced() throws {
    let created = try fixture.store.make(fixture.run)
    let opened = try fixture.store.open(fixture.run)
    for journal in [created, opened] {
      #expect(try journal.question("PRAGMA synchronous") == "2")
      #expect(try journal.question("PRAGMA journal_mode") == "wal")
    }
  }

  @Test func law1WhatWasAppendedSurvivesSIGKILL() async throws {
    let folder = fixture.folder
    await #expect(processExitsWith: .signal(SIGKILL)) { [folder = folder as String] in
      let store = RunStore(folder: folder)
      let journal = try store.make(RunID(rawValue: "20251018-220113-abc"))
      for number in 1...20 {
        _ = try await journal.append(
          [note("a \(number)"), note("b \(number)")], by: Actor(account: "dying"), at: .epoch)
      }
      kill(getpid(), SIGKILL)
    }
    let entries = try await fixture.store.open(fixture.run).entries()
    #expect(entries.count == 40)
    #expect(entries.last?.event == note("b 20"))
  }

  @Test func law1StoresAlsoInACancelledTask() async throws {
    let journal = try fixture.store.make(fixture.run)
    let (actor, time) = (fixture.actor, fixture.time(0))
    let task = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return try await journal.append([note("interrupted")], by: actor, at: time)
    }
    #expect(try await task.value == journal.entries())
  }

  /// Of two processes that decide on the same state, one writes and the other has to decide anew.
  @Test func whatWasDecidedOnAnOlderStateIsNotWritten() async throws {
    let journals = [try fixture.store.make(fixture.run), try fixture.store.open(fixture.run)]
    let (actor, time) = (fixture.actor, fixture.time(0))
    let first = try await journals[0].append([note("0")], by: actor, at: time, after: 0)
    #expect(first?.count == 1)
    #expect(try await journals[1].append([note("x")], by: actor, at: time, after: 0) == nil)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for journal in journals {
        group.addTask {
          for _ in 0..<50 {
            var isWritten = false
            while !isWritten {
              let last = try await journal.entries().last?.sequence ?? 0
              isWritten =
                try await journal.append([note("\(last)")], by: actor, at: time, after: last) != nil
            }
          }
        }
      }
      try await group.waitForAll()
    }
    let entries = try await journals[0].entries()
    #expect(entries.map(\.event) == (0...100).map { note("\($0)") })
  }

  @Test func law2EntriesOfOneAppendAreThereTogetherOrNotAtAll() async throws {
    let journal = try fixture.store.make(fixture.run)
    let first = try await journal.append([note("1")], by: fixture.actor, at: fixture.time(0))
    _ = try journal.question(
      """
      CREATE TRIGGER fault BEFORE INSERT ON entry WHEN NEW.sequence = 3
      BEGIN SELECT RAISE(ABORT, 'no room'); END
      """)
    let error = await #expect(throws: StoreError.self) {
      try await journal.append([note("2"), note("3")], by: fixture.actor, at: fixture.time(1))
    }
    #expect(error?.cause == .cannotWrite)
    #expect(try await journal.entries() == first)
  }

  @Test func law3EntriesReadBackAreWhatWasWritten() async throws {
    let journal = try fixture.store.make(fixture.run)
    let first = try await journal.append(
      [note("a | b / \"c\" \u{1F600} e\u{301}\r\n\u{0}")], by: fixture.actor, at: fixture.time(0))
    let rest = try await journal.append(
      [
        .runHeld(RunHeld(cause: .gate, subject: "recovery", message: "waits")),
        .runEnded(RunEnded(status: .failed, reason: "no")),
      ], by: fixture.actor, at: fixture.time(1))
    let read = try await fixture.store.open(fixture.run).entries()
    #expect(read == first + rest)
    #expect(read.map(\.sequence) == [1, 2, 3])
  }

  @Test(arguments: [
    (
      "UPDATE entry SET body = replace(body, 'note 2', 'note 9') WHERE sequence = 2",
      Int64(2)
    ),
    ("DELETE FROM entry WHERE sequence = 2", 2),
    ("UPDATE entry SET hash = 'x' WHERE sequence = 3", 3),
  ])
  func law3FindsTheEntryThatWasTamperedWith(_ damage: String, _ sequence: Int64) async throws {
    let journal = try fixture.store.make(fixture.run)
    _ = try await journal.append(
      (1...3).map { note("note \($0)") }, by: fixture.actor, at: fixture.time(0))
    _ = try journal.question(damage)
    let error = await #expect(throws: StoreError.self) { try await journal.entries() }
    #expect(error?.cause == .damaged(sequence: sequence))
    #expect(error?.message.holds("entry \(sequence)") == true)
  }

  @Test func law4WhoLostTheLeaseCannotAppend() async throws {
    let first = try fixture.store.make(fixture.run)
    _ = try await first.append([note("1")], by: fixture.actor, at: fixture.time(0))
    let second = try fixture.store.open(fixture.run)
    #expect(try second.takeLease(as: .test("other")).lease.holder.generation == 2)
    let error = await #expect(throws: StoreError.self) {
      try await first.append([note("2")], by: fixture.actor, at: fixture.time(1))
    }
    #expect(error?.cause == .leaseLost)
    #expect(error?.message.holds("other, process") == true)
    _ = try await second.append([note("3")], by: fixture.actor, at: fixture.time(2))
    #expect(try await first.entries().map(\.event) == [note("1"), note("3")])
  }

  @Test func law4PeopleNeedNoLeaseAndTheChainIsReadAnew() async throws {
    let executor = try fixture.store.make(fixture.run)
    let person = try fixture.store.open(fixture.run)
    for (journal, text) in [(executor, "1"), (person, "2"), (executor, "3"), (person, "4")] {
      _ = try await journal.append([note(text)], by: fixture.actor, at: fixture.time(0))
    }
    #expect(try await executor.entries().map(\.event) == ["1", "2", "3", "4"].map(note))
  }

  @Test func law5AFullDiskLeavesNothingHalfWritten() async throws {
    let folder = fixture.folder
    await #expect(processExitsWith: .success) { [folder = folder as String] in
      signal(SIGXFSZ, SIG_IGN)
      let journal = try RunStore(folder: folder).make(RunID(rawValue: "20251018-220113-abc"))
      let actor = Actor(account: "tester")
      _ = try await journal.append([note("before")], by: actor, at: .epoch)
      var limit = rlimit(rlim_cur: 64 * 1024, rlim_max: rlim_t.max)
      setrlimit(__rlimit_resource_t(1), &limit)
      let long = String(repeating: "x", count: 200_000)
      let error = await #expect(throws: StoreError.self) {
        try await journal.append([note("small"), note(long)], by: actor, at: .epoch)
      }
      #expect(error?.cause == .cannotWrite)
      #expect(try await journal.entries().map(\.event) == [note("before")])
      limit.rlim_cur = rlim_t.max
      setrlimit(__rlimit_resource_t(1), &limit)
      _ = try await journal.append([note("after")], by: actor, at: .epoch)
    }
    let events = try await fixture.store.open(fixture.run).entries().map(\.event)
    #expect(events == [note("before"), note("after")])
  }
}
