import RunbookTestSupport
import Testing

/// A server on a socket that counts its POST requests in a file; it ends with this value.
final class RequestCounter: Sendable {
  private let program: SpawnedProgram

  init(socket: String, ledger: String) throws {
    program = try #require(
      SpawnedProgram(["/usr/bin/env", "python3", "-u", "-c", Self.source, socket, ledger]))
    try #require(!program.available().isEmpty)
  }

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
