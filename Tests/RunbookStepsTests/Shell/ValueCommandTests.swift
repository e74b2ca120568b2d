import RunbookModel
import Testing

@testable import RunbookSteps
@testable import RunbookSystem

/// A program that prints one value, within limits.
@Suite struct ValueCommandTests {
  private func outcome(
    _ script: String, timeout: Duration = .seconds(30)
  ) -> Result<String, ValueCommand.Problem> {
    let command = ValueCommand(
      ["sh", "-c", script], environment: ["PATH": "/usr/local/bin:/usr/bin:/bin"])
    do throws(ValueCommand.Problem) {
      return .success(String(decoding: try command.output(timeout: timeout), as: UTF8.self))
    } catch {
      return .failure(error)
    }
  }

  @Test func givesWhatItPrints() throws {
    #expect(try outcome("echo one; echo two >&2").get() == "one\n")
    #expect(try outcome("tty >/dev/null || echo none").get() == "none\n")
  }

  @Test func hasATime() {
    guard case .failure(.timedOut) = outcome("sleep 60", timeout: .milliseconds(200)) else {
      Issue.record("it went on")
      return
    }
  }

  /// Whoever holds its output open is ended, and nothing waits for that.
  @Test func waitsForNobodyWhoKeepsItsOutput() throws {
    #expect(try outcome("sleep 60 & echo done").get() == "done\n")
  }

  @Test func hasALimit() {
    guard case .failure(.tooLong) = outcome("yes") else {
      Issue.record("it went on")
      return
    }
  }

  @Test func tellsHowItFailed() {
    guard case .failure(.failed(3, "why\n")) = outcome("echo why >&2; exit 3") else {
      Issue.record("another end")
      return
    }
    let none = ValueCommand(["no-such-program-here"], environment: ["PATH": "/bin"])
    #expect(throws: ValueCommand.Problem.self) { try none.output() }
  }
}
