import RunbookDrill
import RunbookModel
import Testing

@testable import RunbookEngine

/// Hashes over what holds a secret are made with the run's key.
struct RunKeyTests {
  private static let key = RunKey([UInt8](repeating: 0x0B, count: 32))

  /// RFC 4231, test case 2, whose key is "Jefe".
  @Test func isHMAC() {
    var hasher = Digest.Hasher(key: Array("Jefe".utf8))
    hasher.update("what do ya want for nothing?")
    #expect(
      hasher.finalize().hex == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
  }

  private static func simulation(_ text: String, key: RunKey?) -> Simulation {
    let declaration = input("token", isSecret: true)
    var simulation = Simulation(runbook([step("work", .detection)], inputs: [declaration]))
    simulation.inputs = [
      ResolvedInput(declaration: declaration, value: .string("hunter2"), origin: .environment)
    ]
    let original = simulation.runbook
    simulation.runbook = Runbook(
      name: original.name, title: original.title, severity: original.severity,
      inputs: original.inputs, steps: original.steps,
      sources: [SourceFile(path: "runbook.yaml", text: text)], folder: original.folder,
      fileName: original.fileName)
    simulation.options.key = key
    return simulation
  }

  @Test func aSourceWithASecretIsHashedWithTheKey() async throws {
    let telling = Self.simulation("password: hunter2", key: Self.key)
    let started = try #require(try await telling.run().started)
    let plain = Digest.sha256(of: "password: hunter2")
    #expect(started.runbook.sources.first?.digest == Self.key?.digest(of: "password: hunter2"))
    #expect(started.runbook.sources.first?.digest != plain)
    #expect(started.planFingerprint != telling.plan.fingerprint)
    #expect(telling.plan.fits(started.planFingerprint, Self.key))
    #expect(!telling.plan.fits(started.planFingerprint, nil))
  }

  /// What holds none stays comparable between runs.
  @Test func aSourceWithoutOneIsHashedAsItIs() async throws {
    let simulation = Self.simulation("nothing", key: Self.key)
    let started = try #require(try await simulation.run().started)
    #expect(started.runbook.sources.first?.digest == Digest.sha256(of: "nothing"))
    #expect(started.planFingerprint == simulation.plan.fingerprint)
  }

  /// A run of an earlier version has no key, and its hashes are without.
  @Test func withoutAKeyHashesAreAsTheyWere() async throws {
    let simulation = Self.simulation("password: hunter2", key: nil)
    let started = try #require(try await simulation.run().started)
    #expect(started.planFingerprint == simulation.plan.fingerprint)
    #expect(simulation.plan.fits(started.planFingerprint, Self.key))
  }
}
