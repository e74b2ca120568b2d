import Foundation
import Testing

/// A server on a socket that counts its POST requests in a file; it ends with the test's process.
final class RequestCounter: Sendable {
  private let process: Process
  private let input = Pipe()

  init(socket: String, ledger: String) throws {
    process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", "-u", "-c", Self.source, socket, ledger]
    process.standardInput = input
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    try #require(output.fileHandleForReading.availableData.count > 0)
  }

  deinit { process.terminate() }

  private static let source = """
    import http.server, os, socketserver, sys, threading
    place, ledger = sys.argv[1:]
    class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
        daemon_threads = True
    class Answers(http.server.BaseHTTPRequestHandler):
        def log_message(self, *arguments): pass
        def address_string(self): return "client"
        def lines(self): return open(ledger).readlines() if os.path.exists(ledger) else []
        def answer(self):
            name = self.path[1:]
            if self.command == "POST":
                with open(ledger, "a") as file: file.write(name + "\\n")
            body = ('{"count": %d}' % self.lines().count(name + "\\n")).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        do_GET = do_POST = answer
    server = Server(place, Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print("ready", flush=True)
    sys.stdin.read()
    """
}
