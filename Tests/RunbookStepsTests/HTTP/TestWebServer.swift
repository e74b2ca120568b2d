import Foundation
import Testing

@testable import RunbookPostgres
@testable import RunbookRecovery
@testable import RunbookSteps
@testable import RunbookSystem

/// A real server on this machine's loopback or on a socket, in a process of its own.
struct TestWebServer {
  let folder: String
  /// `http://127.0.0.1:PORT`, or with https.
  let url: String
  /// What it prints: a line when a request came that it never answers.
  let printed: AsyncStream<String>

  enum Sort { case plain, tls, socket }

  static let environment = ["PATH": "/usr/bin:/bin:/usr/local/bin"]

  /// Runs a test against a server, which ends with it.
  static func run(
    _ sort: Sort = .plain, _ body: @Sendable (TestWebServer) async throws -> Void
  ) async throws {
    let fixture = try AttemptFixture()
    let program = try fixture.file("server.py", source)
    if sort == .tls { try await makeCertificates(in: fixture.folder) }
    let lines = AsyncStream<String>.makeStream()
    let process = ChildProcess(
      command: ["python3", "-u", program, fixture.folder, "\(sort)"], environment: environment,
      timeout: .seconds(900), grace: .milliseconds(10))
    let server = Task {
      try await process.perform { stream, bytes in
        let text = String(decoding: bytes, as: UTF8.self)
        if stream == .standardOutput { lines.continuation.yield(text) }
      }
    }
    defer { server.cancel() }
    var address = ""
    for await text in lines.stream {
      address += text
      if address.hasSuffix("\n") { break }
    }
    try await body(
      TestWebServer(
        folder: fixture.folder, url: String(address.dropLast()), printed: lines.stream))
    server.cancel()
    _ = try await server.value
  }

  private static func makeCertificates(in folder: String) async throws {
    let script = """
      openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 \
        -subj /CN=test-authority -keyout ca.key -out ca.pem
      openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=localhost \
        -keyout server.key -out server.csr
      printf 'subjectAltName=IP:127.0.0.1,DNS:localhost' > server.ext
      openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 \
        -extfile server.ext -out server.pem
      """
    let output = try await ChildProcess.run(
      ["sh", "-eu", "-c", script], environment: environment, workingDirectory: folder)
    try #require(output.exitCode == 0, "\(output.stderr)")
  }

  private static let source = """
    import functools, http.server, json, os, socket, ssl, sys, threading, zlib
    folder, sort = sys.argv[1], sys.argv[2]

    @functools.cache
    def packed():
        # A quarter of a gibibyte of zeros, in a quarter of a mebibyte.
        packer = zlib.compressobj(9, zlib.DEFLATED, 31)
        piece = bytes(1 << 20)
        return b"".join(packer.compress(piece) for _ in range(256)) + packer.flush()

    class Answers(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        def log_message(self, *arguments): pass
        def address_string(self): return "client"
        def send(self, status, body, headers=()):
            self.send_response(status)
            for name, value in headers: self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD": self.wfile.write(body)
        def answer(self):
            length = int(self.headers.get("Content-Length") or 0)
            sent = self.rfile.read(length).decode()
            path = self.path
            if path.startswith("/to/"):
                self.send(302, b"", [("Location", path[4:])])
            elif path.startswith("/keep/"):
                self.send(307, b"", [("Location", path[6:])])
            elif path.startswith("/status/"):
                self.send(int(path[8:]), b"what happened")
            elif path == "/large":
                self.send(200, b"0123456789" * 100000)
            elif path == "/pack":
                packed()
                self.send(200, b"")
            elif path == "/packed":
                self.send(200, packed(), [("Content-Encoding", "gzip")])
            elif path == "/twice":
                self.send(200, b"", [("X-Name", "one"), ("X-Name", "two")])
            elif path == "/latin-headers":
                # send_header encodes as Latin-1, as the protocol once had it.
                self.send(200, b"{}", [("X-Name", "caf\\u00e9"), ("X-Name", "b"), ("X-Other", "fine")])
            elif path == "/repeated":
                self.send(200, b'{"a": 1, "a": 2}', [("Content-Type", "application/json; charset=x")])
            elif path == "/latin":
                self.send(200, b"caf\\xe9")
            elif path == "/never":
                print("asked")
                threading.Event().wait()
            elif path in ("/cut", "/other"):
                self.wfile.write(b"HTTP/1.1 200 OK\\r\\nContent-Le" if path == "/cut" else b"SSH-2.0-x\\r\\n")
                self.wfile.flush()
                self.connection.shutdown(socket.SHUT_RDWR)
                self.close_connection = True
            elif path == "/broken":
                self.wfile.write(b"HTTP/1.1 200 OK\\r\\nContent-Length: 100\\r\\n\\r\\nsome")
                self.wfile.flush()
                self.connection.shutdown(socket.SHUT_RDWR)
                self.close_connection = True
            else:
                seen = {"method": self.command, "path": path, "body": sent,
                        "headers": {k.lower(): v for k, v in self.headers.items()}}
                self.send(200, json.dumps(seen).encode(), [("Content-Type", "application/json")])
        do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = answer

    class Server(http.server.ThreadingHTTPServer):
        daemon_threads = True
        def server_bind(self):
            if sort == "socket":
                self.socket = socket.socket(socket.AF_UNIX)
                self.socket.bind(os.path.join(folder, "socket"))
            else:
                super().server_bind()

    server = Server(("127.0.0.1", 0), Answers, bind_and_activate=False)
    server.server_bind()
    server.server_activate()
    if sort == "tls":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(os.path.join(folder, "server.pem"), os.path.join(folder, "server.key"))
        server.socket = context.wrap_socket(server.socket, server_side=True)
    if sort == "socket":
        print("http://localhost")
    else:
        print(("https" if sort == "tls" else "http") + "://127.0.0.1:%d" % server.server_address[1])
    server.serve_forever()
    """
}
